#include "drivers/recommend/recommender.hpp"

#include <algorithm>
#include <limits>

#include "drivers/recommend/select_top.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

/// Scores held at a time: 16 MiB.
constexpr std::int64_t user_scores_at_once = std::int64_t{1} << 22;

}  // namespace

std::string_view name_of(Rung rung) {
  switch (rung) {
    case Rung::model:
      return "model";
    case Rung::content:
      return "content";
    case Rung::segment:
      return "segment";
    case Rung::popularity:
      break;
  }
  return "popularity";
}

RankedLists empty_lists(std::int64_t users, int k) {
  auto const places = static_cast<std::size_t>(users) * static_cast<std::size_t>(k);
  return {k, std::vector<std::int32_t>(places, -1), std::vector<float>(places, 0), {}, {}};
}

std::vector<float> Recommender::history_weights(Interactions const& histories, std::int64_t local_user) const {
  return std::vector<float>(histories.items_of(local_user).size(), 1.0f);
}

void Recommender::choose_context(std::map<std::string, std::string> const& values) {
  if (values.empty()) return;
  throw ConfigError("--context is for models trained with --model context; this one knows no contexts");
}

RankedLists Recommender::top_k(Interactions const& histories, Interactions const& removed, int k) const {
  std::int64_t const users = histories.users.count;
  std::int64_t const items = histories.items;
  RankedLists lists = empty_lists(users, k);
  std::int64_t const block = std::clamp<std::int64_t>(user_scores_at_once / std::max<std::int64_t>(items, 1), 1, 1024);
  std::vector<float> scores(static_cast<std::size_t>(std::min(block, users) * items));
  for (std::int64_t first = 0; first < users; first += block) {
    std::int64_t const count = std::min(block, users - first);
    std::span<float> const here(scores.data(), static_cast<std::size_t>(count * items));
    score(histories, first, count, here);
    for (std::int64_t u = 0; u < count; ++u) {
      std::span<float> const row = here.subspan(static_cast<std::size_t>(u * items), static_cast<std::size_t>(items));
      for (std::int32_t const item : removed.items_of(first + u)) {
        row[static_cast<std::size_t>(item)] = -std::numeric_limits<float>::infinity();
      }
      auto const at = static_cast<std::size_t>((first + u) * k);
      select_top(row, std::span(lists.item).subspan(at, static_cast<std::size_t>(k)),
                 std::span(lists.score).subspan(at, static_cast<std::size_t>(k)));
    }
  }
  return lists;
}

}  // namespace tidemill::drivers
