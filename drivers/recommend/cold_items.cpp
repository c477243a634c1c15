#include "drivers/recommend/cold_items.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <vector>

#include "drivers/recommend/select_top.hpp"

namespace tidemill::drivers {
namespace {

constexpr float no_score = -std::numeric_limits<float>::infinity();
/// Scores held at a time: 16 MiB.
constexpr std::int64_t cold_scores_at_once = std::int64_t{1} << 22;

EntityIds ids_of_both(io::Comm const& comm, EntityIds const& a, EntityIds const& b) {
  IdColumn const first = as_column(a), second = as_column(b);
  std::array<IdColumn const*, 2> const columns{&first, &second};
  return distinct_ids(comm, columns);
}

/// Which items of `items` have no pairs in `trained`.
std::vector<char> cold_items(io::Comm const& comm, EntityIds const& items, Interactions const& trained) {
  std::vector<std::int64_t> const counts = item_counts(comm, trained);
  std::vector<char> is_cold;
  for (std::int64_t const number : numbers_of(as_column(items), trained.item_ids)) {
    is_cold.push_back(number < 0 || counts[static_cast<std::size_t>(number)] == 0 ? 1 : 0);
  }
  return is_cold;
}

/// The content model's best cold items, a row of `slots` per user.
RankedLists rank_cold(ContentRung const& content, std::vector<char> const& is_cold) {
  Interactions const& histories = content.audience.histories;
  std::int64_t const items = histories.items;
  RankedLists lists = empty_lists(histories.users.count, content.slots);
  std::int64_t const block = std::clamp<std::int64_t>(cold_scores_at_once / std::max<std::int64_t>(items, 1), 1, 1024);
  std::vector<float> scores;
  auto const slots = static_cast<std::size_t>(content.slots);
  for (std::int64_t first = 0; first < histories.users.count; first += block) {
    std::int64_t const count = std::min(block, histories.users.count - first);
    scores.assign(static_cast<std::size_t>(count * items), 0);
    content.model.score(histories, first, count, scores);
    for (std::int64_t u = first; u < first + count; ++u) {
      std::span<float> const row =
          std::span(scores).subspan(static_cast<std::size_t>((u - first) * items), static_cast<std::size_t>(items));
      for (std::size_t i = 0; i < is_cold.size(); ++i) row[i] = is_cold[i] != 0 ? row[i] : no_score;
      for (std::int32_t const item : content.audience.removed.items_of(u))
        row[static_cast<std::size_t>(item)] = no_score;
      auto const at = static_cast<std::size_t>(u) * slots;
      select_top(row, std::span(lists.item).subspan(at, slots), std::span(lists.score).subspan(at, slots));
    }
  }
  return lists;
}

struct ColdPlace {
  std::int32_t item;
  float score;
};

/// Leaves those of `found` that are not on the list already; returns the first place that they take.
std::size_t keep_unlisted(std::span<std::int32_t const> list, std::vector<ColdPlace>& found) {
  auto const filled = static_cast<std::size_t>(std::find(list.begin(), list.end(), -1) - list.begin());
  for (;;) {
    std::size_t const kept = std::min(filled, list.size() - found.size());
    auto const staying = list.first(kept);
    bool const dropped = std::erase_if(found, [&](ColdPlace const& one) {
                           return std::find(staying.begin(), staying.end(), one.item) != staying.end();
                         }) > 0;
    if (!dropped) return kept;
  }
}

}  // namespace

Interactions with_items(io::Comm const& comm, Interactions const& pairs, EntityIds const& items) {
  IdColumn const mine = as_column(pairs.user_ids);
  std::array<IdColumn const*, 1> const columns{&mine};
  EntityIds const users = distinct_ids(comm, columns);
  GatherOptions options;
  options.items = &items;
  options.users = &users;
  options.users_here = &pairs.users;
  return gather_interactions(comm, as_pairs(pairs), options);
}

void add_cold_items(io::Comm const& comm, Interactions const& trained, ContentRung const& content, Audience& audience,
                    RankedLists& lists) {
  EntityIds const& items = content.audience.histories.item_ids;
  std::vector<char> const is_cold = cold_items(comm, items, trained);
  RankedLists cold;
  io::agree(comm, "rank new items", [&] { cold = rank_cold(content, is_cold); });

  EntityIds const both = ids_of_both(comm, trained.item_ids, items);
  std::vector<std::int64_t> const of_trained = numbers_of(as_column(trained.item_ids), both);
  std::vector<std::int64_t> const of_content = numbers_of(as_column(items), both);
  for (std::int32_t& item : lists.item) {
    if (item >= 0) item = static_cast<std::int32_t>(of_trained[static_cast<std::size_t>(item)]);
  }
  for (std::int32_t& item : lists.reason) {
    if (item >= 0) item = static_cast<std::int32_t>(of_trained[static_cast<std::size_t>(item)]);
  }
  auto const k = static_cast<std::size_t>(lists.k), slots = static_cast<std::size_t>(content.slots);
  for (std::int64_t u = 0; u < audience.histories.users.count; ++u) {
    if (content.audience.histories.items_of(u).empty()) continue;
    std::size_t const from = static_cast<std::size_t>(u) * slots, first = static_cast<std::size_t>(u) * k;
    std::vector<ColdPlace> found;
    for (std::size_t i = from; i < from + std::min(slots, k) && cold.item[i] >= 0 && cold.score[i] > 0; ++i) {
      found.push_back({static_cast<std::int32_t>(of_content[static_cast<std::size_t>(cold.item[i])]), cold.score[i]});
    }
    std::size_t place = first + keep_unlisted(std::span(lists.item).subspan(first, k), found);
    for (ColdPlace const& new_item : found) {
      lists.item[place] = new_item.item;
      lists.score[place] = new_item.score;
      lists.rung[place] = Rung::content;
      if (!lists.reason.empty()) lists.reason[place] = -1;
      ++place;
    }
  }
  audience.histories = with_items(comm, audience.histories, both);
}

}  // namespace tidemill::drivers
