#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/topk/lists.hpp"

namespace tidemill::kernels {

/// Items and queries in bytes, for a first pass that can prove which items cannot be on a list.
///
/// A vector x becomes codes c with x = scale * c + rest. For a query q = s d + r and an item x = t c + e,
///   q . x <= s t (d . c) + |q| |e| + |r| |t c|                                             (Cauchy-Schwarz, twice)
/// so an item whose right side is below the k-th score so far cannot be among the k best. `d . c` is made of integers
/// that 16-bit sums hold: in each segment of at most 128 numbers the codes' length is at most 181 on either side, so no
/// sum over any part of a segment exceeds 181^2 < 2^15.
///
/// Items are sorted by length, longest first, and cut into blocks with one scale each. A block is a row of panels:
///   panel = per segment: 32 starting values (16 bit), then per pair of numbers the 2 codes of 32 items (64 bytes)
/// Codes of queries are stored as code + 64, in 1 .. 127, because the processor multiplies unsigned by signed bytes;
/// the starting value of an item, minus 64 times the sum of its codes, takes that off again.
struct QuantisedItems {
  static constexpr std::int32_t panel_items = 32;
  static constexpr std::int32_t segment_pairs = 64;
  struct alignas(64) Line {
    std::uint8_t byte[64];
  };
  struct Block {
    std::int64_t first_slot = 0;  ///< items of the block are slots first_slot .. first_slot + count - 1
    std::int64_t count = 0;
    double scale = 0;
    double rest = 0;    ///< longest rest of the block's items
    double coded = 0;   ///< longest scale * codes
    double length = 0;  ///< longest item
  };

  std::int32_t width = 0;
  std::int32_t pairs = 0;     ///< of numbers, rounded up
  std::int32_t segments = 0;  ///< of 64 pairs, the last one may be shorter
  std::int64_t panels_per_block = 0;
  std::vector<std::int32_t> row;  ///< of the items' rows, by slot
  std::vector<float> values;      ///< items by slot: the few that need a closer look lie close together
  std::vector<Block> blocks;
  std::vector<Line> lines;  ///< panels of all blocks; the last panel of a block is filled up with zeros

  std::int64_t lines_per_panel() const { return segments + pairs; }
  Line const* panel(std::int64_t block, std::int64_t number) const {
    return lines.data() + (block * panels_per_block + number) * lines_per_panel();
  }
  std::int64_t bytes() const;
};

QuantisedItems quantise_items(VectorRows const& items);

/// Six queries side by side: per pair of numbers and query the two codes, twice, so that one 32-bit load fills all
/// lanes. Missing queries have codes of zero.
struct QueryGroup {
  static constexpr std::int32_t queries = 6;
  double scale[queries];
  double rest[queries];
  double length[queries];
};

/// At most six queries of `width` numbers. Writes pairs * 24 bytes to `codes`.
QueryGroup quantise_queries(std::span<float const* const> queries, std::int32_t width, std::uint8_t* codes);

/// Largest integer product d . c with which an item of the block certainly scores below `score`, which may be
/// -infinity; products above it need a closer look. Allows for all rounding of scores to float.
std::int32_t product_to_beat(QuantisedItems::Block const& block, QueryGroup const& group, std::int32_t query,
                             float score);

}  // namespace tidemill::kernels
