#include "drivers/metrics/ranking.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <string_view>

#include "drivers/partition/exact_sum.hpp"
#include "io/tables/missing.hpp"

namespace tidemill::drivers {
namespace {

double share_of(double numerator, double denominator) {
  return denominator == 0 ? io::missing_real : numerator / denominator;
}

double discount(std::size_t place) { return 1 / std::log2(static_cast<double>(place) + 2); }

/// Items of one user's list, best first.
std::vector<std::int32_t> ranked_items(Interactions const& lists, std::int64_t user, int k) {
  auto const first = static_cast<std::size_t>(lists.start[static_cast<std::size_t>(user)]);
  auto const last = static_cast<std::size_t>(lists.start[static_cast<std::size_t>(user) + 1]);
  std::vector<std::size_t> order(last - first);
  std::iota(order.begin(), order.end(), first);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return lists.time[a] < lists.time[b]; });
  std::vector<std::int32_t> items;
  for (std::size_t i = 0; i < order.size() && i < static_cast<std::size_t>(k); ++i) {
    items.push_back(lists.item[order[i]]);
  }
  return items;
}

/// A user's relevant items with their gains.
struct Relevant {
  std::span<std::int32_t const> items;
  std::vector<double> gains;

  Relevant(Interactions const& relevant, std::int64_t user) : items(relevant.items_of(user)) {
    auto const first = static_cast<std::size_t>(relevant.start[static_cast<std::size_t>(user)]);
    for (std::size_t i = 0; i < items.size(); ++i) {
      gains.push_back(relevant.value.empty() ? 1.0 : static_cast<double>(relevant.value[first + i]));
    }
  }
  /// Gain of an item, NaN when it is not relevant.
  double gain(std::int32_t item) const {
    auto const found = std::lower_bound(items.begin(), items.end(), item);
    if (found == items.end() || *found != item) return io::missing_real;
    return gains[static_cast<std::size_t>(found - items.begin())];
  }
};

using Values = std::map<std::string, double>;

/// What is summed over users, in the order of judge_user.
constexpr std::array<std::string_view, 12> summed_names{
    "precision", "micro_hits", "micro_reachable", "recall",   "recall_min", "map",
    "map_min",   "ndcg",       "ndcg_linear",     "ndcg_exp", "mrr",        "hit"};

/// Sum of gain times discount of the best possible list of k places.
template <class Gain>
double ideal(std::vector<double> gains, int k, Gain const& gain) {
  std::sort(gains.begin(), gains.end(), std::greater<>());
  double sum = 0;
  for (std::size_t j = 0; j < gains.size() && j < static_cast<std::size_t>(k); ++j) sum += gain(gains[j]) * discount(j);
  return sum;
}

/// The metrics of one user, in the order of summed_names; precision_micro_min as its numerator and denominator.
std::array<double, summed_names.size()> judge_user(std::vector<std::int32_t> const& list, Relevant const& relevant,
                                                   int k) {
  auto const one = [](double) { return 1.0; };
  auto const linear = [](double gain) { return gain; };
  auto const exponential = [](double gain) { return std::exp2(gain) - 1; };
  double hits = 0, precisions = 0, dcg = 0, dcg_linear = 0, dcg_exp = 0, first_hit = 0;
  for (std::size_t j = 0; j < list.size(); ++j) {
    double const gain = relevant.gain(list[j]);
    if (std::isnan(gain)) continue;
    hits += 1;
    precisions += hits / static_cast<double>(j + 1);
    dcg += discount(j);
    dcg_linear += linear(gain) * discount(j);
    dcg_exp += exponential(gain) * discount(j);
    if (first_hit == 0) first_hit = static_cast<double>(j + 1);
  }
  auto const all = static_cast<double>(relevant.items.size());
  double const reachable = std::min(static_cast<double>(k), all);
  auto const share = [](double part, double whole) { return whole > 0 ? part / whole : 0.0; };
  return {hits / k,
          hits,
          reachable,
          hits / all,
          hits / reachable,
          precisions / all,
          precisions / reachable,
          dcg / ideal(relevant.gains, k, one),
          share(dcg_linear, ideal(relevant.gains, k, linear)),
          share(dcg_exp, ideal(relevant.gains, k, exponential)),
          first_hit > 0 ? 1 / first_hit : 0.0,
          hits > 0 ? 1.0 : 0.0};
}

