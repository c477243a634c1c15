#include "kernels/trees/residuals.hpp"

namespace tidemill::kernels {
namespace {

using Policy = Kokkos::RangePolicy<Exec>;
constexpr bool on_host = Kokkos::SpaceAccessibility<Kokkos::HostSpace, DeviceMemory>::accessible;

}  // namespace

void residual_keys(Exec const& exec, Array<double> const& target, Array<double> const& scores,
                   Array<std::uint32_t> const& keys) {
  Kokkos::parallel_for(
      "trees::residual_keys", Policy(exec, 0, static_cast<std::int64_t>(keys.extent(0))),
      KOKKOS_LAMBDA(std::int64_t row) {
        union {
          float real;
          std::uint32_t bits;
        } value{static_cast<float>(target(row) - scores(row)) + 0.0f};
        keys(row) = (value.bits & 0x80000000u) != 0 ? ~value.bits : value.bits | 0x80000000u;
      });
  exec.fence();
}

void count_key_digits(Exec const& exec, Array<std::uint32_t> const& keys, Array<std::int64_t> const& factors,
                      NodeRows const& node, std::uint32_t prefix, int bits, Array<std::int64_t> const& counts) {
  Kokkos::deep_copy(exec, counts, std::int64_t{0});
  auto const index = node.index;
  std::int64_t const first = node.first;
  bool const is_all = node.is_all;
  bool const has_factors = factors.extent(0) > 0;
  int const digit_shift = 24 - bits;
  Kokkos::parallel_for(
      "trees::count_key_digits", Policy(exec, 0, node.count), KOKKOS_LAMBDA(std::int64_t i) {
        std::int64_t const row = is_all ? i : index(first + i);
        std::uint32_t const key = keys(row);
        if (bits > 0 && key >> (32 - bits) != prefix) return;
        std::int64_t const factor = has_factors ? factors(row) : 1;
        std::int64_t* const cell = &counts(key >> digit_shift & 255);
        if constexpr (on_host) {
          *cell += factor;
        } else {
          Kokkos::atomic_add(cell, factor);
        }
      });
  exec.fence();
}

}  // namespace tidemill::kernels
