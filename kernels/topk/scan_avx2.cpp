#include <immintrin.h>

#include "kernels/topk/scan.hpp"

namespace tidemill::kernels::host {
namespace {

constexpr int queries = 6;
constexpr int segment_pairs = 64;  // as in QuantisedItems
constexpr int line = 64;           // bytes: the two codes of 32 items
constexpr int panel_items = 32;

inline __m256i load(std::uint8_t const* at) { return _mm256_load_si256(reinterpret_cast<__m256i const*>(at)); }

/// sums += codes of one query, a pair in all lanes, times the codes of 32 items. Written out because compilers run out
/// of registers when they order these themselves: six queries need all sixteen.
inline void add_products(std::uint8_t const* query, __m256i const& items0, __m256i const& items1, __m256i& sum0,
                         __m256i& sum1) {
  __m256i codes, product;
  asm volatile(
      "vpbroadcastd %[query], %[codes]\n\t"
      "vpmaddubsw %[items0], %[codes], %[product]\n\t"
      "vpmaddubsw %[items1], %[codes], %[codes]\n\t"
      "vpaddw %[product], %[sum0], %[sum0]\n\t"
      "vpaddw %[codes], %[sum1], %[sum1]"
      : [sum0] "+x"(sum0), [sum1] "+x"(sum1), [codes] "=&x"(codes), [product] "=&x"(product)
      : [query] "m"(*reinterpret_cast<std::uint8_t const(*)[4]>(query)), [items0] "x"(items0), [items1] "x"(items1));
}

/// 16-bit products of six queries and 32 items over one segment.
struct Tile {
  __m256i sum[queries][2];
};

inline void multiply(std::uint8_t const* panel, std::uint8_t const* codes, int pairs, Tile& tile) {
  // Single variables, not an array: these stay in registers.
  __m256i a0 = load(panel), b0 = load(panel + 32);
  __m256i a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0;
  __m256i b1 = b0, b2 = b0, b3 = b0, b4 = b0, b5 = b0;
  panel += line;
  for (int pair = 0; pair < pairs; ++pair, panel += line, codes += 4 * queries) {
    __m256i const items_a = load(panel), items_b = load(panel + 32);
    add_products(codes, items_a, items_b, a0, b0);
    add_products(codes + 4, items_a, items_b, a1, b1);
    add_products(codes + 8, items_a, items_b, a2, b2);
    add_products(codes + 12, items_a, items_b, a3, b3);
    add_products(codes + 16, items_a, items_b, a4, b4);
    add_products(codes + 20, items_a, items_b, a5, b5);
  }
  tile = {{{a0, b0}, {a1, b1}, {a2, b2}, {a3, b3}, {a4, b4}, {a5, b5}}};
}

inline void append(std::uint32_t mask, std::int64_t slot, std::int32_t* slots, std::int32_t& size) {
  for (; mask != 0; mask &= mask - 1) slots[size++] = static_cast<std::int32_t>(slot) + __builtin_ctz(mask);
}

/// One bit per item from two registers of sixteen 16-bit comparisons.
inline std::uint32_t bits(__m256i low, __m256i high) {
  __m256i const packed = _mm256_permute4x64_epi64(_mm256_packs_epi16(low, high), 0b11011000);
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(packed));
}

inline __m256i clamp_to_16_bits(std::int32_t value) {
  int const clamped = value > 32767 ? 32767 : value < -32768 ? -32768 : value;
  return _mm256_set1_epi16(static_cast<short>(clamped));
}

bool has_room(SlotLists const& found) {
  int longest = 0;
  for (int q = 0; q < queries; ++q) longest = found.size[q] > longest ? found.size[q] : longest;
  return longest + panel_items <= SlotLists::capacity;
}

std::int64_t scan_narrow(PanelScan const& scan, std::int64_t first_panel, SlotLists& found) {
  std::int64_t const panel_bytes = static_cast<std::int64_t>(scan.pairs + 1) * line;
  __m256i beat[queries];
  for (int q = 0; q < queries; ++q) beat[q] = clamp_to_16_bits(scan.beat[q]);
  for (std::int64_t panel = first_panel; panel < scan.panel_count; ++panel) {
    Tile tile;
    multiply(scan.panels + panel * panel_bytes, scan.codes, scan.pairs, tile);
    __m256i any = _mm256_setzero_si256();
    for (int q = 0; q < queries; ++q) {
      __m256i const largest = _mm256_max_epi16(tile.sum[q][0], tile.sum[q][1]);
      any = _mm256_or_si256(any, _mm256_cmpgt_epi16(largest, beat[q]));
    }
    if (__builtin_expect(_mm256_testz_si256(any, any), 1)) continue;
    for (int q = 0; q < queries; ++q) {
      std::uint32_t const mask =
          bits(_mm256_cmpgt_epi16(tile.sum[q][0], beat[q]), _mm256_cmpgt_epi16(tile.sum[q][1], beat[q]));
      append(mask, scan.first_slot + panel * panel_items, found.slot[q], found.size[q]);
    }
    if (!has_room(found)) return panel + 1;
  }
  return scan.panel_count;
}

/// Adds sixteen 16-bit numbers to sixteen 32-bit ones.
inline void add_wide(__m256i narrow, __m256i* wide) {
  wide[0] = _mm256_add_epi32(wide[0], _mm256_cvtepi16_epi32(_mm256_castsi256_si128(narrow)));
  wide[1] = _mm256_add_epi32(wide[1], _mm256_cvtepi16_epi32(_mm256_extracti128_si256(narrow, 1)));
}

std::int64_t scan_wide(PanelScan const& scan, std::int64_t first_panel, SlotLists& found) {
  int const segments = (scan.pairs + segment_pairs - 1) / segment_pairs;
  std::int64_t const panel_bytes = static_cast<std::int64_t>(scan.pairs + segments) * line;
  for (std::int64_t panel = first_panel; panel < scan.panel_count; ++panel) {
    __m256i total[queries][4] = {};
    std::uint8_t const* at = scan.panels + panel * panel_bytes;
    std::uint8_t const* codes = scan.codes;
    for (int pair = 0; pair < scan.pairs; pair += segment_pairs) {
      int const count = scan.pairs - pair < segment_pairs ? scan.pairs - pair : segment_pairs;
      Tile tile;
      multiply(at, codes, count, tile);
      at += (count + 1) * line;
      codes += count * 4 * queries;
      for (int q = 0; q < queries; ++q) {
        add_wide(tile.sum[q][0], total[q]);
        add_wide(tile.sum[q][1], total[q] + 2);
      }
    }
    std::uint32_t mask[queries];
    std::uint32_t any = 0;
    for (int q = 0; q < queries; ++q) {
      __m256i const beat = _mm256_set1_epi32(scan.beat[q]);
      __m256i above[4];
      for (int i = 0; i < 4; ++i) above[i] = _mm256_cmpgt_epi32(total[q][i], beat);
      // packs works within halves; the permutation puts the items back in order.
      __m256i const low = _mm256_permute4x64_epi64(_mm256_packs_epi32(above[0], above[1]), 0b11011000);
      __m256i const high = _mm256_permute4x64_epi64(_mm256_packs_epi32(above[2], above[3]), 0b11011000);
      mask[q] = bits(low, high);
      any |= mask[q];
    }
    if (any == 0) continue;
    for (int q = 0; q < queries; ++q) {
      append(mask[q], scan.first_slot + panel * panel_items, found.slot[q], found.size[q]);
    }
    if (!has_room(found)) return panel + 1;
  }
  return scan.panel_count;
}

}  // namespace

