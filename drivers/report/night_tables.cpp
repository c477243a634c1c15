#include "drivers/report/night_tables.hpp"

#include <cmath>

#include "io/tables/table_file.hpp"

namespace tidemill::drivers::report {

NightTable::NightTable(io::Hdf5File& file, std::string const& name)
    : table_(file.has(name) ? io::read_table_group(io::Comm::self(), file, name) : io::Table{}) {}

std::string NightTable::text(std::string const& column, std::int64_t row) const { return table_.at(column).text(row); }

std::string NightTable::item_name(std::string const& key, std::int64_t row) const {
  if (table_.has("item_name") && !table_.at("item_name").is_missing(row)) return text("item_name", row);
  return text(key, row);
}

std::int64_t NightTable::whole(std::string const& column, std::int64_t row, std::int64_t if_missing) const {
  double const value = number(column, row);
  return std::isfinite(value) ? std::llround(value) : if_missing;
}

std::int64_t NightTable::cents(std::string const& column, std::int64_t row) const {
  double const value = number(column, row);
  if (!std::isfinite(value)) return io::missing_integer;
  return table_.at(column).type == io::ColumnType::cents ? std::llround(value) : std::llround(value * 100);
}

}  // namespace tidemill::drivers::report
