#include "io/csv/dialect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "io/csv/fields.hpp"
#include "io/csv/number.hpp"
#include "io/csv/quotes.hpp"
#include "io/error.hpp"

namespace tidemill::io::csv {
namespace {

constexpr std::size_t rows_to_judge = 20;

/// The first rows that are whole and not blank.
std::vector<Row> first_rows(std::string_view head, bool head_is_all, char delimiter, std::size_t from,
                            std::size_t count) {
  std::vector<Row> rows;
  Row row;
  while (from < head.size() && rows.size() < count) {
    read_row(head, from, delimiter, row);
    bool const whole = head_is_all || row.next < head.size();
    if (!whole && !rows.empty()) break;
    if (!row.blank) rows.push_back(row);
    from = row.next;
  }
  return rows;
}

/// Columns when all of the first rows agree on more than one; 0 otherwise.
std::size_t agreed_columns(std::vector<Row> const& rows) {
  if (rows.empty()) return 0;
  std::size_t const columns = rows.front().fields.size();
  bool const same =
      std::all_of(rows.begin(), rows.end(), [&](Row const& r) { return r.fields.size() == columns && r.closed; });
  return same && columns > 1 ? columns : 0;
}

bool is_number(std::string_view value, char decimal) {
  double parsed = 0;
  return parse_real(value, decimal, parsed) == Parsed::ok;
}

bool is_numbers_apart_by_blanks(std::string_view line, char decimal) {
  std::string const tabbed = with_tabs(line);
  Row row;
  read_row(tabbed, 0, '\t', row);
  std::vector<std::string> const values = row_values(row, '\t');
  return values.size() > 1 &&
         std::all_of(values.begin(), values.end(), [&](std::string const& v) { return is_number(v, decimal); });
}

char guess_delimiter(std::string_view head, bool head_is_all, TextFormat const& format, std::size_t from,
                     std::string const& file_name) {
  std::string_view const name = file_name;
  bool const named_tsv =
      name.ends_with(".tsv") || name.ends_with(".tsv.gz") || name.ends_with(".tsv.zst") || name.ends_with(".tab");
  if (named_tsv) return '\t';
  std::array<char, 4> const candidates{',', '\t', ';', '|'};
  char best = 0;
  std::size_t most = 0;
  for (char const candidate : candidates) {
    if (candidate == format.decimal) continue;
    std::size_t const columns = agreed_columns(first_rows(head, head_is_all, candidate, from, rows_to_judge));
    if (columns > most) {
      most = columns;
      best = candidate;
    }
  }
  if (best != 0) return best;
  // Rows that disagree are reported later, with line and count, for the separator that the first line has most of.
  std::string_view const line = head.substr(from, head.find('\n', from) - from);
  std::ptrdiff_t seen = 0;
  for (char const candidate : candidates) {
    if (candidate == format.decimal) continue;
    std::ptrdiff_t const count = std::count(line.begin(), line.end(), candidate);
    if (count > seen) {
      seen = count;
      best = candidate;
    }
  }
  if (best != 0) return best;
  return is_numbers_apart_by_blanks(line, format.decimal) ? ' ' : format.decimal == ',' ? ';' : ',';
}

void refuse_repeated_names(std::vector<std::string> const& names, std::string const& file_name) {
  std::set<std::string> seen;
  for (std::string const& name : names) {
    if (!seen.insert(name).second) {
      throw DataError(fmt::format("{}: the header names column '{}' twice; rename one of them", file_name, name));
    }
  }
}

}  // namespace

void check_is_text(std::string_view head, std::string const& file_name) {
  if (head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff")) {
    throw DataError(
        fmt::format("{}: line 1: this is UTF-16 text; save it as UTF-8 (iconv -f UTF-16 -t UTF-8)", file_name));
  }
  std::size_t const nul = head.find('\0');
  if (nul != std::string_view::npos) {
    throw DataError(fmt::format("{}: line {}: holds NUL bytes, so it is not a text file; export it as CSV", file_name,
                                1 + std::count(head.begin(), head.begin() + static_cast<std::ptrdiff_t>(nul), '\n')));
  }
  if (head.find('\n') == std::string_view::npos && head.find('\r') != std::string_view::npos &&
      head.find('\r') + 1 < head.size()) {
    throw DataError(fmt::format(
        "{}: line 1: lines end in bare carriage returns; convert them to line feeds (tr '\\r' '\\n')", file_name));
  }
}

Dialect find_dialect(std::string_view head, bool head_is_all, TextFormat const& format, std::string const& file_name) {
  check_is_text(head, file_name);
  std::size_t from = 0;
  for (std::int64_t skipped = 0; skipped < format.skip_lines && from < head.size(); ++skipped) {
    from = std::min(head.find('\n', from), head.size() - 1) + 1;
  }
  Dialect dialect;
  dialect.delimiter =
      format.delimiter != 0 ? format.delimiter : guess_delimiter(head, head_is_all, format, from, file_name);
  if (dialect.delimiter == format.decimal) {
    throw ConfigError(
        fmt::format("'{}' cannot both separate fields and mark decimals; set the delimiter", format.decimal));
  }
  dialect.blanks = dialect.delimiter == ' ';

  Row row;
  do {
    if (from >= head.size()) throw DataError(file_name + ": line 1: the file holds no row; export it again");
    read_row(head, from, dialect.delimiter, row);
    dialect.first_row = from;
    from = row.next;
  } while (row.blank);
  if (!row.closed || (!head_is_all && row.next >= head.size())) {
    throw DataError(
        fmt::format("{}: line 1: the first row does not end; a quote is not closed or this is no table", file_name));
  }

  std::string tabbed;
  if (dialect.blanks) {
    tabbed = with_tabs(row.raw);
    dialect.delimiter = '\t';
    read_row(tabbed, 0, '\t', row);
    row.next = from;
  }
  std::vector<std::string> values = row_values(row, dialect.delimiter);
  auto const numeric = [&](std::string const& v) { return is_number(v, format.decimal); };
  bool const header = format.has_header && !(format.guess_header && std::all_of(values.begin(), values.end(), numeric));
  if (header) {
    dialect.names = std::move(values);
    dialect.first_row = row.next;
  } else {
    dialect.names = format.names;
    dialect.names.resize(values.size());
    if (!format.names.empty() && format.names.size() != values.size()) {
      throw ConfigError(fmt::format("{}: {} column names were given but the rows have {} fields", file_name,
                                    format.names.size(), values.size()));
    }
  }
  for (std::size_t c = 0; c < dialect.names.size(); ++c) {
    if (dialect.names[c].empty()) dialect.names[c] = "column_" + std::to_string(c + 1);
  }
  refuse_repeated_names(dialect.names, file_name);
  return dialect;
}

std::string with_tabs(std::string_view text) {
  std::string tabbed;
  tabbed.reserve(text.size());
  bool pending = false;  // blanks seen since the last value
  bool in_line = false;  // a value was seen in this line
  for (std::size_t at = 0; at < text.size(); ++at) {
    char const c = text[at];
    if (c == ' ' || c == '\t') {
      pending = true;
      continue;
    }
    if (c == '\n' || c == '\r') {
      tabbed += c;
      pending = in_line = false;
      continue;
    }
    bool const starts = pending || !in_line;
    if (pending && in_line) tabbed += '\t';
    pending = false;
    in_line = true;
    tabbed += c;
    if (c != '"' || !starts) continue;
    for (++at; at < text.size(); ++at) {
      tabbed += text[at];
      if (text[at] != '"') continue;
      if (at + 1 >= text.size() || text[at + 1] != '"') break;
      tabbed += text[++at];
    }
  }
  return tabbed;
}

}  // namespace tidemill::io::csv
