#include "kernels/gate/unit_bootstrap.hpp"

#include "kernels/random/poisson.hpp"

namespace tidemill::kernels {
namespace {

constexpr std::uint32_t bootstrap_purpose = 0x67617465;  // "gate"
/// Units that one thread adds up before it touches the totals.
constexpr std::int64_t units_together = 512;

/// Some neighbouring units in four neighbouring resamples.
struct AddUnits {
  Array<std::uint64_t const> unit;
  UnitValues values;
  UnitTotals totals;
  std::uint64_t seed;
  std::int64_t parts;

  KOKKOS_FUNCTION void operator()(std::int64_t index) const {
    auto const units = static_cast<std::int64_t>(unit.extent(0));
    auto const width = static_cast<int>(values.extent(1));
    std::int64_t const block = index / parts;
    std::int64_t const first = index % parts * units_together;
    std::int64_t const last = first + units_together < units ? first + units_together : units;
    std::int64_t sum[4][bootstrap_values] = {};
    for (std::int64_t u = first; u < last; ++u) {
      PoissonWeights const weights =
          poisson_weights(seed, unit(u), static_cast<std::uint32_t>(block), bootstrap_purpose);
      for (int j = 0; j < 4; ++j) {
        if (weights.of[j] == 0) continue;
        for (int v = 0; v < width; ++v) sum[j][v] += weights.of[j] * values(u, v);
      }
    }
    for (int j = 0; j < 4; ++j) {
      std::int64_t const resample = block * 4 + j;
      if (resample >= static_cast<std::int64_t>(totals.extent(0))) break;
      for (int v = 0; v < width; ++v) Kokkos::atomic_add(&totals(resample, v), sum[j][v]);
    }
  }
};

}  // namespace

void resample_units(Exec const& exec, Array<std::uint64_t const> const& unit, UnitValues const& values,
                    std::uint64_t seed, UnitTotals const& totals) {
  auto const units = static_cast<std::int64_t>(unit.extent(0));
  std::int64_t const blocks = (static_cast<std::int64_t>(totals.extent(0)) + 3) / 4;
  std::int64_t const parts = (units + units_together - 1) / units_together;
  using Policy = Kokkos::RangePolicy<Exec, Kokkos::IndexType<std::int64_t>>;
  Kokkos::parallel_for("gate::resample_units", Policy(exec, 0, blocks * parts),
                       AddUnits{unit, values, totals, seed, parts});
}

}  // namespace tidemill::kernels
