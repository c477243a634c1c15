#include "io/tables/table_file.hpp"

#include <fmt/format.h>

#include <array>

#include "io/error.hpp"

namespace tidemill::io {
namespace {

ColumnType type_named(std::string const& name, Hdf5File const& file) {
  for (ColumnType const type : {ColumnType::integer, ColumnType::cents, ColumnType::real, ColumnType::date,
                                ColumnType::time, ColumnType::text}) {
    if (name_of(type) == name) return type;
  }
  throw DataError(
      fmt::format("{}: unknown column type '{}'; the file may be of a newer version", file.path().string(), name));
}

void write_column(Hdf5File& file, std::string const& group, Column const& column, RowRange range) {
  std::string const name = group + "/" + column.name;
  if (column.is_text()) {
    file.write_rows<std::int32_t>(name, column.codes, range);
    std::string const dictionary = group + "/dictionaries/" + column.name;
    file.write_texts(dictionary, column.dictionary);
    file.set_attribute(name, "dictionary", dictionary);
  } else if (column.is_real()) {
    file.write_rows<double>(name, column.reals, range);
  } else {
    file.write_rows<std::int64_t>(name, column.integers, range);
  }
  file.set_attribute(name, "type", std::string(name_of(column.type)));
  file.set_attribute(name, "unit", column.unit);
  file.set_attribute(name, "description", column.description);
}

Column read_column(Hdf5File& file, std::string const& group, std::string const& column_name, RowRange range) {
  std::string const name = group + "/" + column_name;
  Column column;
  column.name = column_name;
  column.type = type_named(file.text_attribute(name, "type"), file);
  column.unit = file.text_attribute(name, "unit");
  column.description = file.text_attribute(name, "description");
  if (column.is_text()) {
    column.codes = file.read_rows<std::int32_t>(name, range.first, range.count);
    column.dictionary = file.read_texts(file.text_attribute(name, "dictionary"));
    auto const entries = static_cast<std::int32_t>(column.dictionary.size());
    for (std::int32_t const code : column.codes) {
      if (code < missing_code || code >= entries) {
        throw DataError(fmt::format("{}: column '{}' holds code {} but its dictionary has {} entries",
                                    file.path().string(), column_name, code, entries));
      }
    }
  } else if (column.is_real()) {
    column.reals = file.read_rows<double>(name, range.first, range.count);
  } else {
    column.integers = file.read_rows<std::int64_t>(name, range.first, range.count);
  }
  return column;
}

}  // namespace

void write_table(Hdf5File& file, std::string const& group, Table const& table) {
  file.create_group(group);
  file.set_attribute(group, "rows", table.range.total);
  std::string order;
  for (Column const& column : table.columns) {
    write_column(file, group, column, table.range);
    order += (order.empty() ? "" : "\n") + column.name;
  }
  file.set_attribute(group, "columns", order);
}

Table read_table_group(Comm const& comm, Hdf5File& file, std::string const& group) {
  Table table;
  table.range = even_share(file.integer_attribute(group, "rows"), comm.rank(), comm.size());
  std::string const order = file.text_attribute(group, "columns");
  for (std::size_t at = 0; at < order.size();) {
    std::size_t const end = std::min(order.find('\n', at), order.size());
    table.columns.push_back(read_column(file, group, order.substr(at, end - at), table.range));
    at = end + 1;
  }
  return table;
}

Table read_table_file(Comm const& comm, std::filesystem::path const& path) {
  Hdf5File file = Hdf5File::open(comm, path);
  if (file.has("table")) return read_table_group(comm, file, "table");
  for (std::string const& group : file.groups_in("/")) {
    if (file.has_attribute(group, "columns")) return read_table_group(comm, file, group);
  }
  throw DataError(path.string() + " holds no table; expected a group with the attributes 'rows' and 'columns'");
}

}  // namespace tidemill::io
