#include "drivers/bpr/pairwise_samples.hpp"

#include <algorithm>

#include "kernels/random/philox.hpp"

namespace tidemill::drivers {
namespace {

// What a random number is for: the fourth word of the counter.
constexpr std::uint32_t for_samples = 0x42505201;
constexpr std::uint32_t blocks_of_tries = 8;

std::int64_t below(std::uint32_t word, std::int64_t count) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(word) * static_cast<std::uint64_t>(count) >> 32);
}

}  // namespace

PairwiseSamples draw_samples(Interactions const& interactions, std::int64_t first_pair, std::int64_t batches,
                             std::uint64_t seed, std::uint32_t epoch) {
  auto const pairs = interactions.item.size();
  std::vector<std::int32_t> batch(pairs, -1), other(pairs), user(pairs);
  PairwiseSamples samples;
  samples.batch_start.assign(static_cast<std::size_t>(batches) + 1, 0);
  for (std::int64_t u = 0; u < interactions.users.count; ++u) {
    auto const history = interactions.items_of(u);
    for (auto pair = static_cast<std::size_t>(interactions.start[static_cast<std::size_t>(u)]);
         pair < static_cast<std::size_t>(interactions.start[static_cast<std::size_t>(u) + 1]); ++pair) {
      auto const id = static_cast<std::uint64_t>(first_pair) + pair;
      user[pair] = static_cast<std::int32_t>(u);
      for (std::uint32_t block = 0; block < blocks_of_tries && batch[pair] < 0; ++block) {
        auto const draw = kernels::Philox::block(seed, id, epoch, for_samples + block);
        for (int word = 1; word < 4; ++word) {
          auto const item = static_cast<std::int32_t>(below(draw.word[word], interactions.items));
          if (std::binary_search(history.begin(), history.end(), item)) continue;
          other[pair] = item;
          batch[pair] =
              static_cast<std::int32_t>(below(kernels::Philox::block(seed, id, epoch, for_samples).word[0], batches));
          ++samples.batch_start[static_cast<std::size_t>(batch[pair]) + 1];
          break;
        }
      }
    }
  }
  for (std::size_t b = 0; b < static_cast<std::size_t>(batches); ++b) {
    samples.batch_start[b + 1] += samples.batch_start[b];
  }
  auto const count = static_cast<std::size_t>(samples.batch_start.back());
  samples.user.resize(count);
  samples.preferred.resize(count);
  samples.other.resize(count);
  std::vector<std::int64_t> next(samples.batch_start.begin(), samples.batch_start.end() - 1);
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    if (batch[pair] < 0) continue;
    auto const at = static_cast<std::size_t>(next[static_cast<std::size_t>(batch[pair])]++);
    samples.user[at] = user[pair];
    samples.preferred[at] = interactions.item[pair];
    samples.other[at] = other[pair];
  }
  return samples;
}

}  // namespace tidemill::drivers
