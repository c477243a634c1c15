#include "drivers/ingest/ordinals.hpp"

#include <algorithm>
#include <tuple>

namespace tidemill::drivers {

std::vector<std::int64_t> ordinals_among_equal(io::Comm const& comm, std::span<Key const> keys) {
  struct Asked {
    Key key;
    std::int32_t rank;
    std::int64_t position;  // among those sent to the same rank
  };
  auto const ranks = static_cast<std::size_t>(comm.size());
  auto const owner = [&](Key const& key) { return static_cast<std::size_t>(key[0] % ranks); };
  std::vector<std::vector<Key>> outgoing(ranks);
  for (Key const& key : keys) outgoing[owner(key)].push_back(key);
  std::vector<std::vector<Key>> const received = comm.exchange(outgoing);

  std::vector<Asked> asked;
  std::vector<std::vector<std::int64_t>> answers(ranks);
  for (std::size_t r = 0; r < ranks; ++r) {
    answers[r].resize(received[r].size());
    for (std::size_t i = 0; i < received[r].size(); ++i) {
      asked.push_back({received[r][i], static_cast<std::int32_t>(r), static_cast<std::int64_t>(i)});
    }
  }
  std::sort(asked.begin(), asked.end(), [](Asked const& a, Asked const& b) {
    return std::tie(a.key, a.rank, a.position) < std::tie(b.key, b.rank, b.position);
  });
  std::int64_t ordinal = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    ordinal = i > 0 && asked[i].key == asked[i - 1].key ? ordinal + 1 : 0;
    answers[static_cast<std::size_t>(asked[i].rank)][static_cast<std::size_t>(asked[i].position)] = ordinal;
  }

  std::vector<std::vector<std::int64_t>> const returned = comm.exchange(answers);
  std::vector<std::size_t> taken(ranks, 0);
  std::vector<std::int64_t> ordinals;
  ordinals.reserve(keys.size());
  for (Key const& key : keys) {
    std::size_t const r = owner(key);
    ordinals.push_back(returned[r][taken[r]++]);
  }
  return ordinals;
}

}  // namespace tidemill::drivers
