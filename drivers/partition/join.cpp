#include "drivers/partition/join.hpp"

#include <fmt/format.h>

#include <map>

#include "drivers/partition/move_rows.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

std::string key_text(io::Column const& column, std::int64_t row) {
  if (column.is_missing(row)) return {};
  return column.is_text() ? column.text(row) : std::to_string(column.integers[static_cast<std::size_t>(row)]);
}

void check_join(io::Table const& table, io::Table const& side, std::string const& key) {
  io::Column const& left = table.at(key);
  io::Column const& right = side.at(key);
  if (left.type != right.type || left.is_real()) {
    throw DataError(
        fmt::format("cannot join by '{}': it is {} in one table and {} in the other; both must be text or "
                    "both whole numbers",
                    key, io::name_of(left.type), io::name_of(right.type)));
  }
  for (io::Column const& column : side.columns) {
    if (column.name != key && table.has(column.name)) {
      throw DataError(fmt::format("both tables have a column '{}'; rename one of them", column.name));
    }
  }
}

}  // namespace

io::Table left_join(io::Comm const& comm, io::Table const& table, io::Table const& side, std::string const& key) {
  io::agree(comm, "join tables", [&] { check_join(table, side, key); });
  io::Table lookup = on_every_rank(comm, side);
  std::map<std::string, std::int64_t> row_of;
  for (std::int64_t row = 0; row < lookup.rows(); ++row) {
    std::string const text = key_text(lookup.at(key), row);
    if (!row_of.emplace(text, row).second) {
      throw DataError(fmt::format("cannot join by '{}': '{}' stands twice in the table to join", key, text));
    }
  }
  // One more row, without values, for keys that are not there.
  std::int64_t const none = lookup.rows();
  for (io::Column& column : lookup.columns) column.resize(none + 1);
  std::vector<std::int64_t> rows;
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    auto const found = row_of.find(key_text(table.at(key), row));
    rows.push_back(found == row_of.end() ? none : found->second);
  }
  io::Table joined = table;
  for (io::Column& column : take_rows(lookup, rows).columns) {
    if (column.name != key) joined.add(std::move(column));
  }
  return joined;
}

}  // namespace tidemill::drivers
