#pragma once

#include <cstdint>

#include "kernels/trees/binned_rows.hpp"

namespace tidemill::kernels {

/// How a row's gradient pair becomes one 64-bit integer that is added to histogram cells: gradient in the high bits
/// (signed), then hessian, then the number of rows. Sums of up to `rows_per_block` rows cannot overflow a field, so a
/// cell is exact; larger nodes are summed block by block into "wide" histograms with a plane of 64-bit integers per
/// field. A field that is not needed has no bits.
struct CellLayout {
  std::int32_t gradient_shift = 32;
  std::int32_t hessian_shift = 0;
  std::uint64_t hessian_mask = 0;   ///< after the shift; 0: every row's hessian is one unit, the count stands for it
  std::uint64_t count_mask = 0;     ///< 0: rows are not counted
  std::int32_t gradient_limit = 0;  ///< largest magnitude of a row's gradient
  std::int32_t hessian_limit = 0;
  std::int64_t rows_per_block = 0;

  bool has_hessian() const { return hessian_mask != 0; }
  bool has_count() const { return count_mask != 0; }
  std::int32_t planes() const { return 1 + (has_hessian() ? 1 : 0) + (has_count() ? 1 : 0); }

  /// Hessian 1 for every row (squared and quantile loss without weights).
  static CellLayout unit_hessian();
  /// Any hessian; rows are counted only if asked for, which costs bits.
  static CellLayout any_hessian(bool count_rows);

  /// One row: gradient in the high, hessian in the low 16 bits of `quantised`.
  KOKKOS_INLINE_FUNCTION std::int64_t cell(std::int32_t quantised) const {
    std::int64_t const gradient = quantised >> 16;
    std::int64_t const hessian = (quantised & 0xffff) & static_cast<std::int64_t>(hessian_mask);
    return gradient * (std::int64_t{1} << gradient_shift) + (hessian << hessian_shift) + (count_mask != 0 ? 1 : 0);
  }
  KOKKOS_INLINE_FUNCTION std::int64_t gradient(std::int64_t cell) const { return cell >> gradient_shift; }
  KOKKOS_INLINE_FUNCTION std::int64_t hessian(std::int64_t cell) const {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(cell) >> hessian_shift & hessian_mask);
  }
  KOKKOS_INLINE_FUNCTION std::int64_t count(std::int64_t cell) const {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(cell) & count_mask);
  }
};

/// Rows of one node: all rows (no index array) or a range of an index array that goes on for 16 readable elements
/// after its end.
struct NodeRows {
  Array<std::uint32_t> index;
  std::int64_t first = 0;
  std::int64_t count = 0;
  bool is_all = false;
};

/// Sums of one node's rows over all features. `out` has rows.cells() elements, or planes() times as many (gradients,
/// hessians, counts, one plane after another) when `wide`; a packed histogram must not get more than rows_per_block
/// rows over all ranks. `quantised`: one per row, see CellLayout::cell. Overwrites `out`.
void build_histogram(Exec const& exec, BinnedRows const& rows, Array<std::int32_t> const& quantised,
                     NodeRows const& node, CellLayout const& layout, bool wide, Array<std::int64_t> const& out);

/// The same in plain Kokkos, for devices; the host's own loops are tested against it.
void build_histogram_portable(Exec const& exec, BinnedRows const& rows, Array<std::int32_t> const& quantised,
                              NodeRows const& node, CellLayout const& layout, bool wide,
                              Array<std::int64_t> const& out);

}  // namespace tidemill::kernels
