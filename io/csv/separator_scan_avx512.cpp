#include <immintrin.h>

#include "io/csv/separator_scan.hpp"

namespace tidemill::io::csv {
namespace {

class VectorBlock {
 public:
  VectorBlock(char const* text, std::size_t size)
      : bytes_(size == 64 ? _mm512_loadu_si512(text)
                          : _mm512_maskz_loadu_epi8(~std::uint64_t{0} >> (64 - size), text)) {}
  std::uint64_t equal(char c) const { return _mm512_cmpeq_epi8_mask(bytes_, _mm512_set1_epi8(c)); }

 private:
  __m512i bytes_;
};

/// The form with a mask avoids a false warning of GCC 12 (bug 105593).
__m512i widened(__m128i bytes) { return _mm512_maskz_cvtepu8_epi32(0xffff, bytes); }

/// Writes whole vectors of 16 positions; what lies behind the count is overwritten by the next block.
std::uint32_t* emit_vector(std::uint64_t bits, std::uint32_t base, std::uint32_t* out) {
  alignas(64) static constexpr std::uint8_t numbers[64] = {
      0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
      22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
      44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
  auto const count = static_cast<std::size_t>(_mm_popcnt_u64(bits));
  alignas(64) std::uint8_t packed[64];
  _mm512_store_si512(packed, _mm512_maskz_compress_epi8(bits, _mm512_load_si512(numbers)));
  __m512i const start = _mm512_set1_epi32(static_cast<int>(base));
  for (std::size_t done = 0; done < count; done += 16) {
    _mm512_storeu_si512(out + done,
                        _mm512_add_epi32(start, widened(_mm_load_si128(reinterpret_cast<__m128i*>(packed + done)))));
  }
  return out + count;
}

std::uint32_t* emit_nothing(std::uint64_t, std::uint32_t, std::uint32_t* out) { return out; }

}  // namespace

SeparatorScan scan_separators_avx512(char const* text, std::size_t size, char delimiter, std::uint32_t* out) {
  return detail::scan_blocks<VectorBlock>(text, size, delimiter, true, out, emit_vector);
}

SeparatorScan scan_quotes_avx512(char const* text, std::size_t size, char delimiter, bool after_separator) {
  return detail::scan_blocks<VectorBlock>(text, size, delimiter, after_separator, nullptr, emit_nothing);
}

}  // namespace tidemill::io::csv
