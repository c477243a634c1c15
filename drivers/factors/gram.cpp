#include "drivers/factors/gram.hpp"

#include <algorithm>
#include <cmath>

#include "io/error.hpp"
#include "kernels/factors/gram.hpp"

namespace tidemill::drivers {
namespace {

using kernels::gram_block;

std::int64_t block_start(std::int64_t row) { return row / gram_block * gram_block; }
std::int64_t next_block(std::int64_t row) { return block_start(row + gram_block - 1); }

std::vector<float> rows_on_host(kernels::FactorMatrix const& owned, std::int64_t begin, std::int64_t end) {
  auto const part = Kokkos::subview(owned, std::make_pair(begin, end), Kokkos::ALL());
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), part);
  return {host.data(), host.data() + (end - begin) * static_cast<std::int64_t>(owned.extent(1))};
}

/// Collective. Rows of my last block, the end of which later ranks may have; empty when no block begins here.
kernels::FactorMatrix last_block(io::Comm const& comm, io::RowRange range, kernels::FactorMatrix const& owned,
                                 std::int64_t first_row) {
  auto const width = static_cast<std::int64_t>(owned.extent(1));
  std::vector<std::vector<float>> outgoing(static_cast<std::size_t>(comm.size()));
  std::int64_t const head = std::min(next_block(range.first), range.end()) - range.first;
  std::vector<io::RowRange> const all = comm.gather_all(range);
  for (std::size_t r = 0; r < all.size() && head > 0; ++r) {
    std::int64_t const start = block_start(range.first);
    if (all[r].first <= start && start < all[r].end()) outgoing[r] = rows_on_host(owned, 0, head);
  }
  std::vector<std::vector<float>> const received = comm.exchange(outgoing);
  std::vector<float> rows;
  if (first_row < range.end()) rows = rows_on_host(owned, first_row - range.first, range.count);
  for (auto const& part : received) rows.insert(rows.end(), part.begin(), part.end());
  kernels::FactorMatrix const block("factors::last_block", rows.size() / static_cast<std::size_t>(width),
                                    static_cast<std::size_t>(width));
  auto const host = Kokkos::create_mirror_view(block);
  std::copy(rows.begin(), rows.end(), host.data());
  Kokkos::deep_copy(block, host);
  return block;
}

}  // namespace

std::vector<double> gram_of(io::Comm const& comm, kernels::Exec const& exec, io::RowRange range,
                            kernels::FactorMatrix const& owned) {
  auto const width = owned.extent(1);
  float const largest = comm.max(kernels::largest_factor(exec, owned));
  if (!std::isfinite(largest)) {
    throw Error("the factors have left the range of numbers; raise --lambda or --unobserved-weight");
  }
  std::vector<double> gram(width * width);
  double const bound = static_cast<double>(range.total) * static_cast<double>(largest) * static_cast<double>(largest);
  if (!(bound > 0)) return gram;
  // Sums below the bound use 62 bits.
  double const unit = std::ldexp(1.0, std::ilogb(bound) + 1 - 62);

  kernels::Array<std::int64_t> const sums("factors::gram", width * width);
  std::int64_t const begin = std::min(next_block(range.first), range.end());
  std::int64_t const whole = std::max(block_start(range.end()), begin);
  kernels::add_gram(exec,
                    Kokkos::subview(owned, std::make_pair(begin - range.first, whole - range.first), Kokkos::ALL()),
                    unit, sums);
  kernels::add_gram(exec, last_block(comm, range, owned, whole), unit, sums);

  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), sums);
  comm.sum(std::span<std::int64_t>(host.data(), host.extent(0)));
  for (std::size_t i = 0; i < width; ++i) {
    for (std::size_t c = i; c < width; ++c) {
      gram[i * width + c] = gram[c * width + i] = static_cast<double>(host(i * width + c)) * unit;
    }
  }
  return gram;
}

kernels::ConstFactorMatrix scaled_gram(std::vector<double> const& gram, double scale) {
  auto const width = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(gram.size()))));
  kernels::FactorMatrix const scaled("factors::scaled_gram", width, width);
  auto const host = Kokkos::create_mirror_view(scaled);
  for (std::size_t i = 0; i < gram.size(); ++i) host.data()[i] = static_cast<float>(scale * gram[i]);
  Kokkos::deep_copy(scaled, host);
  return scaled;
}

}  // namespace tidemill::drivers
