#include "kernels/trees/forest_tree.hpp"

#include "kernels/random/philox.hpp"
#include "kernels/trees/forest_grower.hpp"
#include "kernels/trees/forest_targets.hpp"

namespace tidemill::kernels {
namespace {

constexpr std::uint32_t purpose_bootstrap = 0x706F6973;

/// 2^32 times the distribution function of Poisson(1), rounded down; beyond 11 nothing is left in 32 bits.
constexpr std::uint32_t poisson_below[] = {1580030168u, 3160060337u, 3950075421u, 4213413783u,
                                           4279248373u, 4292415291u, 4294609777u, 4294923276u,
                                           4294962463u, 4294966817u, 4294967252u, 4294967292u};

}  // namespace

std::uint32_t forest_draws(std::uint64_t seed, std::int64_t row, std::int64_t tree) {
  // One block serves four consecutive trees.
  auto const block =
      Philox::block(seed, static_cast<std::uint64_t>(row), static_cast<std::uint32_t>(tree / 4), purpose_bootstrap);
  std::uint32_t const word = block.word[tree % 4];
  std::uint32_t draws = 0;
  while (draws < 12 && word >= poisson_below[draws]) ++draws;
  return draws;
}

ForestTree grow_forest_tree(ForestRows const& data, ForestTreeParams const& params, std::int64_t tree) {
  if (data.classes > 2) return ForestGrower<ClassTarget>(data, params, tree, ClassTarget(data.classes)).grow();
  if (data.classes == 2 && data.weight.empty()) {
    return ForestGrower<BinaryTarget>(data, params, tree, BinaryTarget()).grow();
  }
  return ForestGrower<MeanTarget>(data, params, tree, MeanTarget()).grow();
}

}  // namespace tidemill::kernels
