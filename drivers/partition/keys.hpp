#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// The key columns of a table as integers that order like the keys; a missing key is below all others. Refers to the
/// table. A real column throws ConfigError.
class Keys {
 public:
  Keys(io::Table const& table, std::vector<std::string> const& names);
  std::size_t width() const { return columns_.size(); }
  std::int64_t value(std::size_t key, std::int64_t row) const;
  bool less(std::int64_t a, std::int64_t b) const;

 private:
  std::vector<io::Column const*> columns_;
};

/// Distinct key tuples in ascending order, and how many rows have each.
class Census {
 public:
  explicit Census(std::size_t width, std::vector<std::int64_t> flat = {});
  std::size_t size() const { return flat_.size() / (width_ + 1); }
  std::span<std::int64_t const> key(std::size_t i) const { return {flat_.data() + i * (width_ + 1), width_}; }
  std::int64_t count(std::size_t i) const { return flat_[i * (width_ + 1) + width_]; }
  /// Width key values and the count, tuple after tuple: how ranks exchange it.
  std::vector<std::int64_t> const& flat() const { return flat_; }
  /// Keys come in ascending order; one equal to the last adds to its count.
  void add(std::span<std::int64_t const> key, std::int64_t rows);

 private:
  std::size_t width_;
  std::vector<std::int64_t> flat_;
};

/// This rank's rows in key order; equal keys stay in row order.
std::vector<std::int64_t> rows_by_key(io::Table const& table, Keys const& keys);

/// Collective. The tuples of all ranks, from each rank's rows in key order.
Census count_keys(io::Comm const& comm, Keys const& keys, std::vector<std::int64_t> const& order);

/// Calls `visit(row, tuple number)` for rows in key order.
template <class Visit>
void for_each_key(Keys const& keys, std::vector<std::int64_t> const& order, Census const& census, Visit const& visit) {
  std::size_t number = 0;
  for (std::int64_t const row : order) {
    auto const differs = [&] {
      for (std::size_t k = 0; k < keys.width(); ++k) {
        if (census.key(number)[k] != keys.value(k, row)) return true;
      }
      return false;
    };
    while (differs()) ++number;
    visit(row, number);
  }
}

/// Rows numbered by group: equal tuples of the columns, in ascending order over all ranks.
struct GroupNumbers {
  std::vector<std::int32_t> of_row;
  std::int64_t groups = 0;
};
/// Collective.
GroupNumbers number_groups(io::Comm const& comm, io::Table const& table, std::vector<std::string> const& columns);

}  // namespace tidemill::drivers
