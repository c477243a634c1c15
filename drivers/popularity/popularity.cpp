#include "drivers/popularity/popularity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

constexpr double one = 4294967296.0;  // fixed point with 32 bits after the point: 2^31 whole pairs fit
constexpr double seconds_per_day = 86400;

}  // namespace

std::vector<float> popularity_scores(io::Comm const& comm, Interactions const& interactions,
                                     PopularityParams const& params, std::vector<char> const& use) {
  bool const decays = params.half_life > 0;
  if (!(params.half_life >= 0)) throw ConfigError("--half-life: expected days above 0, or 0 for none");
  if (decays && comm.min(interactions.time.empty() && interactions.size() > 0 ? 0 : 1) == 0) {
    throw ConfigError("--half-life needs times: name their column with --time");
  }
  std::int64_t latest = std::numeric_limits<std::int64_t>::min();
  for (std::int64_t const time : interactions.time) latest = std::max(latest, time);
  latest = comm.max(latest);
  std::vector<std::int64_t> sums(static_cast<std::size_t>(interactions.items), 0);
  for (std::int64_t u = 0; u < interactions.users.count; ++u) {
    if (!use.empty() && use[static_cast<std::size_t>(u)] == 0) continue;
    auto const first = static_cast<std::size_t>(interactions.start[static_cast<std::size_t>(u)]);
    auto const last = static_cast<std::size_t>(interactions.start[static_cast<std::size_t>(u) + 1]);
    for (std::size_t at = first; at < last; ++at) {
      double share = 1;
      if (decays) {
        share = std::exp2(-static_cast<double>(latest - interactions.time[at]) / seconds_per_day / params.half_life);
      }
      sums[static_cast<std::size_t>(interactions.item[at])] += std::llround(share * one);
    }
  }
  comm.sum(std::span<std::int64_t>(sums));
  std::vector<float> scores;
  for (std::int64_t const sum : sums) scores.push_back(static_cast<float>(static_cast<double>(sum) / one));
  return scores;
}

PopularityModel::PopularityModel(std::vector<float> scores) : scores_(std::move(scores)), order_(scores_.size()) {
  std::iota(order_.begin(), order_.end(), 0);
  std::stable_sort(order_.begin(), order_.end(), [&](std::int32_t a, std::int32_t b) {
    return scores_[static_cast<std::size_t>(a)] > scores_[static_cast<std::size_t>(b)];
  });
}

std::unique_ptr<PopularityModel> PopularityModel::train(io::Comm const& comm, Interactions const& interactions,
                                                        PopularityParams const& params) {
  return std::make_unique<PopularityModel>(popularity_scores(comm, interactions, params));
}

void PopularityModel::save(io::Hdf5File& file, std::string const& group) const {
  file.write_all(group + "/scores", scores_);
}

std::unique_ptr<PopularityModel> PopularityModel::load(io::Hdf5File& file, std::string const& group) {
  return std::make_unique<PopularityModel>(file.read_all<float>(group + "/scores"));
}

void PopularityModel::score(Interactions const& histories, std::int64_t, std::int64_t count,
                            std::span<float> scores) const {
  for (std::int64_t u = 0; u < count; ++u) {
    std::copy(scores_.begin(), scores_.end(), scores.begin() + u * histories.items);
  }
}

RankedLists PopularityModel::top_k(Interactions const& histories, Interactions const& removed, int k) const {
  RankedLists lists = empty_lists(histories.users.count, k);
  for (std::int64_t u = 0; u < histories.users.count; ++u) {
    std::span<std::int32_t const> const skipped = removed.items_of(u);
    auto const from = static_cast<std::size_t>(u * k);
    std::size_t place = 0;
    for (std::size_t i = 0; i < order_.size() && place < static_cast<std::size_t>(k); ++i) {
      if (std::binary_search(skipped.begin(), skipped.end(), order_[i])) continue;
      lists.item[from + place] = order_[i];
      lists.score[from + place] = scores_[static_cast<std::size_t>(order_[i])];
      ++place;
    }
  }
  return lists;
}

}  // namespace tidemill::drivers
