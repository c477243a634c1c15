#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/adapters/adapter.hpp"
#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// What one unit of an item costs, by location and from a date on, and its category. Exports of sales carry no cost,
/// and some name no category.
class ItemCosts {
 public:
  ItemCosts() = default;  ///< knows nothing
  /// Collective. Columns item_key (or sku) and/or item_name (or item), unit_cost (empty: not known), optionally
  /// location (empty: all), valid_from (YYYY-MM-DD; empty: always) and category. Other columns are ignored.
  /// Throws DataError naming file, row and column.
  static ItemCosts read(io::Comm const& comm, std::filesystem::path const& path, io::AdapterOptions const& options);

  /// Cents; missing_integer when not known. The location's own cost comes before the common one, the key before the
  /// name, and of several the one that became valid last.
  std::int64_t unit_cost(std::string_view location, std::string_view item_key, std::string_view item_name,
                         std::int64_t date) const;
  /// Empty when not known; of several the one in the last row, the key before the name.
  std::string const& category(std::string_view item_key, std::string_view item_name) const;
  std::string const& digest() const { return digest_; }
  bool empty() const { return by_item_.empty() && categories_.empty(); }

 private:
  using Versions = std::map<std::int64_t, std::int64_t>;        // valid from -> cents
  std::map<std::string, Versions, std::less<>> by_item_;        // kind, location and item in one text
  std::map<std::string, std::string, std::less<>> categories_;  // kind and item in one text
  std::string digest_;
};

}  // namespace tidemill::drivers
