#include "drivers/recommend/reasons.hpp"

#include <algorithm>
#include <cmath>

namespace tidemill::drivers {
namespace {

/// Scores held at a time: 16 MiB.
constexpr std::int64_t reason_scores_at_once = std::int64_t{1} << 22;

struct Place {
  std::int32_t item;
  std::int64_t user;
  float weight;
};

/// Who has which item, by item and then user.
std::vector<Place> places_by_item(Recommender const& model, Interactions const& histories) {
  std::vector<Place> places;
  for (std::int64_t user = 0; user < histories.users.count; ++user) {
    auto const items = histories.items_of(user);
    std::vector<float> const weights = model.history_weights(histories, user);
    for (std::size_t h = 0; h < items.size(); ++h) places.push_back({items[h], user, weights[h]});
  }
  std::sort(places.begin(), places.end(),
            [](Place const& a, Place const& b) { return a.item != b.item ? a.item < b.item : a.user < b.user; });
  return places;
}

/// One user per item, who has had it alone, and a last one without history.
Interactions singles(Interactions const& like, std::span<std::int32_t const> items) {
  Interactions alone;
  alone.items = like.items;
  alone.item_ids = like.item_ids;
  auto const users = static_cast<std::int64_t>(items.size()) + 1;
  alone.users = {0, users, users};
  for (std::int32_t const item : items) {
    alone.item.push_back(item);
    alone.start.push_back(static_cast<std::int64_t>(alone.item.size()));
  }
  alone.start.push_back(static_cast<std::int64_t>(alone.item.size()));
  // Ids are never empty: no model takes one of these for a user that it was trained on.
  alone.user_ids.texts.assign(static_cast<std::size_t>(users), "");
  return alone;
}

float finite_or_zero(float score) { return std::isfinite(score) ? score : 0.0f; }

}  // namespace

std::vector<std::int32_t> reasons_of(Recommender const& model, Interactions const& histories,
                                     RankedLists const& lists) {
  std::vector<std::int32_t> reasons(lists.item.size(), -1);
  std::vector<float> best(lists.item.size(), 0.0f);
  std::vector<Place> const places = places_by_item(model, histories);
  std::vector<std::int32_t> items;
  for (Place const& place : places) {
    if (items.empty() || items.back() != place.item) items.push_back(place.item);
  }
  auto const all = static_cast<std::size_t>(histories.items);
  std::size_t const block = static_cast<std::size_t>(std::clamp<std::int64_t>(
                                reason_scores_at_once / std::max<std::int64_t>(histories.items, 1), 2, 1024)) -
                            1;
  std::size_t at = 0;
  for (std::size_t first = 0; first < items.size(); first += block) {
    std::span<std::int32_t const> const here(items.data() + first, std::min(block, items.size() - first));
    Interactions const alone = singles(histories, here);
    std::vector<float> scores((here.size() + 1) * all);
    model.score(alone, 0, static_cast<std::int64_t>(here.size()) + 1, scores);
    std::span<float const> const without = std::span(scores).subspan(here.size() * all, all);
    for (std::size_t i = 0; i < here.size(); ++i) {
      for (; at < places.size() && places[at].item == here[i]; ++at) {
        auto const row = static_cast<std::size_t>(places[at].user) * static_cast<std::size_t>(lists.k);
        for (std::size_t place = row; place < row + static_cast<std::size_t>(lists.k); ++place) {
          bool const is_model =
              lists.rung.empty() || lists.rung[place] == Rung::model || lists.rung[place] == Rung::content;
          if (lists.item[place] < 0 || !is_model) continue;
          auto const item = static_cast<std::size_t>(lists.item[place]);
          float const share =
              places[at].weight * (finite_or_zero(scores[i * all + item]) - finite_or_zero(without[item]));
          if (!(share > best[place])) continue;
          best[place] = share;
          reasons[place] = here[i];
        }
      }
    }
  }
  return reasons;
}

}  // namespace tidemill::drivers
