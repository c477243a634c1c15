#include "drivers/text/row_order.hpp"

#include <algorithm>
#include <utility>

#include "kernels/random/philox.hpp"

namespace tidemill::drivers {

std::vector<std::uint32_t> drawn_order(std::span<std::uint32_t const> rows, std::uint64_t seed, std::int64_t pass,
                                       std::uint32_t purpose) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> keyed;
  keyed.reserve(rows.size());
  for (std::uint32_t const row : rows) {
    auto const draw = kernels::Philox::block(seed, row, static_cast<std::uint32_t>(pass), purpose);
    keyed.emplace_back(static_cast<std::uint64_t>(draw.word[0]) << 32 | draw.word[1], row);
  }
  std::sort(keyed.begin(), keyed.end());
  std::vector<std::uint32_t> order;
  order.reserve(keyed.size());
  for (auto const& [key, row] : keyed) order.push_back(row);
  return order;
}

}  // namespace tidemill::drivers
