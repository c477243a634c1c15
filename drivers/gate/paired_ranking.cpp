#include "drivers/gate/paired_ranking.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "drivers/gate/units.hpp"
#include "drivers/interactions/pair_table.hpp"
#include "drivers/metrics/ranking.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

/// Those of `values` that belong to judged users.
std::vector<double> of_judged_users(std::vector<double> const& values) {
  std::vector<double> kept;
  std::copy_if(values.begin(), values.end(), std::back_inserter(kept), [](double value) { return !std::isnan(value); });
  return kept;
}

/// Collective. Users with relevant items, as units.
std::vector<std::uint64_t> judged_user_units(io::Comm const& comm, Interactions const& relevant) {
  std::vector<std::int64_t> judged;
  for (std::int64_t u = 0; u < relevant.users.count; ++u) {
    if (!relevant.items_of(u).empty()) judged.push_back(u);
  }
  io::Table table;
  table.range = io::range_of_part(comm, static_cast<std::int64_t>(judged.size()));
  table.add(id_values(comm, "user", relevant.user_ids, judged, "who is judged"));
  return unit_ids(table, {"user"});
}

}  // namespace

PairedRows paired_ranking(io::Comm const& comm, PairedLists const& lists, std::vector<std::string> const& metrics,
                          int k) {
  PairedRows rows;
  rows.unit = judged_user_units(comm, lists.relevant);
  for (std::string const& name : metrics) {
    PairedMetric metric;
    metric.name = name;
    metric.higher_is_better = true;
    metric.champion = of_judged_users(metric_of_users(lists.relevant, lists.champion, name, k));
    metric.challenger = of_judged_users(metric_of_users(lists.relevant, lists.challenger, name, k));
    metric.denominator.assign(rows.unit.size(), 1);
    rows.metrics.push_back(std::move(metric));
  }
  return rows;
}

void check_ranking_metrics(std::vector<std::string> const& metrics, std::string const& option) {
  std::vector<std::string> const& known = user_metric_names();
  if (metrics.empty()) throw ConfigError(fmt::format("{}: expected metrics such as ndcg,recall", option));
  for (std::string const& name : metrics) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    throw ConfigError(fmt::format("{}: unknown metric '{}'; did you mean '{}'? Metrics: {}", option, name,
                                  io::nearest_name(name, known), fmt::join(known, ", ")));
  }
}

}  // namespace tidemill::drivers
