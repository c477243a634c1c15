#include "drivers/interactions/split.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>
#include <vector>

#include "io/error.hpp"
#include "kernels/random/philox.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::uint32_t purpose_split = 0x73706C74;

/// 64 bits for an outside id: integers are themselves, texts their FNV-1a hash.
std::uint64_t key_of(EntityIds const& ids, std::int64_t number) {
  auto const i = static_cast<std::size_t>(number);
  if (!ids.integers.empty()) return static_cast<std::uint64_t>(ids.integers[i]);
  std::uint64_t hash = 14695981039346656037ull;
  for (char const byte : ids.texts[i]) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211ull;
  return hash;
}

/// Position ranges of one user.
struct Span {
  std::size_t first, last;
};
Span pairs_of(Interactions const& interactions, std::int64_t user) {
  auto const u = static_cast<std::size_t>(user);
  return {static_cast<std::size_t>(interactions.start[u]), static_cast<std::size_t>(interactions.start[u + 1])};
}

Interactions take(Interactions const& from, std::vector<char> const& is_test, bool test) {
  Interactions part;
  part.users = from.users;
  part.items = from.items;
  part.user_ids = from.user_ids;
  part.item_ids = from.item_ids;
  for (std::int64_t u = 0; u < from.users.count; ++u) {
    auto const [first, last] = pairs_of(from, u);
    for (std::size_t at = first; at < last; ++at) {
      if ((is_test[at] != 0) != test) continue;
      part.item.push_back(from.item[at]);
      if (!from.value.empty()) part.value.push_back(from.value[at]);
      if (!from.time.empty()) part.time.push_back(from.time[at]);
    }
    part.start.push_back(static_cast<std::int64_t>(part.item.size()));
  }
  return part;
}

InteractionSplit divide(Interactions const& from, std::vector<char> const& is_test) {
  return {take(from, is_test, false), take(from, is_test, true)};
}

/// Tests `wanted` pairs of a user, at most all but one, that come first by `before`.
template <class Before>
void choose(Span pairs, std::int64_t wanted, Before const& before, std::vector<char>& is_test) {
  std::vector<std::size_t> order(pairs.last - pairs.first);
  std::iota(order.begin(), order.end(), pairs.first);
  auto const most = std::max<std::int64_t>(static_cast<std::int64_t>(order.size()) - 1, 0);
  auto const count = static_cast<std::ptrdiff_t>(std::clamp<std::int64_t>(wanted, 0, most));
  std::sort(order.begin(), order.end(), before);
  for (std::ptrdiff_t i = 0; i < count; ++i) is_test[order[static_cast<std::size_t>(i)]] = 1;
}

void require_times(Interactions const& interactions) {
  if (interactions.time.empty() && interactions.size() > 0) {
    throw ConfigError("a split by time needs times: name their column with --time, or set --ordered");
  }
}

}  // namespace

InteractionSplit split_by_share(Interactions const& interactions, double share, std::uint64_t seed) {
  std::vector<char> is_test(interactions.item.size(), 0);
  std::vector<double> draw(interactions.item.size());
  for (std::int64_t u = 0; u < interactions.users.count; ++u) {
    Span const pairs = pairs_of(interactions, u);
    std::uint64_t const user = key_of(interactions.user_ids, u);
    for (std::size_t at = pairs.first; at < pairs.last; ++at) {
      std::uint64_t const item = key_of(interactions.item_ids, interactions.item[at]);
      auto const block = kernels::Philox::block(seed ^ (item >> 32) * 0x9E3779B97F4A7C15ull, user,
                                                static_cast<std::uint32_t>(item), purpose_split);
      draw[at] = kernels::Philox::uniform(block.word[0], block.word[1]);
    }
    auto const n = static_cast<double>(pairs.last - pairs.first);
    choose(
        pairs, static_cast<std::int64_t>(std::floor(share * n + 0.5)),
        [&](std::size_t a, std::size_t b) { return draw[a] != draw[b] ? draw[a] < draw[b] : a < b; }, is_test);
  }
  return divide(interactions, is_test);
}

InteractionSplit split_last(Interactions const& interactions, std::int64_t count) {
  require_times(interactions);
  std::vector<char> is_test(interactions.item.size(), 0);
  auto const& time = interactions.time;
  for (std::int64_t u = 0; u < interactions.users.count; ++u) {
    choose(
        pairs_of(interactions, u), count,
        [&](std::size_t a, std::size_t b) { return time[a] != time[b] ? time[a] > time[b] : a > b; }, is_test);
  }
  return divide(interactions, is_test);
}

InteractionSplit split_at_time(Interactions const& interactions, std::int64_t time) {
  require_times(interactions);
  std::vector<char> is_test;
  for (std::int64_t const t : interactions.time) is_test.push_back(t >= time ? 1 : 0);
  return divide(interactions, is_test);
}

}  // namespace tidemill::drivers