/// What the lists show of the whole catalogue.
void judge_exposure(RankingJudged const& judged, std::vector<std::int64_t> const& exposure, Values& metrics) {
  std::span<std::int64_t const> const counts = judged.training_counts;
  std::vector<std::size_t> by_count(counts.size());
  std::iota(by_count.begin(), by_count.end(), std::size_t{0});
  std::stable_sort(by_count.begin(), by_count.end(),
                   [&](std::size_t a, std::size_t b) { return counts[a] < counts[b]; });
  std::vector<bool> is_tail(counts.size());
  for (std::size_t i = 0; i < counts.size() / 10; ++i) is_tail[by_count[i]] = true;
  double shown = 0, places = 0, tail = 0, popularity = 0;
  ExactSum novelty;
  for (std::size_t i = 0; i < exposure.size(); ++i) {
    auto const times = static_cast<double>(exposure[i]);
    shown += exposure[i] > 0 ? 1 : 0;
    places += times;
    tail += is_tail[i] ? times : 0;
    popularity += times * static_cast<double>(counts[i]);
    auto const users = static_cast<double>(std::max<std::int64_t>(counts[i], 1));
    novelty.add(-times * std::log2(users / static_cast<double>(judged.training_users)));
  }
  metrics["coverage"] = share_of(shown, static_cast<double>(counts.size()));
  metrics["avg_popularity"] = share_of(popularity, places);
  metrics["tail_share"] = share_of(tail, places);
  metrics["novelty"] = share_of(novelty.value(), places);
  metrics["gini"] = gini(exposure);
}

}  // namespace

std::vector<std::string> const& ranking_metric_names() {
  static std::vector<std::string> const names{
      "precision", "precision_micro_min", "recall",   "recall_min", "map", "map_min",
      "ndcg",      "ndcg_linear",         "ndcg_exp", "mrr",        "hit"};
  return names;
}

std::vector<std::string> const& exposure_metric_names() {
  static std::vector<std::string> const names{"coverage", "avg_popularity", "gini", "tail_share", "novelty"};
  return names;
}

std::vector<std::string> const& user_metric_names() {
  static std::vector<std::string> const names = [] {
    std::vector<std::string> all = ranking_metric_names();
    std::erase(all, "precision_micro_min");
    return all;
  }();
  return names;
}

std::vector<double> metric_of_users(Interactions const& relevant, Interactions const& lists, std::string const& name,
                                    int k) {
  auto const found = std::find(summed_names.begin(), summed_names.end(), name);
  auto const at = static_cast<std::size_t>(found - summed_names.begin());
  std::vector<double> values(static_cast<std::size_t>(relevant.users.count), io::missing_real);
  for (std::int64_t u = 0; u < relevant.users.count; ++u) {
    Relevant const of_user(relevant, u);
    if (of_user.items.empty()) continue;
    values[static_cast<std::size_t>(u)] = judge_user(ranked_items(lists, u, k), of_user, k).at(at);
  }
  return values;
}

double gini(std::vector<std::int64_t> exposures) {
  std::sort(exposures.begin(), exposures.end());
  auto const n = static_cast<double>(exposures.size());
  double weighted = 0, total = 0;
  for (std::size_t i = 0; i < exposures.size(); ++i) {
    auto const x = static_cast<double>(exposures[i]);
    weighted += (2 * static_cast<double>(i + 1) - n - 1) * x;
    total += x;
  }
  return share_of(weighted, n * total);
}

RankingQuality ranking_quality(io::Comm const& comm, RankingJudged const& judged, int k) {
  std::array<ExactSum, summed_names.size()> sums;
  std::array<std::int64_t, 3> users{0, 0, 0};
  std::vector<std::int64_t> exposure(judged.training_counts.size(), 0);
  for (std::int64_t u = 0; u < judged.relevant.users.count; ++u) {
    Relevant const relevant(judged.relevant, u);
    std::vector<std::int32_t> const list = ranked_items(judged.lists, u, k);
    if (relevant.items.empty()) {
      ++users[1];
      continue;
    }
    ++users[0];
    users[2] += list.empty() ? 1 : 0;
    std::size_t at = 0;
    for (double const value : judge_user(list, relevant, k)) sums[at++].add(value);
    if (exposure.empty()) continue;
    for (std::int32_t const item : list) ++exposure[static_cast<std::size_t>(item)];
  }
  comm.sum(std::span<std::int64_t>(users));
  comm.sum(std::span<std::int64_t>(exposure));
  std::vector<double> const totals = ExactSum::totals(comm, sums);

  RankingQuality quality{users[0], users[1], users[2], {}};
  for (std::size_t i = 0; i < totals.size(); ++i) {
    quality.metrics[std::string(summed_names[i])] = share_of(totals[i], static_cast<double>(users[0]));
  }
  quality.metrics["precision_micro_min"] = share_of(totals[1], totals[2]);
  quality.metrics.erase("micro_hits");
  quality.metrics.erase("micro_reachable");
  if (!exposure.empty()) judge_exposure(judged, exposure, quality.metrics);
  return quality;
}

}  // namespace tidemill::drivers
