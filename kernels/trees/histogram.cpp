#include "kernels/trees/histogram.hpp"

#include "kernels/trees/histogram_host.hpp"

namespace tidemill::kernels {

CellLayout CellLayout::unit_hessian() {
  CellLayout layout;
  layout.gradient_shift = 32;
  layout.count_mask = 0xffffffff;
  layout.gradient_limit = 32767;
  layout.hessian_limit = 1;
  layout.rows_per_block = 65536;
  return layout;
}

CellLayout CellLayout::any_hessian(bool count_rows) {
  CellLayout layout;
  if (!count_rows) {
    layout.gradient_shift = 32;
    layout.hessian_mask = 0xffffffff;
    layout.gradient_limit = 32767;
    layout.hessian_limit = 65535;
    layout.rows_per_block = 65536;
    return layout;
  }
  // 13 bits of rows, 25 of hessian, 26 of gradient.
  layout.gradient_shift = 38;
  layout.hessian_shift = 13;
  layout.hessian_mask = (std::uint64_t{1} << 25) - 1;
  layout.count_mask = (std::uint64_t{1} << 13) - 1;
  layout.gradient_limit = 8191;
  layout.hessian_limit = 8191;
  layout.rows_per_block = 4096;
  return layout;
}

void build_histogram(Exec const& exec, BinnedRows const& rows, Array<std::int32_t> const& quantised,
                     NodeRows const& node, CellLayout const& layout, bool wide, Array<std::int64_t> const& out) {
  if constexpr (Kokkos::SpaceAccessibility<Kokkos::HostSpace, DeviceMemory>::accessible) {
    host::build_histogram(rows, quantised.data(), node, layout, wide, out.data());
  } else {
    build_histogram_portable(exec, rows, quantised, node, layout, wide, out);
  }
}

namespace {

/// One team sums a run of rows for one block of eight features in its scratch memory, then adds its cells to the
/// result. Integers, so the order of arrival does not matter.
struct BlockSums {
  Array<std::uint8_t> row_major;
  Array<std::int32_t> quantised;
  Array<std::uint32_t> index;
  Array<std::int64_t> out;
  CellLayout layout;
  std::int64_t first, count, cells, start;
  std::int32_t stride, block, features, bins;
  bool is_all, wide;
  static constexpr std::int64_t run = 4096;

  using Team = Kokkos::TeamPolicy<Exec>::member_type;
  using Scratch = Kokkos::View<std::int64_t*, Exec::scratch_memory_space, Kokkos::MemoryUnmanaged>;

  KOKKOS_FUNCTION void operator()(Team const& team) const {
    Scratch const sums(team.team_scratch(0), bins * BinnedRows::block);
    Kokkos::parallel_for(Kokkos::TeamThreadRange(team, bins * BinnedRows::block), [&](int i) { sums(i) = 0; });
    team.team_barrier();
    std::int64_t const from = team.league_rank() * run;
    std::int64_t const here = count - from < run ? count - from : run;
    Kokkos::parallel_for(Kokkos::TeamThreadRange(team, static_cast<int>(here)), [&](int i) { add(sums, from + i); });
    team.team_barrier();
    Kokkos::parallel_for(Kokkos::TeamThreadRange(team, bins * BinnedRows::block), [&](int i) { flush(sums(i), i); });
  }
  KOKKOS_FUNCTION void add(Scratch const& sums, std::int64_t i) const {
    std::int64_t const row = is_all ? i : index(first + i);
    std::int64_t const value = layout.cell(quantised(row));
    std::uint8_t const* const at = row_major.data() + row * stride + block * BinnedRows::block;
    for (int f = 0; f < features; ++f) Kokkos::atomic_add(&sums(at[f] * BinnedRows::block + f), value);
  }
  KOKKOS_FUNCTION void flush(std::int64_t value, std::int64_t i) const {
    if (value == 0) return;
    if (!wide) return Kokkos::atomic_add(&out(start + i), value);
    Kokkos::atomic_add(&out(start + i), layout.gradient(value));
    std::int64_t plane = 1;
    if (layout.hessian_mask != 0) Kokkos::atomic_add(&out(plane++ * cells + start + i), layout.hessian(value));
    if (layout.count_mask != 0) Kokkos::atomic_add(&out(plane * cells + start + i), layout.count(value));
  }
};

}  // namespace

void build_histogram_portable(Exec const& exec, BinnedRows const& rows, Array<std::int32_t> const& quantised,
                              NodeRows const& node, CellLayout const& layout, bool wide,
                              Array<std::int64_t> const& out) {
  std::int64_t const cells = rows.cells();
  auto const used = static_cast<std::size_t>(wide ? cells * layout.planes() : cells);
  Kokkos::deep_copy(exec, Kokkos::subview(out, std::pair<std::size_t, std::size_t>(0, used)), std::int64_t{0});
  for (std::int32_t block = 0; node.count > 0 && block < rows.blocks(); ++block) {
    auto const b = static_cast<std::size_t>(block);
    std::int32_t const left = rows.features - block * BinnedRows::block;
    BlockSums const work{rows.row_major,
                         quantised,
                         node.index,
                         out,
                         layout,
                         node.first,
                         node.count,
                         cells,
                         rows.block_start[b],
                         rows.stride,
                         block,
                         left < BinnedRows::block ? left : BinnedRows::block,
                         rows.block_bins[b],
                         node.is_all,
                         wide};
    auto const teams = static_cast<int>((node.count + BlockSums::run - 1) / BlockSums::run);
    auto policy = Kokkos::TeamPolicy<Exec>(exec, teams, Kokkos::AUTO);
    auto const bytes = BlockSums::Scratch::shmem_size(static_cast<std::size_t>(work.bins * BinnedRows::block));
    policy.set_scratch_size(0, Kokkos::PerTeam(static_cast<int>(bytes)));
    Kokkos::parallel_for("trees::build_histogram", policy, work);
  }
  exec.fence();
}

}  // namespace tidemill::kernels
