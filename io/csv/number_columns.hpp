#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tidemill::io::csv {

/// The fields of one column of a chunk: field r is text[first[r * stride] + skip .. end[r * stride]).
struct FieldColumn {
  char const* text;
  std::uint32_t const* first;
  std::uint32_t skip;  ///< 1 when `first` holds the separators before the fields
  std::uint32_t const* end;
  std::size_t first_stride;
  std::size_t end_stride;
  std::size_t rows;
  bool last_column;  ///< a carriage return before the row's end is no part of the field
};

/// Short plain numbers, [-]digits[.digits] in at most 16 characters after the sign (integers: 18), sixteen digits at a
/// time. Values are exactly those of parse_real() and parse_integer(). Rows that hold anything else are appended to
/// `rest` in order and left for them.
void parse_short_reals_avx512(FieldColumn const& column, char decimal, double* out, std::vector<std::uint32_t>& rest);
void parse_short_integers_avx512(FieldColumn const& column, std::int64_t* out, std::vector<std::uint32_t>& rest);

}  // namespace tidemill::io::csv
