#pragma once

#include <cstdint>

#include "kernels/trees/binned_rows.hpp"

namespace tidemill::kernels {

/// Which bins of a feature go left, as a set of 256 bits: thresholds, missing values and categories alike.
struct BinSet {
  std::uint32_t word[8] = {};

  KOKKOS_INLINE_FUNCTION bool has(std::uint32_t bin) const { return (word[bin >> 5] >> (bin & 31) & 1) != 0; }
  void insert(std::int32_t bin) { word[bin >> 5] |= std::uint32_t{1} << (bin & 31); }
};

/// Splits rows first .. first+count of `index` in two: those whose bin in `feature` is in `left` come first, both
/// parts in their old order. With `is_all` the rows are 0 .. count and `index` is only written. `scratch` has room for
/// count elements; both arrays have 16 writable elements after their used part. Returns how many went left.
std::int64_t partition_rows(Exec const& exec, BinnedRows const& rows, std::int32_t feature, BinSet const& left,
                            Array<std::uint32_t> const& index, std::int64_t first, std::int64_t count, bool is_all,
                            Array<std::uint32_t> const& scratch);

std::int64_t partition_rows_portable(Exec const& exec, BinnedRows const& rows, std::int32_t feature, BinSet const& left,
                                     Array<std::uint32_t> const& index, std::int64_t first, std::int64_t count,
                                     bool is_all, Array<std::uint32_t> const& scratch);

namespace host {
/// One column's part of partition_rows, without the way back of the right part from `scratch`. Needs AVX-512 and
/// VBMI2; reads up to 3 bytes after a row's.
std::int64_t partition_avx512(std::uint8_t const* column, BinSet const& left, std::uint32_t* index, std::int64_t count,
                              bool is_all, std::uint32_t* scratch);
bool has_avx512();
}  // namespace host

}  // namespace tidemill::kernels
