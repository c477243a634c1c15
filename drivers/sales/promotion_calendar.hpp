#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// The promotions of all ranks, asked by item, location and day.
class PromotionCalendar {
 public:
  PromotionCalendar() = default;  ///< no promotions
  /// Collective. `promotions` has location (text, empty: all), item_key (text), start, end (dates, both included).
  PromotionCalendar(io::Comm const& comm, io::Table const& promotions);

  bool is_on(std::string const& location, std::string const& item, std::int64_t date) const;

 private:
  using Days = std::vector<std::pair<std::int64_t, std::int64_t>>;
  std::map<std::pair<std::string, std::string>, Days> days_;  ///< (item, location) -> first and last days
};

}  // namespace tidemill::drivers
