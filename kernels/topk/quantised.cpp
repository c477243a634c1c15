#include "kernels/topk/quantised.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <numeric>

namespace tidemill::kernels {
namespace {

// A block fits the second-level cache beside the queries.
constexpr std::int64_t block_bytes = 128 << 10;
constexpr std::int64_t most_panels = 32;
constexpr double largest_code_length = 181;
constexpr float largest_item_code = 127;
constexpr float largest_query_code = 63;

/// Gives an empty vector its size in large pages, where the system has them to give: tables that are read here and
/// there otherwise cost a look-up of addresses at almost every item. Memory is asked for them before it is first
/// touched.
template <class T>
void resize_in_large_pages(std::vector<T>& values, std::size_t count) {
  constexpr std::uintptr_t large_page = std::uintptr_t{2} << 20;
  values.reserve(count);
  auto const at = reinterpret_cast<std::uintptr_t>(values.data());
  std::uintptr_t const first = (at + large_page - 1) / large_page * large_page;
  std::uintptr_t const end = (at + count * sizeof(T)) / large_page * large_page;
  if (first < end) madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);
  values.resize(count);
}

// The sums below are only used for bounds: their order may be the compiler's.

double squares_of(float const* values, std::int32_t count) {
  double squares = 0;
#pragma omp simd reduction(+ : squares)
  for (std::int32_t i = 0; i < count; ++i) squares += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  return squares;
}

/// Smallest scale with which no code of the vector and no segment's length is too large: rounding changes a code by at
/// most a half, so it adds at most sqrt(numbers) / 2 to a length.
double scale_of(float const* values, std::int32_t width, float largest_code) {
  double scale = 0;
  std::int32_t const step = 2 * QuantisedItems::segment_pairs;
  for (std::int32_t first = 0; first < width; first += step) {
    std::int32_t const numbers = std::min(step, width - first);
    double const room = largest_code_length - .51 * std::sqrt(static_cast<double>(numbers));
    scale = std::max(scale, std::sqrt(squares_of(values + first, numbers)) / room);
  }
  float largest = 0;
#pragma omp simd reduction(max : largest)
  for (std::int32_t i = 0; i < width; ++i) largest = std::max(largest, std::abs(values[i]));
  return std::max(scale, largest / (static_cast<double>(largest_code) - .51));
}

/// 1 / scale as a float, or 0 (all codes become 0) where floats cannot hold it.
float inverse_of(double scale) {
  bool const usable = scale > 1e-35 && scale < 1e35;
  return usable ? static_cast<float>(1 / scale) : 0.0f;
}

struct CodedLengths {
  double rest;
  double coded;
};

/// Codes of one vector, and the lengths of what they say and of what they leave.
CodedLengths encode(float const* values, std::int32_t width, double scale, std::int8_t* codes) {
  float const inverse = inverse_of(scale);
  double rest = 0, coded = 0;
#pragma omp simd reduction(+ : rest, coded)
  for (std::int32_t i = 0; i < width; ++i) {
    float const rounded = std::nearbyint(values[i] * inverse);
    codes[i] = static_cast<std::int8_t>(static_cast<std::int32_t>(rounded));
    double const code = scale * static_cast<double>(rounded);
    double const left = static_cast<double>(values[i]) - code;
    rest += left * left;
    coded += code * code;
  }
  return {std::sqrt(rest), std::sqrt(coded)};
}

/// Places the codes of one item into its panel.
void place_item(std::int8_t const* codes, QuantisedItems const& items, std::int32_t lane, QuantisedItems::Line* panel) {
  for (std::int32_t first = 0; first < items.pairs; first += QuantisedItems::segment_pairs, ++panel) {
    std::int32_t const last = std::min(items.pairs, first + QuantisedItems::segment_pairs);
    std::uint8_t* const start = panel->byte + 2 * lane;
    std::int32_t sum = 0;
    for (std::int32_t pair = first; pair < last; ++pair) {
      ++panel;
      std::memcpy(panel->byte + 2 * lane, codes + 2 * pair, 2);
      sum += codes[2 * pair] + codes[2 * pair + 1];
    }
    auto const offset = static_cast<std::uint16_t>(-64 * sum);
    std::memcpy(start, &offset, 2);
  }
}

void fill_block(VectorRows const& rows, std::vector<double> const& length, std::int64_t number, QuantisedItems& items) {
  QuantisedItems::Block& block = items.blocks[static_cast<std::size_t>(number)];
  for (std::int64_t slot = block.first_slot; slot < block.first_slot + block.count; ++slot) {
    auto const row = items.row[static_cast<std::size_t>(slot)];
    block.scale = std::max(block.scale, scale_of(rows.row(row), rows.width, largest_item_code));
    block.length = std::max(block.length, length[static_cast<std::size_t>(row)]);
  }
  std::vector<std::int8_t> codes(static_cast<std::size_t>(items.pairs) * 2);
  for (std::int64_t i = 0; i < block.count; ++i) {
    auto const row = items.row[static_cast<std::size_t>(block.first_slot + i)];
    CodedLengths const lengths = encode(rows.row(row), rows.width, block.scale, codes.data());
    block.rest = std::max(block.rest, lengths.rest);
    block.coded = std::max(block.coded, lengths.coded);
    std::copy_n(rows.row(row), rows.width, items.values.data() + (block.first_slot + i) * rows.width);
    std::int64_t const panel = number * items.panels_per_block + i / QuantisedItems::panel_items;
    place_item(codes.data(), items, static_cast<std::int32_t>(i % QuantisedItems::panel_items),
               items.lines.data() + panel * items.lines_per_panel());
  }
}

}  // namespace

