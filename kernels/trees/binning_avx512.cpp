#include <immintrin.h>

#include "kernels/trees/binning.hpp"

namespace tidemill::kernels::host {
namespace {

/// Number of bounds below each of sixteen values: four steps over every sixteenth bound, held in a register, then four
/// steps by gathers.
__m512i count_below(__m512 value, __m512 pivots, float const* bounds) {
  __m512i position = _mm512_setzero_si512();
#pragma GCC unroll 4
  for (int step = 8; step > 0; step >>= 1) {
    __m512 const bound = _mm512_permutexvar_ps(_mm512_add_epi32(position, _mm512_set1_epi32(step - 1)), pivots);
    position = _mm512_mask_add_epi32(position, _mm512_cmp_ps_mask(bound, value, _CMP_LT_OQ), position,
                                     _mm512_set1_epi32(step));
  }
  position = _mm512_slli_epi32(position, 4);
#pragma GCC unroll 4
  for (int step = 8; step > 0; step >>= 1) {
    __m512 const bound = _mm512_i32gather_ps(_mm512_add_epi32(position, _mm512_set1_epi32(step - 1)), bounds, 4);
    position = _mm512_mask_add_epi32(position, _mm512_cmp_ps_mask(bound, value, _CMP_LT_OQ), position,
                                     _mm512_set1_epi32(step));
  }
  return position;
}

__m128i bins_of(__m512 value, __m512 pivots, float const* bounds) {
  __m512i const bin = _mm512_add_epi32(count_below(value, pivots, bounds), _mm512_set1_epi32(1));
  return _mm512_cvtepi32_epi8(_mm512_maskz_mov_epi32(_mm512_cmp_ps_mask(value, value, _CMP_ORD_Q), bin));
}

}  // namespace

void bin_numbers_avx512(float const* values, std::int64_t count, float const* bounds, std::uint8_t* out) {
  alignas(64) float every_sixteenth[16];
  for (int i = 0; i < 16; ++i) every_sixteenth[i] = bounds[i * 16 + 15];
  __m512 const pivots = _mm512_load_ps(every_sixteenth);
  std::int64_t i = 0;
  for (; i + 32 <= count; i += 32) {
    __m128i const first = bins_of(_mm512_loadu_ps(values + i), pivots, bounds);
    __m128i const second = bins_of(_mm512_loadu_ps(values + i + 16), pivots, bounds);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i), first);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i + 16), second);
  }
  for (; i < count; i += 16) {
    auto const valid = static_cast<__mmask16>(count - i >= 16 ? 0xffff : (1 << (count - i)) - 1);
    _mm_mask_storeu_epi8(out + i, valid, bins_of(_mm512_maskz_loadu_ps(valid, values + i), pivots, bounds));
  }
}

}  // namespace tidemill::kernels::host
