#include "drivers/recommend/ladder.hpp"

#include <algorithm>

namespace tidemill::drivers {

Ladder::Ladder(io::Comm const& comm, Interactions const& trained, std::vector<std::int32_t> const& segment,
               std::int64_t segments, Params const& params) {
  std::vector<std::int64_t> users_in(static_cast<std::size_t>(segments), 0);
  for (std::size_t u = 0; u < segment.size(); ++u) {
    if (segment[u] >= 0 && !trained.items_of(static_cast<std::int64_t>(u)).empty()) {
      ++users_in[static_cast<std::size_t>(segment[u])];
    }
  }
  comm.sum(std::span<std::int64_t>(users_in));
  for (std::int64_t s = 0; s < segments; ++s) {
    bool const is_large = users_in[static_cast<std::size_t>(s)] >= params.min_segment_users;
    step_of_segment_.push_back(is_large ? static_cast<std::int32_t>(steps_.size()) : -1);
    if (!is_large) continue;
    std::vector<char> in_segment;
    for (std::int32_t const of_user : segment) in_segment.push_back(of_user == s ? 1 : 0);
    // A rank without users has no marks; an empty list would mean all users, of which it has none either.
    steps_.push_back({PopularityModel(popularity_scores(comm, trained, params.popularity, in_segment)), Rung::segment});
  }
  steps_.push_back({PopularityModel(popularity_scores(comm, trained, params.popularity)), Rung::popularity});
}

void Ladder::fill(Step const& step, std::span<std::int32_t const> removed, std::size_t first,
                  RankedLists& lists) const {
  auto const k = static_cast<std::size_t>(lists.k);
  std::size_t place = 0;
  while (place < k && lists.item[first + place] >= 0) ++place;
  if (place == k) return;
  auto const begin = lists.item.begin() + static_cast<std::ptrdiff_t>(first);
  std::vector<std::int32_t> listed(begin, begin + static_cast<std::ptrdiff_t>(place));
  std::sort(listed.begin(), listed.end());
  for (std::int32_t const item : step.popularity.order()) {
    if (place == k) return;
    float const score = step.popularity.scores()[static_cast<std::size_t>(item)];
    if (step.rung == Rung::segment && score == 0) return;  // no one in the segment has the rest
    if (std::binary_search(removed.begin(), removed.end(), item)) continue;
    if (std::binary_search(listed.begin(), listed.end(), item)) continue;
    lists.item[first + place] = item;
    lists.score[first + place] = score;
    lists.rung[first + place] = step.rung;
    ++place;
  }
}

void Ladder::complete(Audience const& audience, std::vector<std::int32_t> const& segment, RankedLists& lists) const {
  auto const k = static_cast<std::size_t>(lists.k);
  if (lists.rung.empty()) lists.rung.assign(lists.item.size(), Rung::model);
  for (std::int64_t u = 0; u < audience.histories.users.count; ++u) {
    std::size_t const first = static_cast<std::size_t>(u) * k;
    if (audience.histories.items_of(u).empty()) {
      std::fill_n(lists.item.begin() + static_cast<std::ptrdiff_t>(first), k, -1);
      std::fill_n(lists.score.begin() + static_cast<std::ptrdiff_t>(first), k, 0.0F);
    }
    std::int32_t const of_user = segment.empty() ? -1 : segment[static_cast<std::size_t>(u)];
    std::int32_t const step = of_user < 0 ? -1 : step_of_segment_[static_cast<std::size_t>(of_user)];
    auto const removed = audience.removed.items_of(u);
    if (step >= 0) fill(steps_[static_cast<std::size_t>(step)], removed, first, lists);
    fill(steps_.back(), removed, first, lists);
  }
}

}  // namespace tidemill::drivers
