#include <immintrin.h>

#include "kernels/trees/score_rows.hpp"

namespace tidemill::kernels::host {
namespace {

constexpr int vectors = rows_at_once / 16;

struct Trees {
  std::int32_t const *words, *children, *sets_of;
  std::uint32_t const* sets;
};

/// Lanes that go right at their node.
template <bool has_categories>
inline __mmask16 goes_right(Trees const& trees, __m512i node, __m512i word, __m512i bin) {
  __m512i const low_byte = _mm512_set1_epi32(255);
  __mmask16 right = _mm512_cmpgt_epi32_mask(bin, _mm512_and_si512(word, low_byte));
  if constexpr (has_categories) {
    __mmask16 const is_set =
        _mm512_test_epi32_mask(word, _mm512_set1_epi32(static_cast<int>(ScoringTrees::categorical)));
    if (is_set != 0) {
      __m512i const zero = _mm512_setzero_si512();
      __m512i const set = _mm512_mask_i32gather_epi32(zero, is_set, node, trees.sets_of, 4);
      __m512i const at = _mm512_add_epi32(set, _mm512_srli_epi32(bin, 5));
      __m512i const bits = _mm512_mask_i32gather_epi32(zero, is_set, at, trees.sets, 4);
      __m512i const bit = _mm512_sllv_epi32(_mm512_set1_epi32(1), _mm512_and_si512(bin, _mm512_set1_epi32(31)));
      right = static_cast<__mmask16>((right & ~is_set) | _mm512_mask_testn_epi32_mask(is_set, bits, bit));
    }
  }
  __mmask16 const missing = _mm512_testn_epi32_mask(bin, bin);
  __mmask16 const to_right =
      _mm512_mask_test_epi32_mask(missing, word, _mm512_set1_epi32(static_cast<int>(ScoringTrees::missing_right)));
  return static_cast<__mmask16>((right & ~missing) | to_right);
}

/// One level down for all lanes, given their nodes' words and children.
template <bool has_categories>
inline __m512i step_down(Trees const& trees, std::uint8_t const* block, int vector, __m512i node, __m512i word,
                         __m512i child) {
  __m512i const lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  __m512i const feature = _mm512_srli_epi32(word, ScoringTrees::feature_shift);
  __m512i const at = _mm512_or_si512(_mm512_slli_epi32(feature, 6), lane);
  __m512i const bin = _mm512_and_si512(_mm512_i32gather_epi32(at, block + vector * 16, 1), _mm512_set1_epi32(255));
  __mmask16 const right = goes_right<has_categories>(trees, node, word, bin);
  return _mm512_mask_add_epi32(child, right, child, _mm512_set1_epi32(1));
}

template <bool has_categories>
void walk(Trees const& trees, std::int32_t depth, std::uint8_t const* block, std::int32_t* leaf) {
  __m512i node[vectors];
  for (__m512i& n : node) n = _mm512_setzero_si512();
  // The first four levels are nodes 0 .. 14 at most: looked up in registers.
  __m512i const top_words = _mm512_loadu_si512(trees.words), top_children = _mm512_loadu_si512(trees.children);
  std::int32_t const at_top = depth < 4 ? depth : 4;
  for (std::int32_t step = 0; step < at_top; ++step) {
    for (int v = 0; v < vectors; ++v) {
      node[v] = step_down<has_categories>(trees, block, v, node[v], _mm512_permutexvar_epi32(node[v], top_words),
                                          _mm512_permutexvar_epi32(node[v], top_children));
    }
  }
  for (std::int32_t step = at_top; step < depth; ++step) {
    for (int v = 0; v < vectors; ++v) {
      node[v] = step_down<has_categories>(trees, block, v, node[v], _mm512_i32gather_epi32(node[v], trees.words, 4),
                                          _mm512_i32gather_epi32(node[v], trees.children, 4));
    }
  }
  for (int v = 0; v < vectors; ++v) _mm512_storeu_si512(leaf + v * 16, node[v]);
}

}  // namespace

void find_leaves_avx512(ScoringTrees const& trees, std::size_t tree, std::uint8_t const* block, std::int32_t* leaf) {
  std::int32_t const root = trees.root[tree];
  Trees const one{reinterpret_cast<std::int32_t const*>(trees.word.data()) + root, trees.child.data() + root,
                  trees.set.data() + root, trees.sets.data()};
  if (trees.has_categories) {
    walk<true>(one, trees.depth[tree], block, leaf);
  } else {
    walk<false>(one, trees.depth[tree], block, leaf);
  }
}

}  // namespace tidemill::kernels::host
