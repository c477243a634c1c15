#include "kernels/trees/histogram_host.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

namespace tidemill::kernels::host {
namespace {

constexpr std::int64_t run = 4096;
constexpr std::int64_t prefetch_distance = 16;

/// Adds `value` to the cells of the first `Features` bins in `word`.
template <int Features>
[[gnu::always_inline]] inline void add_block(std::uint64_t word, std::int64_t value, std::int64_t* cells) {
  if constexpr (Features > 0) cells[word << 3 & 0x7f8] += value;
#pragma GCC unroll 8
  for (int f = 1; f < Features; ++f) cells[(word >> (8 * f - 3) & 0x7f8) + static_cast<std::uint64_t>(f)] += value;
}

struct Run {
  std::uint8_t const* bytes;  ///< row_major from the first of the sixteen features
  std::int64_t stride;
  std::int32_t const* quantised;
  std::uint32_t const* index;
  std::int64_t first;
  std::int64_t count;
  CellLayout layout;
  std::int64_t* low;   ///< cells of features 0-7
  std::int64_t* high;  ///< cells of features 8-15
};

template <int Features, bool Indexed>
void add_run(Run const& r) {
  constexpr int low = Features < 8 ? Features : 8;
  constexpr int high = Features - low;
  CellLayout const layout = r.layout;
  std::int64_t* const low_cells = r.low;
  std::int64_t* const high_cells = r.high;
  for (std::int64_t i = r.first; i < r.first + r.count; ++i) {
    std::int64_t row = i;
    if constexpr (Indexed) {
      row = r.index[i];
      std::int64_t const ahead = r.index[i + prefetch_distance];
      __builtin_prefetch(r.bytes + ahead * r.stride);
      __builtin_prefetch(r.quantised + ahead);
    }
    std::uint8_t const* const at = r.bytes + row * r.stride;
    std::int64_t const value = layout.cell(r.quantised[row]);
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    add_block<low>(word, value, low_cells);
    if constexpr (high > 0) {
      std::memcpy(&word, at + 8, sizeof word);
      add_block<high>(word, value, high_cells);
    }
  }
}

using AddRun = void (*)(Run const&);

template <bool Indexed, int... Features>
constexpr std::array<AddRun, sizeof...(Features)> make_add_runs(std::integer_sequence<int, Features...>) {
  return {&add_run<Features + 1, Indexed>...};
}
constexpr std::array<AddRun, 16> add_runs = make_add_runs<false>(std::make_integer_sequence<int, 16>());
constexpr std::array<AddRun, 16> add_indexed_runs = make_add_runs<true>(std::make_integer_sequence<int, 16>());

void spill(std::vector<std::int64_t>& packed, CellLayout const& layout, std::int64_t* out) {
  std::size_t const cells = packed.size();
  std::int64_t* const gradients = out;
  std::int64_t* const hessians = out + cells;
  std::int64_t* const counts = layout.has_hessian() ? hessians + cells : hessians;
  for (std::size_t i = 0; i < cells; ++i) gradients[i] += layout.gradient(packed[i]);
  if (layout.has_hessian()) {
    for (std::size_t i = 0; i < cells; ++i) hessians[i] += layout.hessian(packed[i]);
  }
  if (layout.has_count()) {
    for (std::size_t i = 0; i < cells; ++i) counts[i] += layout.count(packed[i]);
  }
  std::fill(packed.begin(), packed.end(), 0);
}

/// Rows first .. first + count of the node into packed cells.
void add_rows(BinnedRows const& rows, std::int32_t const* quantised, NodeRows const& node, CellLayout const& layout,
              std::int64_t first, std::int64_t count, std::int64_t* cells) {
  for (std::int64_t start = 0; start < count; start += run) {
    for (std::int32_t feature = 0; feature < rows.features; feature += 16) {
      auto const block = static_cast<std::size_t>(feature / BinnedRows::block);
      std::int32_t const here = std::min(16, rows.features - feature);
      Run const work{rows.row_major.data() + feature,
                     rows.stride,
                     quantised,
                     node.is_all ? nullptr : node.index.data() + node.first,
                     first + start,
                     std::min(run, count - start),
                     layout,
                     cells + rows.block_start[block],
                     here > 8 ? cells + rows.block_start[block + 1] : nullptr};
      (node.is_all ? add_runs : add_indexed_runs)[static_cast<std::size_t>(here - 1)](work);
    }
  }
}

}  // namespace

void build_histogram(BinnedRows const& rows, std::int32_t const* quantised, NodeRows const& node,
                     CellLayout const& layout, bool wide, std::int64_t* out) {
  std::int64_t const cells = rows.cells();
  std::fill(out, out + (wide ? cells * layout.planes() : cells), 0);
  if (!wide) return add_rows(rows, quantised, node, layout, 0, node.count, out);
  std::vector<std::int64_t> packed(static_cast<std::size_t>(cells), 0);
  for (std::int64_t first = 0; first < node.count; first += layout.rows_per_block) {
    std::int64_t const count = std::min(layout.rows_per_block, node.count - first);
    add_rows(rows, quantised, node, layout, first, count, packed.data());
    spill(packed, layout, out);
  }
}

}  // namespace tidemill::kernels::host
