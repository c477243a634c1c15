#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "io/comm/comm.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// One column of the canonical sales line.
struct SalesColumn {
  std::string name;
  io::ColumnType type;
  std::string unit;
  std::string description;
};

/// The columns of every sales table, in order:
/// location business_date order_id line_id local_time utc_offset item_key item_name category menu channel qty gross
/// discount net tax unit_cost is_void is_refund is_deferred modifier_of source.
/// net = gross - discount on every line; tax and tips are not in it; qty counts thousandths of a unit.
/// A line is known by (source, location, line_id).
std::vector<SalesColumn> const& sales_columns();

/// The folder of a tenant's sales, one file per ingested source. Throws ConfigError for a tenant name with other
/// characters than letters, digits, - _ . or with a leading dot.
std::filesystem::path sales_folder(std::filesystem::path const& store, std::string const& tenant);
std::filesystem::path promotions_path(std::filesystem::path const& store, std::string const& tenant);

/// Letters, digits, - _ . and no leading dot: safe as a file name inside its folder.
bool is_safe_name(std::string const& name);

/// Collective. All lines of a tenant with exactly the columns above, once each: of a line that several files hold, the
/// one from the file that reaches furthest in time counts. Rows are ordered by (business_date, location, local_time,
/// order_id, line_id, source), whatever the ranks and the order of ingesting; a business date is whole on one rank.
/// Throws DataError when nothing was ingested.
io::Table read_sales(io::Comm const& comm, std::filesystem::path const& store, std::string const& tenant);

/// Collective. Columns location(text, missing = all), item_key(text), item_name(text), start(date), end(date,
/// included), kind(text), price(cents, may be missing), fixed_cost(cents, may be missing), in the order of the file
/// they came from; item_key or item_name may be missing, not both. No rows when none were given.
io::Table read_promotions(io::Comm const& comm, std::filesystem::path const& store, std::string const& tenant);

/// Collective. Tables with the same columns as one, rows by (table, row).
/// Text columns get a common dictionary. The result's rows are consecutive per rank but in another global order:
/// those of rank 0's parts first.
io::Table stack_tables(io::Comm const& comm, std::vector<io::Table> tables);

}  // namespace tidemill::drivers
