#include "jobs/table_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "io/csv/write_csv.hpp"
#include "io/store/commit.hpp"
#include "io/tables/table_file.hpp"

namespace tidemill::jobs {
namespace {

nlohmann::ordered_json json_cell(io::Column const& column, std::int64_t row) {
  if (column.is_missing(row)) return nullptr;
  auto const i = static_cast<std::size_t>(row);
  switch (column.type) {
    case io::ColumnType::text:
      return column.text(row);
    case io::ColumnType::real:
      return column.reals[i];
    case io::ColumnType::cents:
      return static_cast<double>(column.integers[i]) / 100.0;
    case io::ColumnType::date:
      return io::date_text(column.integers[i]);
    case io::ColumnType::integer:
    case io::ColumnType::time:
      break;
  }
  return column.integers[i];
}

std::string text_cell(io::Column const& column, std::int64_t row) {
  if (column.is_missing(row)) return "-";
  if (column.is_real()) return fmt::format("{:.4g}", column.number(row));
  nlohmann::ordered_json const value = json_cell(column, row);
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string join(std::vector<std::string> const& parts) {
  std::string all;
  for (std::string const& part : parts) all += part;
  return all;
}

}  // namespace

void write_results(Context const& context, std::string const& path, std::vector<NamedTable> const& tables,
                   std::map<std::string, std::string> const& inputs) {
  if (path.empty()) return;
  std::filesystem::path const file = path;
  if (file.extension() != ".csv") {
    io::commit_hdf5(context.comm, file, {"result", context.config_text, context.seed, inputs}, [&](io::Hdf5File& out) {
      for (NamedTable const& entry : tables) io::write_table(out, entry.name, entry.table);
    });
    return;
  }
  for (std::size_t i = 0; i < tables.size(); ++i) {
    std::filesystem::path const name =
        i == 0 ? file : file.parent_path() / (file.stem().string() + "." + tables[i].name + ".csv");
    io::write_csv(context.comm, name, tables[i].table);
  }
}

std::string json_rows(io::Comm const& comm, io::Table const& table) {
  std::string mine;
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    nlohmann::ordered_json object;
    for (io::Column const& column : table.columns) object[column.name] = json_cell(column, row);
    mine += (table.range.first + row == 0 ? "" : ",\n") + object.dump();
  }
  std::string const all = join(comm.gather_all_texts(mine));
  return comm.is_root() ? "[" + all + "]" : std::string();
}

std::string text_rows(io::Comm const& comm, io::Table const& table, std::vector<std::string> const& columns,
                      std::int64_t rows) {
  // Widths over the printed rows of all ranks; then each rank formats its own.
  std::int64_t const mine = std::clamp<std::int64_t>(rows - table.range.first, 0, table.rows());
  std::vector<std::int64_t> widths;
  for (std::string const& name : columns) {
    std::size_t width = name.size();
    for (std::int64_t row = 0; row < mine; ++row) width = std::max(width, text_cell(table.at(name), row).size());
    widths.push_back(static_cast<std::int64_t>(width));
  }
  comm.max(std::span(widths));
  auto const line = [&](auto const& cell) {
    std::string text;
    for (std::size_t j = 0; j < columns.size(); ++j) text += fmt::format("{:<{}}  ", cell(j), widths[j]);
    return text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
  };
  std::string part = comm.is_root() ? line([&](std::size_t j) { return columns[j]; }) : std::string();
  for (std::int64_t row = 0; row < mine; ++row) {
    part += line([&](std::size_t j) { return text_cell(table.at(columns[j]), row); });
  }
  std::string all = join(comm.gather_all_texts(part));
  if (table.range.total > rows) all += fmt::format("... and {} more rows\n", table.range.total - rows);
  return comm.is_root() ? all : std::string();
}

}  // namespace tidemill::jobs
