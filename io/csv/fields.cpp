#include "io/csv/fields.hpp"

#include <algorithm>

#include "io/csv/quotes.hpp"

namespace tidemill::io::csv {

Field clean_field(std::string_view raw, char delimiter, std::string& scratch) {
  while (!raw.empty() && is_blank(raw.front(), delimiter)) raw.remove_prefix(1);
  while (!raw.empty() && (is_blank(raw.back(), delimiter) || raw.back() == '\r')) raw.remove_suffix(1);
  if (raw.empty() || raw.front() != '"') return {raw, false, true};

  raw.remove_prefix(1);
  std::size_t close = raw.find('"');
  bool doubled = false;
  while (close != std::string_view::npos && close + 1 < raw.size() && raw[close + 1] == '"') {
    doubled = true;
    close = raw.find('"', close + 2);
  }
  if (close == std::string_view::npos) return {raw, true, false};
  if (close + 1 != raw.size()) return {raw, true, false};
  raw = raw.substr(0, close);
  if (!doubled) return {raw, true, true};
  scratch.clear();
  for (std::size_t i = 0; i < raw.size(); ++i) {
    scratch += raw[i];
    if (raw[i] == '"') ++i;
  }
  return {scratch, true, true};
}

void read_row(std::string_view text, std::size_t from, char delimiter, Row& row) {
  row.fields.clear();
  row.closed = true;
  row.blank = true;
  std::size_t field_start = from;
  bool only_blanks = true;  // so far in this field
  std::size_t at = from;
  for (; at < text.size() && text[at] != '\n'; ++at) {
    char const c = text[at];
    if (c == delimiter) {
      row.fields.push_back(text.substr(field_start, at - field_start));
      field_start = at + 1;
      only_blanks = true;
      row.blank = false;
    } else if (c == '"' && only_blanks) {
      row.blank = false;
      only_blanks = false;
      for (++at; at < text.size(); ++at) {
        if (text[at] != '"') continue;
        if (at + 1 < text.size() && text[at + 1] == '"') {
          ++at;
        } else {
          break;
        }
      }
      if (at >= text.size()) {
        row.closed = false;
        at = text.size();
        break;
      }
    } else if (!is_blank(c, delimiter) && c != '\r') {
      only_blanks = false;
      row.blank = false;
    } else if (c == '\r') {
      only_blanks = false;
    }
  }
  row.fields.push_back(text.substr(field_start, at - field_start));
  std::size_t end = at;
  if (end > from && text[end - 1] == '\r') --end;
  row.raw = text.substr(from, end - from);
  row.next = std::min(at + 1, text.size());
}

std::vector<std::string> row_values(Row const& row, char delimiter) {
  std::vector<std::string> values;
  std::string scratch;
  for (std::string_view const raw : row.fields) values.emplace_back(clean_field(raw, delimiter, scratch).value);
  return values;
}

}  // namespace tidemill::io::csv
