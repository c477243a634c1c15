#include "drivers/content/history.hpp"

#include <algorithm>
#include <numeric>

namespace tidemill::drivers {

std::vector<std::int32_t> by_time(Interactions const& histories, std::int64_t local_user) {
  std::vector<std::int32_t> order(histories.items_of(local_user).size());
  std::iota(order.begin(), order.end(), 0);
  if (histories.time.empty()) return order;
  std::int64_t const* const time = histories.time.data() + histories.start[static_cast<std::size_t>(local_user)];
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) { return time[a] < time[b]; });
  return order;
}

std::vector<float> recency_weights(Interactions const& histories, std::int64_t local_user, double decay) {
  std::vector<float> weights(histories.items_of(local_user).size(), 1.0f);
  if (histories.time.empty() || decay == 1.0) return weights;
  std::int64_t const* const time = histories.time.data() + histories.start[static_cast<std::size_t>(local_user)];
  std::vector<std::int32_t> const order = by_time(histories, local_user);
  double power = 1.0;
  double weight = 1.0;
  for (std::size_t back = order.size(); back-- > 0; power *= decay) {
    bool const same_time = back + 1 < order.size() && time[order[back]] == time[order[back + 1]];
    if (!same_time) weight = power;
    weights[static_cast<std::size_t>(order[back])] = static_cast<float>(weight);
  }
  return weights;
}

SparseRows history_rows(Interactions const& histories, std::int64_t first, std::int64_t count, double decay) {
  SparseRows rows;
  rows.columns = histories.items;
  for (std::int64_t user = first; user < first + count; ++user) {
    std::vector<float> const weights = recency_weights(histories, user, decay);
    auto const items = histories.items_of(user);
    for (std::size_t e = 0; e < items.size(); ++e) rows.add(items[e], weights[e]);
    rows.end_row();
  }
  return rows;
}

}  // namespace tidemill::drivers
