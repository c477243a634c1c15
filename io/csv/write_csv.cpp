#include "io/csv/write_csv.hpp"

#include <fmt/format.h>

#include <chrono>
#include <iterator>

#include "io/store/commit.hpp"

namespace tidemill::io {
namespace {

constexpr std::int64_t seconds_per_day = 86400;

std::string time_text(std::int64_t seconds) {
  std::int64_t const days =
      seconds >= 0 ? seconds / seconds_per_day : -((seconds_per_day - 1 - seconds) / seconds_per_day);
  std::int64_t const rest = seconds - days * seconds_per_day;
  return fmt::format("{} {:02}:{:02}:{:02}", date_text(days), rest / 3600, rest / 60 % 60, rest % 60);
}

void append_cell(std::string& out, Column const& column, std::int64_t row) {
  if (column.is_missing(row)) return;
  auto const i = static_cast<std::size_t>(row);
  switch (column.type) {
    case ColumnType::text:
      out += csv_text(column.text(row));
      return;
    case ColumnType::real:
      fmt::format_to(std::back_inserter(out), "{}", column.reals[i]);
      return;
    case ColumnType::integer:
      fmt::format_to(std::back_inserter(out), "{}", column.integers[i]);
      return;
    case ColumnType::cents:
      out += cents_text(column.integers[i]);
      return;
    case ColumnType::date:
      out += date_text(column.integers[i]);
      return;
    case ColumnType::time:
      out += time_text(column.integers[i]);
      return;
  }
}

std::string header_line(Table const& table) {
  std::string line;
  for (Column const& column : table.columns) line += (line.empty() ? "" : ",") + csv_text(column.name);
  return line + "\n";
}

}  // namespace

std::string csv_text(std::string_view text) {
  std::string cell;
  if (!text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos) cell = "'";
  cell += text;
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (char const c : cell) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string date_text(std::int64_t days) {
  std::chrono::year_month_day const date{std::chrono::sys_days{std::chrono::days{days}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string cents_text(std::int64_t cents) {
  std::uint64_t const size = cents < 0 ? -static_cast<std::uint64_t>(cents) : static_cast<std::uint64_t>(cents);
  return fmt::format("{}{}.{:02}", cents < 0 ? "-" : "", size / 100, size % 100);
}

std::string csv_rows(Table const& table) {
  std::string out;
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      if (c > 0) out += ',';
      append_cell(out, table.columns[c], row);
    }
    out += '\n';
  }
  return out;
}

void write_csv(Comm const& comm, std::filesystem::path const& path, Table const& table) {
  std::string const header = comm.is_root() ? header_line(table) : std::string();
  commit_text(comm, path, header + csv_rows(table));
}

}  // namespace tidemill::io
