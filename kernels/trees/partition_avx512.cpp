#include <immintrin.h>

#include "kernels/trees/partition.hpp"

namespace tidemill::kernels::host {

bool has_avx512() {
  static bool const has = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                          __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
  return has;
}

std::int64_t partition_avx512(std::uint8_t const* column, BinSet const& left, std::uint32_t* index, std::int64_t count,
                              bool is_all, std::uint32_t* scratch) {
  __m512i const set = _mm512_castsi256_si512(_mm256_loadu_si256(reinterpret_cast<__m256i const*>(left.word)));
  __m512i const one = _mm512_set1_epi32(1);
  __m512i const lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  std::int64_t to_left = 0;
  std::int64_t to_right = 0;
  for (std::int64_t i = 0; i < count; i += 16) {
    auto const valid = static_cast<__mmask16>(count - i >= 16 ? 0xffff : (1 << (count - i)) - 1);
    __m512i row;
    __m512i bin;
    if (is_all) {
      row = _mm512_add_epi32(lanes, _mm512_set1_epi32(static_cast<int>(i)));
      bin = _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<__m128i const*>(column + i)));
    } else {
      row = _mm512_loadu_si512(index + i);
      // Row numbers are unsigned; 64-bit gathers would halve the speed, so rows above 2^31 take the scalar path.
      bin = _mm512_and_si512(_mm512_mask_i32gather_epi32(one, valid, row, column, 1), _mm512_set1_epi32(255));
    }
    __m512i const word = _mm512_permutexvar_epi32(_mm512_srli_epi32(bin, 5), set);
    __m512i const bit = _mm512_srlv_epi32(word, _mm512_and_si512(bin, _mm512_set1_epi32(31)));
    __mmask16 const goes_left = _mm512_mask_test_epi32_mask(valid, bit, one);
    auto const goes_right = static_cast<__mmask16>(valid & ~goes_left);
    // What was read lies at or after what is written, so the left part may overwrite the index in place.
    _mm512_storeu_si512(index + to_left, _mm512_maskz_compress_epi32(goes_left, row));
    _mm512_storeu_si512(scratch + to_right, _mm512_maskz_compress_epi32(goes_right, row));
    to_left += __builtin_popcount(goes_left);
    to_right += __builtin_popcount(goes_right);
  }
  return to_left;
}

}  // namespace tidemill::kernels::host
