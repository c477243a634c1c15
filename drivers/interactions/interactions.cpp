#include "drivers/interactions/interactions.hpp"

#include <numeric>

#include "drivers/partition/balanced.hpp"
#include "drivers/partition/send_in_rounds.hpp"

namespace tidemill::drivers {
namespace {

/// One pair on its way to the rank of its item.
struct Pair {
  std::int32_t item;
  std::int32_t user;
  float value;
};

}  // namespace

std::vector<std::int64_t> item_counts(io::Comm const& comm, Interactions const& interactions) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(interactions.items), 0);
  for (std::int32_t const i : interactions.item) ++counts[static_cast<std::size_t>(i)];
  comm.sum(std::span<std::int64_t>(counts));
  return counts;
}

ItemInteractions by_item(io::Comm const& comm, Interactions const& interactions) {
  std::vector<std::int64_t> const cuts = balanced_cuts(item_counts(comm, interactions), comm.size());
  auto const owner = [&](std::int64_t at) { return part_of(cuts, interactions.item[static_cast<std::size_t>(at)]); };
  std::int64_t user = 0;  // whose pair is next
  auto const pair = [&](std::int64_t at) {
    while (interactions.start[static_cast<std::size_t>(user) + 1] <= at) ++user;
    auto const i = static_cast<std::size_t>(at);
    return Pair{interactions.item[i], static_cast<std::int32_t>(interactions.users.first + user),
                interactions.value.empty() ? 1.0F : interactions.value[i]};
  };
  std::vector<Pair> const received = send_in_rounds<Pair>(comm, interactions.size(), owner, pair);

  ItemInteractions result;
  result.items = piece_of(cuts, comm.rank());
  result.users = interactions.users.total;
  result.start.assign(static_cast<std::size_t>(result.items.count) + 1, 0);
  auto const local = [&](Pair const& one) { return static_cast<std::size_t>(one.item - result.items.first); };
  for (Pair const& one : received) ++result.start[local(one) + 1];
  std::partial_sum(result.start.begin(), result.start.end(), result.start.begin());
  result.user.resize(static_cast<std::size_t>(result.start.back()));
  bool const has_value = comm.max(interactions.value.empty() ? 0 : 1) == 1;
  if (has_value) result.value.resize(result.user.size());
  // Ranks hold ascending users, and pairs arrive in the order of ranks: users are ascending for each item.
  std::vector<std::int64_t> next(result.start.begin(), result.start.end() - 1);
  for (Pair const& one : received) {
    auto const at = static_cast<std::size_t>(next[local(one)]++);
    result.user[at] = one.user;
    if (has_value) result.value[at] = one.value;
  }
  return result;
}

}  // namespace tidemill::drivers
