#include "drivers/night/ranked_lists.hpp"

#include <algorithm>
#include <utility>

namespace tidemill::drivers {

Interactions as_interactions(Interactions const& histories, RankedLists const& lists) {
  Interactions result;
  result.users = histories.users;
  result.items = histories.items;
  std::vector<std::pair<std::int32_t, std::int64_t>> list;
  for (std::int64_t u = 0; u < histories.users.count; ++u) {
    list.clear();
    for (int place = 0; place < lists.k; ++place) {
      std::int32_t const item = lists.item[static_cast<std::size_t>(u * lists.k + place)];
      if (item >= 0) list.emplace_back(item, place);
    }
    std::sort(list.begin(), list.end());
    for (auto const& [item, place] : list) {
      result.item.push_back(item);
      result.time.push_back(place);
    }
    result.start.push_back(result.size());
  }
  return result;
}

Interactions item_probes(io::Comm const& comm, Interactions const& interactions) {
  std::vector<std::int64_t> const counts = item_counts(comm, interactions);
  Interactions probes;
  probes.users = io::even_share(interactions.items, comm.rank(), comm.size());
  probes.items = interactions.items;
  probes.item_ids = interactions.item_ids;
  EntityIds const& ids = interactions.item_ids;
  for (std::int64_t item = probes.users.first; item < probes.users.end(); ++item) {
    auto const at = static_cast<std::size_t>(item);
    if (ids.integers.empty()) {
      probes.user_ids.texts.push_back(ids.texts[at]);
    } else {
      probes.user_ids.integers.push_back(ids.integers[at]);
    }
    if (counts[at] > 0) probes.item.push_back(static_cast<std::int32_t>(item));
    probes.start.push_back(probes.size());
  }
  return probes;
}

}  // namespace tidemill::drivers
