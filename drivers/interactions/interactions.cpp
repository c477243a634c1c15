#include "drivers/interactions/interactions.hpp"

#include <numeric>

#include "drivers/partition/balanced.hpp"

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
  std::vector<std::vector<Pair>> outgoing(static_cast<std::size_t>(comm.size()));
  for (std::int64_t u = 0; u < interactions.users.count; ++u) {
    auto const first = static_cast<std::size_t>(interactions.start[static_cast<std::size_t>(u)]);
    auto const last = static_cast<std::size_t>(interactions.start[static_cast<std::size_t>(u) + 1]);
    for (std::size_t at = first; at < last; ++at) {
      std::int32_t const item = interactions.item[at];
      outgoing[static_cast<std::size_t>(part_of(cuts, item))].push_back(
          {item, static_cast<std::int32_t>(interactions.users.first + u),
           interactions.value.empty() ? 1.0F : interactions.value[at]});
    }
  }
  std::vector<std::vector<Pair>> const received = comm.exchange(outgoing);

  ItemInteractions result;
  result.items = piece_of(cuts, comm.rank());
  result.users = interactions.users.total;
  result.start.assign(static_cast<std::size_t>(result.items.count) + 1, 0);
  auto const local = [&](Pair const& pair) { return static_cast<std::size_t>(pair.item - result.items.first); };
  for (auto const& part : received) {
    for (Pair const& pair : part) ++result.start[local(pair) + 1];
  }
  std::partial_sum(result.start.begin(), result.start.end(), result.start.begin());
  result.user.resize(static_cast<std::size_t>(result.start.back()));
  bool const has_value = comm.max(interactions.value.empty() ? 0 : 1) == 1;
  if (has_value) result.value.resize(result.user.size());
  // Ranks hold ascending users, and parts come in the order of ranks: users arrive ascending for each item.
  std::vector<std::int64_t> next(result.start.begin(), result.start.end() - 1);
  for (auto const& part : received) {
    for (Pair const& pair : part) {
      auto const at = static_cast<std::size_t>(next[local(pair)]++);
      result.user[at] = pair.user;
      if (has_value) result.value[at] = pair.value;
    }
  }
  return result;
}

}  // namespace tidemill::drivers
