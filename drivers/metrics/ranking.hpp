#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "drivers/interactions/interactions.hpp"
#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// Ranked lists and what the users then really had; both of the same users (this rank's) and items.
struct RankingJudged {
  Interactions const& relevant;  ///< values are the gains of ndcg_linear and ndcg_exp; without: 1
  Interactions const& lists;     ///< time: place in the list (any ascending numbers, best first)
  /// Training users of each item (on every rank) and number of all training users; empty: coverage, popularity, Gini,
  /// tail share and novelty are not computed.
  std::span<std::int64_t const> training_counts = {};
  std::int64_t training_users = 0;
};

struct RankingQuality {
  std::int64_t users = 0;                 ///< with relevant items: those the metrics are about
  std::int64_t skipped = 0;               ///< without relevant items
  std::int64_t without_list = 0;          ///< with relevant items, but without a list: they count 0
  std::map<std::string, double> metrics;  ///< by the names of domain.md, section 9, as "recall" (without @k)
};

/// Collective. All ranking metrics of lists cut after `k` places. Means are over users with relevant items;
/// avg_popularity, tail_share and novelty are means over the places of their lists. The tail is the tenth of the items
/// (rounded down) with fewest training users, of equal ones the smaller. An item no one trained with counts as one
/// user's in novelty. The same for any number of ranks. NaN where there is nothing to average.
RankingQuality ranking_quality(io::Comm const& comm, RankingJudged const& judged, int k);

/// Not collective. One metric of each of this rank's users, by a name of user_metric_names(); NaN for users without
/// relevant items. `relevant` and `lists` as in RankingJudged.
std::vector<double> metric_of_users(Interactions const& relevant, Interactions const& lists, std::string const& name,
                                    int k);
/// Those of ranking_metric_names() that are means over users: all but precision_micro_min.
std::vector<std::string> const& user_metric_names();

/// Names of the metrics; the second list needs training counts.
std::vector<std::string> const& ranking_metric_names();
std::vector<std::string> const& exposure_metric_names();

/// Gini index of exposure counts (zeros included): sum_i (2 i - n - 1) x_i / (n sum x), x ascending, i from 1.
double gini(std::vector<std::int64_t> exposures);

}  // namespace tidemill::drivers
