#include "io/tables/good_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>

#include "io/csv/column_builder.hpp"
#include "io/csv/fields.hpp"
#include "io/csv/file_bytes.hpp"
#include "io/csv/line_counter.hpp"
#include "io/csv/row_index.hpp"
#include "io/csv/text_table.hpp"
#include "io/csv/value_kinds.hpp"
#include "io/csv/write_csv.hpp"
#include "io/error.hpp"
#include "io/tables/table_file.hpp"

namespace tidemill::io {
namespace {

using csv::TextPart;

/// A row of a text file with its values, as the reader of whole columns would see them.
struct TextRow {
  std::size_t begin = 0, next = 0;
  std::vector<std::string> values;
  std::string problem;  ///< not empty: the row cannot be read
};

std::string problem_of(csv::Row const& row, std::size_t columns) {
  if (row.fields.size() != columns) return fmt::format("expected {} fields, found {}", columns, row.fields.size());
  if (row.raw.find('\0') != std::string_view::npos) return "holds NUL bytes";
  return "";
}

void take_values(csv::Row const& row, csv::ValueRules const& rules, TextRow& out) {
  std::string scratch;
  for (std::size_t c = 0; c < out.values.size(); ++c) {
    csv::Field const field = csv::clean_field(row.fields[c], rules.delimiter, scratch);
    if (!field.well_formed) out.problem = "text follows a closing quote";
    if (field.value.size() > csv::longest_field) {
      out.problem = fmt::format("a value is longer than {} bytes", csv::longest_field);
    }
    out.values[c] = rules.is_missing(field.value) ? std::string_view() : field.value;
  }
}

template <class Use>
void for_each_text_row(TextPart const& part, csv::ValueRules const& rules, std::size_t columns, Use const& use) {
  csv::Row row;
  TextRow out;
  for (std::size_t at = part.begin(); at < part.end(); at = row.next) {
    csv::read_row(part.text, at, rules.delimiter, row);
    if (row.blank) continue;
    if (!row.closed) {
      throw DataError(
          fmt::format("{}: line {}: a quote opened in this row is never closed; close it, or double quotes "
                      "inside values",
                      part.file_name, part.line_of(at)));
    }
    out.begin = at;
    out.next = row.next;
    out.values.assign(columns, {});
    out.problem = problem_of(row, columns);
    if (out.problem.empty()) take_values(row, rules, out);
    use(out);
  }
}

std::vector<ColumnType> types_of_good_rows(Comm const& comm, TextPart const& part, csv::ValueRules const& rules,
                                           std::size_t columns, RowJudge const& judge) {
  std::vector<csv::Kinds> kinds(columns, csv::no_value);
  agree(comm, "look for bad rows in " + part.file_name, [&] {
    for_each_text_row(part, rules, columns, [&](TextRow const& row) {
      if (!row.problem.empty() || judge(row.values)) return;
      for (std::size_t c = 0; c < columns; ++c) {
        if (!row.values[c].empty()) {
          kinds[c] = static_cast<csv::Kinds>(kinds[c] | csv::kind_of(row.values[c], rules.decimal));
        }
      }
    });
  });
  std::vector<csv::Kinds> const all = comm.gather_all(std::span<csv::Kinds const>(kinds));
  std::vector<ColumnType> types;
  for (std::size_t i = 0; i < all.size(); ++i)
    kinds[i % columns] = static_cast<csv::Kinds>(kinds[i % columns] | all[i]);
  for (csv::Kinds const kind : kinds) types.push_back(csv::type_for(kind));
  return types;
}

/// Bad rows become empty lines, so that the others keep their places.
TextPart without_bad_rows(TextPart const& part, csv::ValueRules const& rules, std::size_t columns,
                          RowJudge const& judge, std::vector<BadRow>& bad) {
  auto const kept = std::make_shared<std::string>(part.text.substr(0, part.end()));
  csv::LineCounter lines(part);
  for_each_text_row(part, rules, columns, [&](TextRow const& row) {
    std::optional<RowFault> fault;
    if (!row.problem.empty()) {
      fault = RowFault{"", row.problem};
    } else {
      fault = judge(row.values);
    }
    if (!fault) return;
    bad.push_back({lines.line_of(row.begin), fault->column, fault->reason});
    for (std::size_t i = row.begin; i < row.next; ++i) {
      if ((*kept)[i] != '\n') (*kept)[i] = ' ';
    }
  });
  TextPart result = part;
  result.text = *kept;
  result.owner = kept;
  return result;
}

std::string text_of_cell(Column const& column, std::int64_t row) {
  if (column.is_missing(row)) return "";
  if (column.is_text()) return column.text(row);
  auto const i = static_cast<std::size_t>(row);
  if (column.is_real()) return std::isfinite(column.reals[i]) ? fmt::format("{}", column.reals[i]) : "";
  return column.type == ColumnType::date ? date_text(column.integers[i]) : std::to_string(column.integers[i]);
}

template <class Value>
void keep_marked(std::vector<Value>& values, std::vector<bool> const& kept) {
  if (values.empty()) return;
  std::size_t to = 0;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i]) values[to++] = values[i];
  }
  values.resize(to);
}

Table good_rows_of(Comm const& comm, Table table, JudgeMaker const& make_judge, std::vector<BadRow>& bad) {
  std::vector<std::string> names;
  std::vector<ColumnType> types;
  for (Column const& column : table.columns) {
    names.push_back(column.name);
    types.push_back(column.type);
  }
  RowJudge const judge = make_judge(names, types);
  std::vector<bool> kept;
  std::vector<std::string> values(names.size());
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    for (std::size_t c = 0; c < values.size(); ++c) values[c] = text_of_cell(table.columns[c], row);
    std::optional<RowFault> const fault = judge(values);
    kept.push_back(!fault);
    if (fault) bad.push_back({table.range.first + row, fault->column, fault->reason});
  }
  for (Column& column : table.columns) {
    keep_marked(column.integers, kept);
    keep_marked(column.reals, kept);
    keep_marked(column.codes, kept);
  }
  table.range = range_of_part(comm, std::count(kept.begin(), kept.end(), true));
  return table;
}

}  // namespace

Table read_good_rows(Comm const& comm, std::filesystem::path const& path, TextFormat const& format,
                     JudgeMaker const& judge, std::vector<BadRow>& bad) {
  bool is_hdf5 = false;
  agree(comm, "read " + path.string(),
        [&] { is_hdf5 = csv::packing_of(csv::FileBytes(path).bytes()) == csv::Packing::hdf5; });
  if (is_hdf5) return good_rows_of(comm, read_table_file(comm, path), judge, bad);
  auto const change = [&](TextPart const& part, csv::ValueRules const& rules, std::vector<std::string> const& names) {
    std::vector<ColumnType> const types = types_of_good_rows(comm, part, rules, names.size(), judge(names, {}));
    TextPart kept;
    agree(comm, "set bad rows aside",
          [&] { kept = without_bad_rows(part, rules, names.size(), judge(names, types), bad); });
    return kept;
  };
  return csv::read_changed_table(comm, path, format, change);
}

}  // namespace tidemill::io
