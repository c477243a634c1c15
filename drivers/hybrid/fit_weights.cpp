#include "drivers/hybrid/fit_weights.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "drivers/recommend/select_top.hpp"
#include "io/error.hpp"
#include "kernels/random/philox.hpp"

namespace tidemill::drivers {
namespace {

constexpr float never = -std::numeric_limits<float>::infinity();
constexpr std::uint32_t purpose_users = 0x626C6E64;
constexpr double unit = 1099511627776.0;  // 2^40

/// The items in question for one user: ascending, with the members' normalised scores and whether they are relevant.
struct Candidates {
  std::vector<std::int32_t> item;
  std::vector<float> score;            ///< candidates x members
  std::vector<std::int32_t> relevant;  ///< places in `item`
  std::size_t wanted = 0;              ///< number of relevant items
};

enum class Metric { ndcg, recall, hit };

Metric metric_named(std::string const& name) {
  if (name == "ndcg") return Metric::ndcg;
  if (name == "recall") return Metric::recall;
  if (name == "hit") return Metric::hit;
  throw ConfigError("--fit-metric: expected ndcg, recall or hit, found '" + name + "'");
}

/// Users that are asked: drawn by their number, so that about `wanted` of those with relevant items are.
std::vector<std::int64_t> draw_users(io::Comm const& comm, Interactions const& relevant, BlendGoal const& goal) {
  std::vector<std::int64_t> users;
  for (std::int64_t user = 0; user < relevant.users.count; ++user) {
    if (!relevant.items_of(user).empty()) users.push_back(user);
  }
  auto const all = static_cast<double>(comm.sum(static_cast<std::int64_t>(users.size())));
  double const share = goal.users == 0 ? 1 : static_cast<double>(goal.users) / std::max(all, 1.0);
  std::erase_if(users, [&](std::int64_t user) {
    auto const draw =
        kernels::Philox::block(goal.seed, static_cast<std::uint64_t>(relevant.users.first + user), 0, purpose_users);
    return kernels::Philox::uniform(draw.word[0], draw.word[1]) >= share;
  });
  return users;
}

class Search {
 public:
  Search(io::Comm const& comm, std::size_t members, BlendGoal const& goal)
      : comm_(comm), members_(members), metric_(metric_named(goal.metric)), k_(static_cast<std::size_t>(goal.k)) {
    for (std::size_t place = 1; place <= k_; ++place) gain_.push_back(1 / std::log2(static_cast<double>(place) + 1));
  }

  void add(Candidates candidates) { users_.push_back(std::move(candidates)); }

  /// Collective. Sum over users, in 2^-40.
  std::int64_t value(std::vector<double> const& weights) const {
    std::int64_t sum = 0;
    std::vector<float> blended;
    for (Candidates const& user : users_) sum += std::llround(value_of(user, weights, blended) * unit);
    return comm_.sum(sum);
  }

 private:
  double value_of(Candidates const& user, std::vector<double> const& weights, std::vector<float>& blended) const {
    std::size_t const count = user.item.size();
    blended.assign(count, never);
    for (std::size_t c = 0; c < count; ++c) {
      for (std::size_t m = 0; m < members_; ++m) {
        float const score = user.score[c * members_ + m];
        if (score == never || weights[m] == 0) continue;
        float const more = static_cast<float>(weights[m]) * score;
        blended[c] = blended[c] == never ? more : blended[c] + more;
      }
    }
    double gain = 0, hits = 0;
    for (std::int32_t const at : user.relevant) {
      auto const place = static_cast<std::size_t>(at);
      if (blended[place] == never) continue;
      std::size_t before = 0;
      for (std::size_t c = 0; c < count && before < k_; ++c) {
        before += blended[c] > blended[place] || (blended[c] == blended[place] && c < place);
      }
      if (before >= k_) continue;
      hits += 1;
      gain += gain_[before];
    }
    if (metric_ == Metric::hit) return hits > 0 ? 1 : 0;
    if (metric_ == Metric::recall) return hits / static_cast<double>(user.wanted);
    double ideal = 0;
    for (std::size_t place = 0; place < std::min(user.wanted, k_); ++place) ideal += gain_[place];
    return gain / ideal;
  }

