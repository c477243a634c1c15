#include <immintrin.h>

#include "io/csv/number_columns.hpp"

namespace tidemill::io::csv {
namespace {

constexpr double powers_of_ten[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

/// Moves `length` bytes to the end of the vector; zeros come in front.
__m128i aligned_right(__m128i bytes, std::size_t length) {
  alignas(32) static constexpr std::int8_t shifts[32] = {
      -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128,
      0,    1,    2,    3,    4,    5,    6,    7,    8,    9,    10,   11,   12,   13,   14,   15};
  return _mm_shuffle_epi8(bytes, _mm_loadu_si128(reinterpret_cast<__m128i const*>(shifts + length)));
}

/// Sixteen digit values, most significant first, as one number.
std::uint64_t joined(__m128i digits) {
  __m128i v = _mm_maddubs_epi16(digits, _mm_set1_epi16(0x010a));
  v = _mm_madd_epi16(v, _mm_set1_epi32(0x00010064));
  v = _mm_packus_epi32(v, v);
  v = _mm_madd_epi16(v, _mm_set1_epi32(0x00012710));
  auto const halves = static_cast<std::uint64_t>(_mm_cvtsi128_si64(v));
  return (halves & 0xffffffffu) * 100000000u + (halves >> 32);
}

struct Span {
  char const* first;
  std::size_t length;
  bool negative;
};

/// A field without its sign.
Span span_of(FieldColumn const& column, std::size_t row) {
  std::uint32_t const first = column.first[row * column.first_stride] + column.skip;
  std::uint32_t end = column.end[row * column.end_stride];
  if (column.last_column && end > first && column.text[end - 1] == '\r') --end;
  bool const negative = end > first && column.text[first] == '-';
  return {column.text + first + negative, end - first - negative, negative};
}

}  // namespace

void parse_short_reals_avx512(FieldColumn const& column, char decimal, double* out, std::vector<std::uint32_t>& rest) {
  __m128i const mark = _mm_set1_epi8(decimal);
  __m128i const zero = _mm_set1_epi8('0');
  for (std::size_t row = 0; row < column.rows; ++row) {
    Span const field = span_of(column, row);
    std::size_t length = field.length;
    if (length - 1 > 15) {  // none, or more than sixteen
      rest.push_back(static_cast<std::uint32_t>(row));
      continue;
    }
    auto const all = static_cast<__mmask16>(0xffffu >> (16 - length));
    __m128i bytes = _mm_maskz_loadu_epi8(all, field.first);
    unsigned const marks = _mm_mask_cmpeq_epi8_mask(all, bytes, mark);
    bytes = _mm_sub_epi8(bytes, zero);
    unsigned const others = _mm_mask_cmpgt_epu8_mask(static_cast<__mmask16>(all & ~marks), bytes, _mm_set1_epi8(9));
    if (others != 0 || (marks & (marks - 1)) != 0 || (marks != 0 && length == 1)) {
      rest.push_back(static_cast<std::uint32_t>(row));
      continue;
    }
    std::size_t decimals = 0;
    if (marks != 0) {
      decimals = length - 1 - static_cast<std::size_t>(__builtin_ctz(marks));
      --length;
    }
    bytes = aligned_right(_mm_maskz_compress_epi8(static_cast<__mmask16>(all & ~marks), bytes), length);
    // With a mark there are at most fifteen digits, so both operands are exact and the division rounds once; without
    // one the conversion does.
    double const value = static_cast<double>(static_cast<std::int64_t>(joined(bytes))) / powers_of_ten[decimals];
    out[row] = field.negative ? -value : value;
  }
}

void parse_short_integers_avx512(FieldColumn const& column, std::int64_t* out, std::vector<std::uint32_t>& rest) {
  __m128i const zero = _mm_set1_epi8('0');
  for (std::size_t row = 0; row < column.rows; ++row) {
    Span const field = span_of(column, row);
    std::size_t const head = field.length < 16 ? field.length : 16;
    bool good = field.length - 1 <= 17;
    if (good) {
      auto const all = static_cast<__mmask16>(0xffffu >> (16 - head));
      __m128i const bytes = _mm_sub_epi8(_mm_maskz_loadu_epi8(all, field.first), zero);
      good = _mm_mask_cmpgt_epu8_mask(all, bytes, _mm_set1_epi8(9)) == 0;
      std::uint64_t value = joined(aligned_right(_mm_maskz_mov_epi8(all, bytes), head));
      for (std::size_t i = 16; i < field.length; ++i) {
        unsigned const digit = static_cast<unsigned char>(field.first[i]) - unsigned{'0'};
        good = good && digit <= 9;
        value = value * 10 + digit;
      }
      auto const magnitude = static_cast<std::int64_t>(value);
      out[row] = field.negative ? -magnitude : magnitude;
    }
    if (!good) rest.push_back(static_cast<std::uint32_t>(row));
  }
}

}  // namespace tidemill::io::csv
