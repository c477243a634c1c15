#include "io/csv/column_builder.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "io/csv/fields.hpp"
#include "io/csv/number.hpp"
#include "io/csv/number_columns.hpp"
#include "io/csv/separator_scan.hpp"
#include "io/error.hpp"

namespace tidemill::io::csv {
namespace {

/// Fresh memory in large pages costs a tenth of the time in small ones.
template <class T>
void reserve_in_huge_pages(std::vector<T>& values, std::size_t rows) {
  values.reserve(rows);
  constexpr std::uintptr_t page = std::uintptr_t{2} << 20;
  auto const first = reinterpret_cast<std::uintptr_t>(values.data());
  std::uintptr_t const start = (first + page - 1) / page * page;
  std::uintptr_t const end = (first + values.capacity() * sizeof(T)) / page * page;
  // Only advice: a refusal changes nothing but the speed.
  if (end > start) ::madvise(reinterpret_cast<void*>(start), end - start, MADV_HUGEPAGE);
}

FieldColumn fields_of(RowIndex const& index, std::size_t column) {
  bool const is_first = column == 0;
  return {index.text.data() + index.base,
          is_first ? index.row_start.data() : index.field_end.data() + column - 1,
          is_first ? 0u : 1u,
          index.field_end.data() + column,
          is_first ? 1 : index.columns,
          index.columns,
          index.rows(),
          column + 1 == index.columns};
}

void all_rows(std::size_t rows, std::vector<std::uint32_t>& list) {
  list.resize(rows);
  std::iota(list.begin(), list.end(), std::uint32_t{0});
}

}  // namespace

bool ValueRules::is_missing(std::string_view value) const {
  return value.empty() || std::any_of(missing.begin(), missing.end(), [&](std::string const& m) { return m == value; });
}

ColumnBuilder::ColumnBuilder(std::string name, Kinds expected, ValueRules const& rules)
    : type_(type_for(expected)), only_look_(expected == no_value), rules_(rules), pool_(rules.missing) {
  column_.name = std::move(name);
  column_.type = type_;
}

Column ColumnBuilder::take() { return std::move(column_); }

void ColumnBuilder::append(TextPart const& part, RowIndex const& index, std::size_t column) {
  if (only_look_ || kinds_ != no_value) return look(part, index, column);
  switch (type_) {
    case ColumnType::text:
      return append_texts(part, index, column);
    case ColumnType::real:
      return append_reals(part, index, column);
    case ColumnType::integer:
      return append_integers(part, index, column);
    default:
      return append_instants(part, index, column);
  }
}

std::string_view ColumnBuilder::value_at(TextPart const& part, RowIndex const& index, std::size_t row,
                                         std::size_t column) {
  std::string_view const raw = index.field(row, column);
  // Most fields need nothing done: blanks, quotes and line ends are at or below the quote's code.
  if (!raw.empty() && raw.front() > '"' && raw.back() > '"') return raw;
  Field const field = clean_field(raw, rules_.delimiter, scratch_);
  if (!field.well_formed) {
    refuse(part, index, row, "text follows the closing quote; double the quotes inside the value");
  }
  return field.value;
}

void ColumnBuilder::refuse(TextPart const& part, RowIndex const& index, std::size_t row,
                           std::string const& what) const {
  throw DataError(fmt::format("{}: line {}, column '{}': {}", part.file_name,
                              part.line_of(index.base + index.row_start[row]), column_.name, what));
}

void ColumnBuilder::reserve(std::size_t rows) {
  if (type_ == ColumnType::text) {
    reserve_in_huge_pages(column_.codes, rows);
  } else if (type_ == ColumnType::real) {
    reserve_in_huge_pages(column_.reals, rows);
  } else {
    reserve_in_huge_pages(column_.integers, rows);
  }
}

void ColumnBuilder::append_integers(TextPart const& part, RowIndex const& index, std::size_t column) {
  std::size_t const before = column_.integers.size();
  column_.integers.resize(before + index.rows());
  std::int64_t* const out = column_.integers.data() + before;
  if (has_avx512()) {
    rest_.clear();
    parse_short_integers_avx512(fields_of(index, column), out, rest_);
  } else {
    all_rows(index.rows(), rest_);
  }
  for (std::uint32_t const row : rest_) {
    std::int64_t parsed = missing_integer;
    std::string_view const value = value_at(part, index, row, column);
    if (parse_integer(value, parsed) != Parsed::ok) {
      parsed = missing_integer;
      note(value);
    }
    out[row] = parsed;
  }
}

void ColumnBuilder::append_reals(TextPart const& part, RowIndex const& index, std::size_t column) {
  std::size_t const before = column_.reals.size();
  column_.reals.resize(before + index.rows());
  double* const out = column_.reals.data() + before;
  if (has_avx512()) {
    rest_.clear();
    parse_short_reals_avx512(fields_of(index, column), rules_.decimal, out, rest_);
  } else {
    all_rows(index.rows(), rest_);
  }
  for (std::uint32_t const row : rest_) {
    double parsed = 0;
    std::string_view const value = value_at(part, index, row, column);
    if (parse_real(value, rules_.decimal, parsed) != Parsed::ok) {
      parsed = std::numeric_limits<double>::quiet_NaN();
      note(value);
    }
    out[row] = parsed;
  }
}

void ColumnBuilder::append_instants(TextPart const& part, RowIndex const& index, std::size_t column) {
  std::size_t const before = column_.integers.size();
  column_.integers.resize(before + index.rows());
  std::int64_t* const out = column_.integers.data() + before;
  std::string_view last;  // dates come in runs
  std::int64_t last_value = 0;
  for (std::size_t row = 0; row < index.rows(); ++row) {
    std::string_view const value = value_at(part, index, row, column);
    if (value == last && !last.empty()) {
      out[row] = last_value;
      continue;
    }
    std::int64_t parsed = missing_integer;
    bool const fits = type_ == ColumnType::date ? parse_date(value, parsed) : parse_time(value, parsed);
    if (!fits) {
      parsed = missing_integer;
      note(value);
    } else if (value.data() != scratch_.data()) {
      last = value;
      last_value = parsed;
    }
    out[row] = parsed;
  }
}

void ColumnBuilder::append_texts(TextPart const& part, RowIndex const& index, std::size_t column) {
  std::size_t const before = column_.codes.size();
  column_.codes.resize(before + index.rows());
  std::int32_t* const out = column_.codes.data() + before;
  for (std::size_t row = 0; row < index.rows(); ++row) out[row] = pool_.code_of(value_at(part, index, row, column));
}

void ColumnBuilder::note(std::string_view value) {
  if (!rules_.is_missing(value)) kinds_ = static_cast<Kinds>(kinds_ | kind_of(value, rules_.decimal));
}

void ColumnBuilder::look(TextPart const& part, RowIndex const& index, std::size_t column) {
  column_.resize(column_.size() + static_cast<std::int64_t>(index.rows()));
  for (std::size_t row = 0; row < index.rows() && (kinds_ & text_value) == 0; ++row) {
    std::string_view const value = value_at(part, index, row, column);
    note(value);
  }
}

}  // namespace tidemill::io::csv
