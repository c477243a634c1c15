#include "drivers/ingest/line_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "drivers/ingest/sales_store.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::size_t longest_raw = 4096;
constexpr std::size_t problems_shown = 5;

}  // namespace

std::string_view TextValues::text(std::size_t row) const {
  std::int32_t const code = codes_[row];
  return code == io::missing_code ? std::string_view{} : pool_.text(static_cast<std::size_t>(code));
}

io::Column TextValues::local_column(std::string name, std::string description) const {
  io::Column column;
  column.name = std::move(name);
  column.type = io::ColumnType::text;
  column.description = std::move(description);
  column.codes = codes_;
  for (std::size_t i = 0; i < pool_.size(); ++i) column.dictionary.emplace_back(pool_.text(i));
  return column;
}

LineColumns::LineColumns() {
  for (SalesColumn const& column : sales_columns()) {
    if (column.type == io::ColumnType::text) {
      texts_.emplace_back();
    } else {
      integers_.emplace_back();
    }
  }
}

void LineColumns::add(io::SalesLine const& line, std::string_view source) {
  // In the order of sales_columns().
  std::array<std::string_view, 10> const texts{line.location,    line.order_id, line.line_id, line.item_key,
                                               line.item_name,   line.category, line.menu,    line.channel,
                                               line.modifier_of, source};
  std::array<std::int64_t, 12> const integers{line.business_date, line.local_time, line.utc_offset, line.qty,
                                              line.gross,         line.discount,   line.net,        line.tax,
                                              line.unit_cost,     line.is_void,    line.is_refund,  line.is_deferred};
  for (std::size_t i = 0; i < texts.size(); ++i) texts_[i].add(texts[i]);
  for (std::size_t i = 0; i < integers.size(); ++i) integers_[i].push_back(integers[i]);
}

io::Table LineColumns::local_table() const {
  io::Table table;
  std::size_t text = 0, integer = 0;
  for (SalesColumn const& column : sales_columns()) {
    if (column.type == io::ColumnType::text) {
      table.add(texts_[text++].local_column(column.name, column.description));
    } else {
      table.add(io::integer_column(column.name, integers_[integer++], column.type, column.unit, column.description));
    }
  }
  table.range = {0, rows(), rows()};
  return table;
}

void Quarantine::add(std::int64_t line, io::RowProblem const& problem, std::string_view raw, std::int64_t net) {
  lines_.push_back(line);
  columns_.push_back(problem.column);
  reasons_.push_back(problem.reason);
  // A dictionary cannot hold NUL, nor what is no text at all.
  std::string kept = io::csv::is_utf8(raw.substr(0, longest_raw))
                         ? std::string(raw.substr(0, longest_raw))
                         : io::csv::utf8_from_latin1(raw.substr(0, longest_raw));
  std::replace(kept.begin(), kept.end(), '\0', ' ');
  raws_.push_back(std::move(kept));
  excluded_flags_.push_back(problem.excluded ? 1 : 0);
  nets_.push_back(net);
  ++(problem.excluded ? excluded_ : bad_);
}

io::Table Quarantine::table(io::Comm const& comm, std::string const& file) const {
  io::Table table;
  table.add(io::text_column(comm, "file", std::vector<std::string>(lines_.size(), file), "name of the file"));
  table.add(
      io::integer_column("line", lines_, io::ColumnType::integer, "", "line of the file on which the row begins"));
  table.add(io::text_column(comm, "column", columns_, "header of the column at fault"));
  table.add(io::text_column(comm, "reason", reasons_, "why the row is no sales line"));
  table.add(io::text_column(comm, "raw", raws_, "the row as it stands in the file, at most 4096 bytes"));
  table.add(io::integer_column("excluded", excluded_flags_, io::ColumnType::integer, "",
                               "1: a good row that is no sale (unpaid, service charge); 0: a bad row"));
  table.add(io::integer_column("net", nets_, io::ColumnType::cents, "cents", "net amount, missing when not legible"));
  table.range = io::range_of_part(comm, static_cast<std::int64_t>(lines_.size()));
  return table;
}

std::vector<std::string> Quarantine::first_problems(io::Comm const& comm) const {
  std::string mine;
  std::size_t shown = 0;
  for (std::size_t i = 0; i < lines_.size() && shown < problems_shown; ++i) {
    if (excluded_flags_[i] == 1) continue;
    std::string const column = columns_[i].empty() ? "" : fmt::format(", column '{}'", columns_[i]);
    std::string text = fmt::format("line {}{}: {}", lines_[i], column, reasons_[i]);
    std::replace(text.begin(), text.end(), '\n', ' ');
    mine += text + "\n";
    ++shown;
  }
  std::vector<std::string> first;
  for (std::string const& part : comm.gather_all_texts(mine)) {
    for (std::size_t at = 0; at < part.size() && first.size() < problems_shown;) {
      std::size_t const end = part.find('\n', at);
      first.push_back(part.substr(at, end - at));
      at = end + 1;
    }
  }
  return first;
}

}  // namespace tidemill::drivers
