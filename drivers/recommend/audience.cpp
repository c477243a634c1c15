#include "drivers/recommend/audience.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

Interactions gather_histories(io::Comm const& comm, Interactions const& trained, AudienceSources const& sources,
                              io::RowRange const* users_here, std::int64_t& unknown_items) {
  PairRows rows = as_pairs(trained);
  for (PairRows const& events : sources.events) append_pairs(rows, events, 0);
  GatherOptions options;
  options.items = &trained.item_ids;
  options.users = sources.users ? &*sources.users : nullptr;
  options.users_here = users_here;
  GatherCounts counts;
  Interactions histories = gather_interactions(comm, rows, options, &counts);
  unknown_items += counts.unknown_items;
  // Without values or times in training the model expects none.
  if (comm.max(trained.value.empty() ? 0 : 1) == 0) histories.value.clear();
  if (comm.max(trained.time.empty() ? 0 : 1) == 0) histories.time.clear();
  return histories;
}

/// Histories and blocked items of each user, ascending.
Interactions with_blocks(Interactions const& histories, Interactions const* blocked,
                         std::vector<std::int32_t> const& for_all) {
  Interactions removed;
  removed.users = histories.users;
  removed.items = histories.items;
  for (std::int64_t u = 0; u < histories.users.count; ++u) {
    auto const first = static_cast<std::ptrdiff_t>(removed.item.size());
    auto const had = histories.items_of(u);
    removed.item.insert(removed.item.end(), had.begin(), had.end());
    if (blocked != nullptr) {
      auto const more = blocked->items_of(u);
      removed.item.insert(removed.item.end(), more.begin(), more.end());
    }
    removed.item.insert(removed.item.end(), for_all.begin(), for_all.end());
    std::sort(removed.item.begin() + first, removed.item.end());
    removed.item.erase(std::unique(removed.item.begin() + first, removed.item.end()), removed.item.end());
    removed.start.push_back(static_cast<std::int64_t>(removed.item.size()));
  }
  return removed;
}

EntityIds all_users(io::Comm const& comm, Interactions const& who) {
  IdColumn const mine = as_column(who.user_ids);
  std::array<IdColumn const*, 1> const columns{&mine};
  return distinct_ids(comm, columns);
}

}  // namespace

void add_blocks(IdFile const& file, AudienceSources& sources) {
  if (file.columns() == 1) {
    sources.blocked_for_all = file.ids("item", 0);
  } else {
    sources.blocked = file.pairs("user", "item");
  }
}

Audience make_audience(io::Comm const& comm, Interactions const& trained, AudienceSources const& sources,
                       io::RowRange const* users_here) {
  Audience audience;
  bool const as_trained = !sources.users && sources.events.empty();
  audience.histories =
      as_trained ? trained : gather_histories(comm, trained, sources, users_here, audience.unknown_items);

  std::vector<std::int32_t> for_all;
  if (sources.blocked_for_all) {
    std::array<IdColumn const*, 1> const columns{&*sources.blocked_for_all};
    EntityIds const ids = distinct_ids(comm, columns);
    for (std::int64_t const number : numbers_of(as_column(ids), trained.item_ids)) {
      if (number < 0) {
        ++audience.unknown_items;
      } else {
        for_all.push_back(static_cast<std::int32_t>(number));
      }
    }
  }
  std::optional<Interactions> blocked;
  if (sources.blocked) {
    EntityIds const users = all_users(comm, audience.histories);
    GatherOptions options;
    options.items = &trained.item_ids;
    options.users = &users;
    options.users_here = &audience.histories.users;
    GatherCounts counts;
    blocked = gather_interactions(comm, *sources.blocked, options, &counts);
    audience.unknown_items += counts.unknown_items;
  }
  audience.removed = with_blocks(audience.histories, blocked ? &*blocked : nullptr, for_all);
  return audience;
}

std::vector<std::int32_t> labels_of(io::Comm const& comm, Interactions const& who, PairRows const& rows,
                                    EntityIds const& labels) {
  EntityIds const users = all_users(comm, who);
  GatherOptions options;
  options.items = &labels;
  options.users = &users;
  options.users_here = &who.users;
  Interactions const said = gather_interactions(comm, rows, options);
  std::vector<std::int32_t> label;
  io::agree(comm, "read segments", [&] {
    for (std::int64_t u = 0; u < who.users.count; ++u) {
      auto const found = said.items_of(u);
      if (found.size() > 1) {
        throw DataError(fmt::format("user '{}' is in two segments, '{}' and '{}'; give one per user",
                                    who.user_ids.text(u), labels.text(found[0]), labels.text(found[1])));
      }
      label.push_back(found.empty() ? -1 : found[0]);
    }
  });
  return label;
}

}  // namespace tidemill::drivers
