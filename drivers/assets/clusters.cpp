#include "drivers/assets/clusters.hpp"

#include <algorithm>
#include <numeric>

namespace tidemill::drivers {

std::vector<std::int64_t> connected_components(std::int64_t count, std::span<IdPair const> pairs) {
  std::vector<std::int64_t> parent(static_cast<std::size_t>(count));
  std::iota(parent.begin(), parent.end(), std::int64_t{0});
  auto const root_of = [&](std::int64_t id) {
    while (parent[static_cast<std::size_t>(id)] != id) {
      std::int64_t& up = parent[static_cast<std::size_t>(id)];
      up = parent[static_cast<std::size_t>(up)];
      id = up;
    }
    return id;
  };
  // The smaller root wins, so a root is the smallest id of its component.
  for (IdPair const& pair : pairs) {
    std::int64_t const a = root_of(pair.first), b = root_of(pair.second);
    parent[static_cast<std::size_t>(std::max(a, b))] = std::min(a, b);
  }
  for (std::int64_t id = 0; id < count; ++id) parent[static_cast<std::size_t>(id)] = root_of(id);
  return parent;
}

}  // namespace tidemill::drivers
