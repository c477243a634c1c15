#include <algorithm>
#include <vector>

#include "drivers/ease/ease.hpp"
#include "drivers/ease/lower_blocks.hpp"
#include "kernels/inverse/blocks.hpp"

namespace tidemill::drivers {
namespace {

/// Speed of this rank's updates, from a few of them.
double measured_gigaflops() {
  std::int64_t const columns = 8 * block_side;
  std::vector<double> a(static_cast<std::size_t>(block_side * block_side), 1e-3),
      b(static_cast<std::size_t>(columns * block_side), 1e-3), out(static_cast<std::size_t>(block_side * columns), 1.0);
  double best = 1e30;
  for (int repeat = 0; repeat < 4; ++repeat) {
    double const start = io::seconds_now();
    kernels::subtract_product(a.data(), b.data(), block_side, columns, block_side, out.data());
    best = std::min(best, io::seconds_now() - start);
  }
  return 2e-9 * static_cast<double>(block_side * columns * block_side) / std::max(best, 1e-9);
}

}  // namespace

std::int64_t ease_memory(std::int64_t ranks, std::int64_t items, std::int64_t pairs, std::int64_t users) {
  std::int64_t const blocks = (items + block_side - 1) / block_side;
  std::int64_t const n = blocks * block_side;
  // The rank with most blocks of the triangle has at most one row of blocks more than its share; rows of B are even.
  std::int64_t const triangle = (LowerBlocks::triangle(blocks) / ranks + blocks) * block_side * block_side * 8;
  std::int64_t const column = 3 * n * block_side * 8;  // one column of blocks: sent, received, and as numbers
  std::int64_t const weights = (blocks + ranks - 1) / ranks * block_side * items * 4;
  std::int64_t const histories = pairs * (4 + 4 / ranks) + users * 12 + 8 * items;
  return triangle + histories + std::max(column, weights + column);
}

EaseEstimate estimate_ease(io::Comm const& comm, std::int64_t items, std::int64_t pairs, std::int64_t users) {
  auto const ranks = static_cast<std::int64_t>(comm.size());
  EaseEstimate estimate;
  estimate.bytes_per_rank = ease_memory(ranks, items, pairs, users);
  estimate.gigaflops = -comm.max(-measured_gigaflops());
  double const size = static_cast<double>((items + block_side - 1) / block_side * block_side);
  estimate.seconds = size * size * size * 1e-9 / (estimate.gigaflops * static_cast<double>(ranks));
  return estimate;
}

}  // namespace tidemill::drivers