  io::Comm const& comm_;
  std::size_t members_;
  Metric metric_;
  std::size_t k_;
  std::vector<double> gain_;
  std::vector<Candidates> users_;
};

/// One user's candidates from the members' normalised scores (members x items); scores of removed items are
/// overwritten.
Candidates candidates_of(std::span<float> scores, std::size_t members, std::span<std::int32_t const> history,
                         std::span<std::int32_t const> relevant, int depth) {
  std::size_t const items = scores.size() / members;
  Candidates result;
  std::vector<std::int32_t> top(static_cast<std::size_t>(depth));
  std::vector<float> values(top.size());
  for (std::size_t m = 0; m < members; ++m) {
    std::span<float> const row = scores.subspan(m * items, items);
    for (std::int32_t const item : history) row[static_cast<std::size_t>(item)] = never;
    select_top(row, top, values);
    for (std::int32_t const item : top) {
      if (item >= 0) result.item.push_back(item);
    }
  }
  for (std::int32_t const item : relevant) {
    if (!std::binary_search(history.begin(), history.end(), item)) result.item.push_back(item);
  }
  std::sort(result.item.begin(), result.item.end());
  result.item.erase(std::unique(result.item.begin(), result.item.end()), result.item.end());
  for (std::size_t c = 0; c < result.item.size(); ++c) {
    auto const item = static_cast<std::size_t>(result.item[c]);
    for (std::size_t m = 0; m < members; ++m) result.score.push_back(scores[m * items + item]);
    if (std::binary_search(relevant.begin(), relevant.end(), result.item[c])) {
      result.relevant.push_back(static_cast<std::int32_t>(c));
    }
  }
  result.wanted = relevant.size();
  return result;
}

void scale_to_one(std::vector<double>& weights) {
  double sum = 0;
  for (double const weight : weights) sum += weight;
  for (double& weight : weights) weight /= sum;
}

/// Coordinate ascent from `start`; `best` is its value and becomes the value reached. Collective.
std::vector<double> climb(Search const& search, std::vector<double> weights, std::int64_t& best) {
  constexpr double coarse[] = {0, .05, .1, .2, .35, .6, 1, 1.7, 3};
  constexpr double fine[] = {.7, .85, 1.2, 1.4};
  constexpr int rounds = 6;
  for (int round = 0; round < rounds; ++round) {
    bool improved = false;
    for (std::size_t m = 0; m < weights.size(); ++m) {
      double others = -weights[m];
      for (double const weight : weights) others += weight;
      std::vector<double> tries;
      if (others > 0) {
        for (double const factor : coarse) tries.push_back(factor * others);
      }
      for (double const factor : fine) tries.push_back(factor * weights[m]);
      double const kept = weights[m];
      double chosen = kept;
      for (double const weight : tries) {
        if (weight == kept || !(others + weight > 0)) continue;
        weights[m] = weight;
        std::int64_t const value = search.value(weights);
        if (value <= best) continue;
        best = value;
        chosen = weight;
        improved = true;
      }
      weights[m] = chosen;
    }
    scale_to_one(weights);
    if (!improved) break;
  }
  return weights;
}

}  // namespace

BlendFit fit_weights(io::Comm const& comm, std::vector<std::shared_ptr<Recommender const>> const& members, Blend blend,
                     Interactions const& train, Interactions const& relevant, BlendGoal const& goal) {
  if (goal.k < 1) throw ConfigError("--fit-k must be at least 1");
  Search search(comm, members.size(), goal);
  auto const items = static_cast<std::size_t>(train.items);
  std::vector<std::int64_t> const users = draw_users(comm, relevant, goal);
  std::vector<float> scores(members.size() * items);
  for (std::int64_t const user : users) {
    for (std::size_t m = 0; m < members.size(); ++m) {
      std::span<float> const row = std::span(scores).subspan(m * items, items);
      members[m]->score(train, user, 1, row);
      normalise_scores(blend, train.items_of(user), row);
    }
    search.add(candidates_of(scores, members.size(), train.items_of(user), relevant.items_of(user), 20 * goal.k));
  }
  BlendFit fit;
  fit.users_asked = comm.sum(static_cast<std::int64_t>(users.size()));
  if (fit.users_asked == 0) {
    throw DataError(
        "no user has items to fit the weights of a hybrid on; give --weights, or interactions with more "
        "than one item per user");
  }
  std::vector<std::int64_t> alone;
  for (std::size_t m = 0; m < members.size(); ++m) {
    std::vector<double> weights(members.size(), 0);
    weights[m] = 1;
    alone.push_back(search.value(weights));
  }
  std::int64_t best = *std::max_element(alone.begin(), alone.end());
  fit.weights.assign(members.size(), 0);
  fit.weights[static_cast<std::size_t>(std::max_element(alone.begin(), alone.end()) - alone.begin())] = 1;
  fit.weights = climb(search, fit.weights, best);
  double const scale = 1 / (unit * static_cast<double>(fit.users_asked));
  fit.value = static_cast<double>(best) * scale;
  for (std::int64_t const value : alone) fit.alone.push_back(static_cast<double>(value) * scale);
  return fit;
}

}  // namespace tidemill::drivers