std::int64_t QuantisedItems::bytes() const {
  return static_cast<std::int64_t>(lines.size() * sizeof(Line) + values.size() * sizeof(float) +
                                   row.size() * sizeof(row[0]) + blocks.size() * sizeof(Block));
}

QuantisedItems quantise_items(VectorRows const& rows) {
  QuantisedItems items;
  items.width = rows.width;
  items.pairs = (rows.width + 1) / 2;
  items.segments = (items.pairs + QuantisedItems::segment_pairs - 1) / QuantisedItems::segment_pairs;
  std::vector<double> length(static_cast<std::size_t>(rows.count));
#pragma omp parallel for schedule(static)
  for (std::int64_t row = 0; row < rows.count; ++row) {
    length[static_cast<std::size_t>(row)] = std::sqrt(squares_of(rows.row(row), rows.width));
  }
  resize_in_large_pages(items.values, length.size() * static_cast<std::size_t>(rows.width));
  items.row.resize(length.size());
  std::iota(items.row.begin(), items.row.end(), 0);
  std::sort(items.row.begin(), items.row.end(), [&](std::int32_t a, std::int32_t b) {
    double const length_a = length[static_cast<std::size_t>(a)], length_b = length[static_cast<std::size_t>(b)];
    return length_a != length_b ? length_a > length_b : a < b;
  });
  std::int64_t const panel_bytes = items.lines_per_panel() * static_cast<std::int64_t>(sizeof(QuantisedItems::Line));
  items.panels_per_block = std::clamp<std::int64_t>(block_bytes / panel_bytes, 1, most_panels);
  std::int64_t const block_items = items.panels_per_block * QuantisedItems::panel_items;
  for (std::int64_t first = 0; first < rows.count; first += block_items) {
    items.blocks.push_back({first, std::min(block_items, rows.count - first), 0, 0, 0, 0});
  }
  auto const blocks = static_cast<std::int64_t>(items.blocks.size());
  resize_in_large_pages(items.lines,
                        static_cast<std::size_t>(blocks * items.panels_per_block * items.lines_per_panel()));
#pragma omp parallel for schedule(static)
  for (std::int64_t block = 0; block < blocks; ++block) fill_block(rows, length, block, items);
  return items;
}

QueryGroup quantise_queries(std::span<float const* const> queries, std::int32_t width, std::uint8_t* codes) {
  QueryGroup group{};
  std::int32_t const pairs = (width + 1) / 2;
  std::fill_n(codes, pairs * 4 * QueryGroup::queries, std::uint8_t{64});
  std::vector<std::int8_t> signed_codes(static_cast<std::size_t>(pairs) * 2);
  for (std::size_t q = 0; q < queries.size(); ++q) {
    group.scale[q] = scale_of(queries[q], width, largest_query_code);
    group.rest[q] = encode(queries[q], width, group.scale[q], signed_codes.data()).rest;
    group.length[q] = std::sqrt(squares_of(queries[q], width));
    for (std::int32_t pair = 0; pair < pairs; ++pair) {
      std::uint8_t* const at = codes + 4 * (pair * QueryGroup::queries + static_cast<std::int32_t>(q));
      for (std::int32_t i = 0; i < 4; ++i) {
        at[i] = static_cast<std::uint8_t>(64 + signed_codes[static_cast<std::size_t>(2 * pair + i % 2)]);
      }
    }
  }
  return group;
}

std::int32_t product_to_beat(QuantisedItems::Block const& block, QueryGroup const& group, std::int32_t query,
                             float score) {
  constexpr std::int32_t none = std::numeric_limits<std::int32_t>::max();
  constexpr std::int32_t every = std::numeric_limits<std::int32_t>::min();
  // What rounds to infinity as a float lies above the largest float.
  double const wanted = std::min(static_cast<double>(score), static_cast<double>(std::numeric_limits<float>::max()));
  double const length = group.length[query];
  // A score is off its real number by half a unit in the last place: 6e-8 of it, or a denormal.
  double const rounding = 1e-6 * length * block.length + 1e-44;
  if (length * block.length + rounding < wanted) return none;
  double const margin = length * block.rest + group.rest[query] * block.coded + rounding;
  double const unit = group.scale[query] * block.scale;
  if (!(unit > 0)) return margin >= wanted ? every : none;
  double const product = std::ceil((wanted - margin) / unit) - 1;
  if (product >= 1e9) return none;
  return product <= -1e9 ? every : static_cast<std::int32_t>(product);
}

}  // namespace tidemill::kernels