std::int64_t scan_panels_avx2(PanelScan const& scan, std::int64_t first_panel, SlotLists& found) {
  bool const narrow = scan.pairs <= segment_pairs;
  return narrow ? scan_narrow(scan, first_panel, found) : scan_wide(scan, first_panel, found);
}

void inner_products_avx2(double const* query, float const* const items[4], std::int32_t width, float scores[4]) {
  __m256d low[4], high[4];
  for (int n = 0; n < 4; ++n) low[n] = high[n] = _mm256_setzero_pd();
  std::int32_t i = 0;
  for (; i + 8 <= width; i += 8) {
    __m256d const query_low = _mm256_loadu_pd(query + i), query_high = _mm256_loadu_pd(query + i + 4);
#pragma GCC unroll 4
    for (int n = 0; n < 4; ++n) {
      // The products are exact, so fusing the addition changes no bit.
      low[n] = _mm256_fmadd_pd(query_low, _mm256_cvtps_pd(_mm_loadu_ps(items[n] + i)), low[n]);
      high[n] = _mm256_fmadd_pd(query_high, _mm256_cvtps_pd(_mm_loadu_ps(items[n] + i + 4)), high[n]);
    }
  }
  for (int n = 0; n < 4; ++n) {
    alignas(32) double lane[8];
    _mm256_store_pd(lane, low[n]);
    _mm256_store_pd(lane + 4, high[n]);
    for (std::int32_t j = 0; i + j < width; ++j) lane[j] += query[i + j] * static_cast<double>(items[n][i + j]);
    scores[n] =
        static_cast<float>(((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7])));
  }
}

}  // namespace tidemill::kernels::host
