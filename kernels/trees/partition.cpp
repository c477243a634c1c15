#include "kernels/trees/partition.hpp"

#include <algorithm>

namespace tidemill::kernels {
namespace {

std::int64_t partition_scalar(std::uint8_t const* column, BinSet const& left, std::uint32_t* index, std::int64_t count,
                              bool is_all, std::uint32_t* scratch) {
  std::int64_t to_left = 0;
  std::int64_t to_right = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    std::uint32_t const row = is_all ? static_cast<std::uint32_t>(i) : index[i];
    bool const goes_left = left.has(column[row]);
    index[to_left] = row;
    scratch[to_right] = row;
    to_left += goes_left ? 1 : 0;
    to_right += goes_left ? 0 : 1;
  }
  return to_left;
}

}  // namespace

std::int64_t partition_rows(Exec const& exec, BinnedRows const& rows, std::int32_t feature, BinSet const& left,
                            Array<std::uint32_t> const& index, std::int64_t first, std::int64_t count, bool is_all,
                            Array<std::uint32_t> const& scratch) {
  if constexpr (Kokkos::SpaceAccessibility<Kokkos::HostSpace, DeviceMemory>::accessible) {
    std::uint8_t const* const column = rows.column_major.data() + feature * rows.rows;
    std::uint32_t* const mine = index.data() + first;
    bool const small = rows.rows < (std::int64_t{1} << 31);
    // The vector version writes whole vectors, so it must not run over rows of the next node: those it saves here.
    std::uint32_t next[16];
    if (host::has_avx512() && small) {
      std::copy_n(mine + count, 16, next);
      std::int64_t const to_left = host::partition_avx512(column, left, mine, count, is_all, scratch.data());
      std::copy_n(scratch.data(), count - to_left, mine + to_left);
      std::copy_n(next, 16, mine + count);
      return to_left;
    }
    std::int64_t const to_left = partition_scalar(column, left, mine, count, is_all, scratch.data());
    std::copy_n(scratch.data(), count - to_left, mine + to_left);
    return to_left;
  } else {
    return partition_rows_portable(exec, rows, feature, left, index, first, count, is_all, scratch);
  }
}

std::int64_t partition_rows_portable(Exec const& exec, BinnedRows const& rows, std::int32_t feature, BinSet const& left,
                                     Array<std::uint32_t> const& index, std::int64_t first, std::int64_t count,
                                     bool is_all, Array<std::uint32_t> const& scratch) {
  using Policy = Kokkos::RangePolicy<Exec>;
  Array<std::uint8_t> const columns = rows.column_major;
  std::int64_t const offset = feature * rows.rows;
  if (is_all) {
    Kokkos::parallel_for(
        "trees::number_rows", Policy(exec, 0, count),
        KOKKOS_LAMBDA(std::int64_t i) { index(first + i) = static_cast<std::uint32_t>(i); });
  }
  std::int64_t to_left = 0;
  Kokkos::parallel_reduce(
      "trees::count_left", Policy(exec, 0, count),
      KOKKOS_LAMBDA(std::int64_t i, std::int64_t & sum) {
        sum += left.has(columns(offset + index(first + i))) ? 1 : 0;
      },
      to_left);
  exec.fence();
  std::int64_t const right_start = to_left;
  Kokkos::parallel_scan(
      "trees::partition_rows", Policy(exec, 0, count),
      KOKKOS_LAMBDA(std::int64_t i, std::int64_t & before, bool is_final) {
        std::uint32_t const row = index(first + i);
        bool const goes_left = left.has(columns(offset + row));
        if (is_final) scratch(goes_left ? before : right_start + i - before) = row;
        before += goes_left ? 1 : 0;
      });
  Kokkos::parallel_for(
      "trees::return_rows", Policy(exec, 0, count), KOKKOS_LAMBDA(std::int64_t i) { index(first + i) = scratch(i); });
  exec.fence();
  return to_left;
}

}  // namespace tidemill::kernels
