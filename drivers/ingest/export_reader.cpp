#include "drivers/ingest/export_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "io/csv/row_index.hpp"
#include "io/csv/text_pool.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

ExportReader::ExportReader(io::Comm const& comm, std::filesystem::path const& path, IngestOptions const& options)
    : layouts_(io::find_adapter(options.adapter).layouts(options.file)), options_(options.file) {
  io::csv::TextSource const source(comm, path);
  io::TextFormat format;
  format.delimiter = options.delimiter;
  format.decimal = options.file.decimal;
  format.guess_header = false;
  io::csv::Dialect const dialect = io::csv::find_dialect(source.head(), source.head_is_all(), format, source.name());
  header_ = dialect.names;
  layout_ = &io::choose_layout(layouts_, header_, source.name(), binding_);
  if (options_.date_order == io::DateOrder::unknown) options_.date_order = layout_->date_order;
  part_ = source.split(comm, dialect.first_row, dialect.delimiter, dialect.blanks);
  make_utf8(comm, options.encoding);
  settle_date_order(comm);
}

/// The encoding is the whole file's: one byte sequence that is no UTF-8 makes all of it latin-1. With "utf-8" given,
/// such rows are bad rows instead.
void ExportReader::make_utf8(io::Comm const& comm, std::string const& encoding) {
  if (encoding == "utf-8") return;
  std::size_t const begin = part_.begin();
  std::string_view const rows = part_.text.substr(begin, part_.end() - begin);
  bool const bad = encoding == "latin-1" || !io::csv::is_utf8(rows);
  if (comm.max(static_cast<int>(bad)) == 0) return;
  part_.lines_before = part_.line_of(begin) - 1;
  auto const converted = std::make_shared<std::string const>(io::csv::utf8_from_latin1(rows));
  part_.text = *converted;
  part_.owner = converted;
  part_.cuts = {0};
  if (!converted->empty()) part_.cuts.push_back(converted->size());
  for (std::string& name : header_) name = io::csv::utf8_from_latin1(name);
}

void ExportReader::settle_date_order(io::Comm const& comm) {
  if (options_.date_order != io::DateOrder::unknown || layout_->is_report) return;
  std::array<std::int64_t, 2> lines{INT64_MAX, INT64_MAX};  // first month-first, first day-first
  std::int64_t ambiguous = INT64_MAX;
  std::string example;
  io::agree(comm, "look at dates of " + part_.file_name, [&] {
    for_each_row([&](ExportRow const& row) {
      if (!row.problem.empty()) return;
      std::string_view const text = row.cells[layout_->date_column];
      io::Moment moment;
      io::DateProblem const problem = io::parse_moment(text, io::DateOrder::unknown, moment);
      if (problem == io::DateProblem::ambiguous) {
        if (row.line < ambiguous) example = text;
        ambiguous = std::min(ambiguous, row.line);
        return;
      }
      io::DateOrder const told = io::order_told_by(text);
      if (told == io::DateOrder::unknown) return;
      std::int64_t& first = lines[told == io::DateOrder::month_first ? 0 : 1];
      first = std::min(first, row.line);
    });
  });
  comm.min(std::span<std::int64_t>(lines));
  std::int64_t const first_ambiguous = comm.min(ambiguous);
  bool const month_first = lines[0] != INT64_MAX;
  bool const day_first = lines[1] != INT64_MAX;
  if (month_first && day_first) {
    throw DataError(
        fmt::format("{}: line {} has the month first, line {} the day, in column '{}'; give --date-order mdy or "
                    "dmy, rows of the other kind are then quarantined",
                    part_.file_name, lines[0], lines[1], layout_->columns[layout_->date_column].names.front()));
  }
  if (month_first) options_.date_order = io::DateOrder::month_first;
  if (day_first) options_.date_order = io::DateOrder::day_first;
  if (first_ambiguous == INT64_MAX || month_first || day_first) return;
  int const holder = comm.min(first_ambiguous == ambiguous ? comm.rank() : comm.size());
  throw ConfigError(
      fmt::format("{}: line {}, column '{}': '{}' can mean two days, and no row tells which; give "
                  "--date-order mdy or dmy",
                  part_.file_name, first_ambiguous, layout_->columns[layout_->date_column].names.front(),
                  comm.broadcast(example, holder)));
}

std::vector<std::size_t> ExportReader::other_columns() const {
  std::vector<std::size_t> others;
  for (std::size_t c = 0; c < header_.size(); ++c) {
    if (std::find(binding_.begin(), binding_.end(), static_cast<int>(c)) == binding_.end()) others.push_back(c);
  }
  return others;
}

void ExportReader::for_each_row(std::function<void(ExportRow const&)> const& work) const {
  io::Cells cells(layout_->columns, options_);
  std::vector<std::string> values(header_.size());
  io::csv::Row row;
  std::string scratch;
  std::size_t at = part_.begin();
  std::int64_t line = part_.line_of(at);
  for (; at < part_.end(); at = row.next) {
    io::csv::read_row(part_.text, at, part_.delimiter, row);
    std::int64_t const row_line = line;
    line += std::count(part_.text.begin() + static_cast<std::ptrdiff_t>(at),
                       part_.text.begin() + static_cast<std::ptrdiff_t>(row.next), '\n');
    if (row.blank) continue;
    if (!row.closed) {
      throw DataError(
          fmt::format("{}: line {}: a quote opened in this row is never closed; close it, or double quotes "
                      "inside values",
                      part_.file_name, row_line));
    }
    ExportRow out{row_line, row.raw, values, cells, {}};
    if (row.fields.size() != header_.size()) {
      out.problem = fmt::format("expected {} fields, found {}", header_.size(), row.fields.size());
    } else if (row.raw.find('\0') != std::string_view::npos) {
      out.problem = "holds NUL bytes";
    } else if (!io::csv::is_utf8(row.raw)) {
      out.problem = "not UTF-8 text; give --encoding latin-1";
    }
    for (std::size_t c = 0; c < values.size(); ++c) {
      bool const there = c < row.fields.size();
      io::csv::Field const field =
          there ? io::csv::clean_field(row.fields[c], part_.delimiter, scratch) : io::csv::Field{};
      if (!field.well_formed && out.problem.empty()) out.problem = "text follows a closing quote";
      if (field.value.size() > io::csv::longest_field && out.problem.empty()) {
        out.problem = fmt::format("a value is longer than {} bytes", io::csv::longest_field);
      }
      values[c] = without_blanks(field.value);
    }
    for (std::size_t c = 0; c < binding_.size(); ++c) {
      cells.set(c, binding_[c] < 0 ? std::string_view{} : values[static_cast<std::size_t>(binding_[c])]);
    }
    work(out);
  }
}

}  // namespace tidemill::drivers
