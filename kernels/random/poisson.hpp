#pragma once

#include <cstdint>

#include "kernels/random/philox.hpp"

namespace tidemill::kernels {

/// How often a thing is drawn in each of four neighbouring resamples of a Poisson bootstrap (Chamandy et al. 2012).
struct PoissonWeights {
  int of[4];
};

/// Poisson with mean 1 from the counter (seed, id of the thing, number of the block of four resamples, purpose), so it
/// depends on nothing else: not on where the thing lies nor on what else there is.
KOKKOS_INLINE_FUNCTION PoissonWeights poisson_weights(std::uint64_t seed, std::uint64_t id, std::uint32_t block,
                                                      std::uint32_t purpose) {
  // Distribution function in units of 2^-32; weights above 11 have less than 1e-9 of the mass.
  constexpr std::uint32_t below[11] = {1580030168u, 3160060337u, 3950075421u, 4213413783u, 4279248373u, 4292415291u,
                                       4294609777u, 4294923276u, 4294962463u, 4294966817u, 4294967252u};
  Philox::Block const random = Philox::block(seed, id, block, purpose);
  PoissonWeights weights{};
  for (int j = 0; j < 4; ++j) {
    int weight = 0;
    while (weight < 11 && random.word[j] > below[weight]) ++weight;
    weights.of[j] = weight;
  }
  return weights;
}
/// The largest weight there is.
constexpr int largest_poisson_weight = 11;

}  // namespace tidemill::kernels
