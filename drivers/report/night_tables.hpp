#pragma once

#include <cstdint>
#include <string>

#include "io/hdf5/file.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers::report {

/// One table of results.h5, whole (without rows when the night has none of this name), with cells as the report wants
/// them.
class NightTable {
 public:
  NightTable(io::Hdf5File& file, std::string const& name);

  std::int64_t rows() const { return table_.rows(); }
  bool has(std::string const& column) const { return table_.has(column); }
  /// Empty when missing.
  std::string text(std::string const& column, std::int64_t row) const;
  /// The name for people: `item_name`, else the key in `key`.
  std::string item_name(std::string const& key, std::int64_t row) const;
  /// NaN when missing.
  double number(std::string const& column, std::int64_t row) const { return table_.at(column).number(row); }
  /// Whole number; `if_missing` when missing.
  std::int64_t whole(std::string const& column, std::int64_t row, std::int64_t if_missing = 0) const;
  /// Cents of a money column: cents as they are, major units times 100; missing_integer when missing.
  std::int64_t cents(std::string const& column, std::int64_t row) const;

 private:
  io::Table table_;
};

}  // namespace tidemill::drivers::report
