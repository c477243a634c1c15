#include "drivers/pricing/price_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tidemill::drivers {
namespace {

constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min() / 4;

/// What may be forgotten: a state that another beats whatever follows.
enum class Dominance {
  profit_only,    ///< weights do not matter
  light_is_good,  ///< another has no more weight and no less profit
  same_weight,    ///< another has the same weight and no less profit
};

/// Options of all items of a group together.
struct Bundle {
  std::int64_t weight = 0, profit = 0;
  std::vector<std::size_t> options;
};

template <class State>
void forget_dominated(std::vector<State>& states, Dominance dominance) {
  if (dominance == Dominance::profit_only) {
    auto const best = std::max_element(states.begin(), states.end(),
                                       [](State const& a, State const& b) { return a.profit < b.profit; });
    if (best != states.end()) states = {*best};
    return;
  }
  std::stable_sort(states.begin(), states.end(), [](State const& a, State const& b) {
    return a.weight != b.weight ? a.weight < b.weight : a.profit > b.profit;
  });
  std::vector<State> kept;
  for (State& state : states) {
    bool const is_beaten =
        !kept.empty() && (dominance == Dominance::light_is_good ? kept.back().profit >= state.profit
                                                                : kept.back().weight == state.weight);
    if (!is_beaten) kept.push_back(std::move(state));
  }
  states = std::move(kept);
}

/// Bundles of a ladder, item by item: what may follow depends on the last price only.
std::vector<Bundle> bundles_of(PriceGroup const& group, Dominance dominance) {
  std::vector<std::vector<Bundle>> by_last;  // bundles that end in option o
  for (std::size_t k = 0; k < group.items.size(); ++k) {
    std::vector<PriceOption> const& options = group.items[k];
    std::vector<std::vector<Bundle>> next(options.size());
    for (std::size_t o = 0; o < options.size(); ++o) {
      auto const extend = [&](Bundle const& before) {
        Bundle bundle{before.weight + options[o].weight, before.profit + options[o].profit, before.options};
        bundle.options.push_back(o);
        next[o].push_back(std::move(bundle));
      };
      if (k == 0) extend({});
      for (std::size_t b = 0; k > 0 && b < by_last.size(); ++b) {
        if (group.items[k - 1][b].price > options[o].price) continue;
        for (Bundle const& before : by_last[b]) extend(before);
      }
      forget_dominated(next[o], dominance);
    }
    by_last = std::move(next);
  }
  std::vector<Bundle> all;
  for (auto& bundles : by_last) all.insert(all.end(), bundles.begin(), bundles.end());
  forget_dominated(all, dominance);
  return all;
}

using Bundles = std::vector<std::vector<Bundle>>;

Bundles all_bundles(std::vector<PriceGroup> const& groups, Dominance dominance) {
  Bundles bundles;
  for (PriceGroup const& group : groups) bundles.push_back(bundles_of(group, dominance));
  return bundles;
}

bool any_is_empty(Bundles const& bundles) {
  return std::any_of(bundles.begin(), bundles.end(), [](auto const& b) { return b.empty(); });
}

/// Sums of the bundles that are best when a unit of weight costs `charge` of profit.
struct Total {
  std::int64_t weight = 0, profit = 0;
};
Total best_at(Bundles const& bundles, double charge) {
  Total total;
  for (auto const& group : bundles) {
    auto const value = [&](Bundle const& b) {
      return static_cast<double>(b.profit) - charge * static_cast<double>(b.weight);
    };
    auto const best = std::max_element(group.begin(), group.end(),
                                       [&](Bundle const& a, Bundle const& b) { return value(a) < value(b); });
    total.weight += best->weight;
    total.profit += best->profit;
  }
  return total;
}

/// The charge at which the best bundles just fit under `most`, and the profit that is reached so.
struct Charge {
  double value = 0;
  std::int64_t reached = lowest;
};
Charge find_charge(Bundles const& bundles, std::int64_t least, std::int64_t most) {
  Charge charge;
  double low = 0, high = 1;
  while (high < 1e12 && best_at(bundles, high).weight > most) high *= 4;
  for (int round = 0; round < 80; ++round) {
    double const middle = 0.5 * (low + high);
    Total const total = best_at(bundles, middle);
    (total.weight > most ? low : high) = middle;
    if (total.weight <= most && total.weight >= least) charge.reached = std::max(charge.reached, total.profit);
  }
  charge.value = high;
  return charge;
}

/// A choice of bundles for the first groups; `parent` stands in the list of the group before.
struct State {
  std::int64_t weight = 0, profit = 0;
  std::size_t parent = 0, bundle = 0;
};

/// What the groups from g on can add at most.
struct Rest {
  double value = 0;  ///< profit less charge times weight
  std::int64_t lightest = 0, heaviest = 0;
};

std::vector<Rest> rests_of(Bundles const& bundles, double charge) {
  std::vector<Rest> rests(bundles.size() + 1);
  for (std::size_t g = bundles.size(); g-- > 0;) {
    double value = -std::numeric_limits<double>::infinity();
    std::int64_t light = std::numeric_limits<std::int64_t>::max(), heavy = std::numeric_limits<std::int64_t>::min();
    for (Bundle const& b : bundles[g]) {
      value = std::max(value, static_cast<double>(b.profit) - charge * static_cast<double>(b.weight));
      light = std::min(light, b.weight);
      heavy = std::max(heavy, b.weight);
    }
    rests[g] = {rests[g + 1].value + value, rests[g + 1].lightest + light, rests[g + 1].heaviest + heavy};
  }
  return rests;
}

/// Best total with least <= weight <= most: the bundle of every group, or nothing.
std::optional<std::vector<std::size_t>> choose_bundles(Bundles const& bundles, std::int64_t least, std::int64_t most,
                                                       Dominance dominance) {
  Charge const charge = find_charge(bundles, least, most);
  std::vector<Rest> const rests = rests_of(bundles, charge.value);
  auto const can_win = [&](State const& s, std::size_t next) {
    if (s.weight + rests[next].lightest > most || s.weight + rests[next].heaviest < least) return false;
    double const bound =
        static_cast<double>(s.profit) + charge.value * static_cast<double>(most - s.weight) + rests[next].value;
    double const rounding = 1 + 1e-9 * std::abs(bound);  // keeps what only rounding would drop
    return bound + rounding >= static_cast<double>(charge.reached);
  };
  std::vector<std::vector<State>> levels{{State{}}};
  for (std::size_t g = 0; g < bundles.size(); ++g) {
    std::vector<State> next;
    for (std::size_t p = 0; p < levels[g].size(); ++p) {
      for (std::size_t b = 0; b < bundles[g].size(); ++b) {
        State const state{levels[g][p].weight + bundles[g][b].weight, levels[g][p].profit + bundles[g][b].profit, p, b};
        if (can_win(state, g + 1)) next.push_back(state);
      }
    }
    forget_dominated(next, dominance);
    if (next.empty()) return std::nullopt;
    levels.push_back(std::move(next));
  }
  std::vector<State> const& last = levels.back();
  auto const best =
      std::max_element(last.begin(), last.end(), [](State const& a, State const& b) { return a.profit < b.profit; });
  std::vector<std::size_t> chosen(bundles.size());
  State state = *best;
  for (std::size_t g = bundles.size(); g-- > 0;) {
    chosen[g] = state.bundle;
    state = levels[g][state.parent];
  }
  return chosen;
}

std::int64_t weight_of(Bundles const& bundles, std::vector<std::size_t> const& chosen) {
  std::int64_t weight = 0;
  for (std::size_t g = 0; g < chosen.size(); ++g) weight += bundles[g][chosen[g]].weight;
  return weight;
}

PriceChoice options_of(Bundles const& bundles, std::vector<std::size_t> const& chosen) {
  PriceChoice choice;
  for (std::size_t g = 0; g < chosen.size(); ++g) choice.push_back(bundles[g][chosen[g]].options);
  return choice;
}

/// Turns "at least" into "at most".
std::vector<PriceGroup> with_weights_turned(std::vector<PriceGroup> groups) {
  for (PriceGroup& group : groups) {
    for (auto& options : group.items) {
      for (PriceOption& option : options) option.weight = -option.weight;
    }
  }
  return groups;
}

}  // namespace

std::optional<PriceChoice> search_prices(std::vector<PriceGroup> const& groups, std::optional<std::int64_t> cap) {
  Bundles const free = all_bundles(groups, Dominance::profit_only);
  if (any_is_empty(free)) return std::nullopt;
  std::vector<std::size_t> const first(groups.size(), 0);
  std::int64_t const weight = weight_of(free, first);
  if (!cap || (weight <= *cap && weight >= -*cap)) return options_of(free, first);

  // Only the side that the free optimum breaks is asked for at first; the other side seldom matters.
  std::vector<PriceGroup> const turned = weight < 0 ? with_weights_turned(groups) : groups;
  Bundles const light = all_bundles(turned, Dominance::light_is_good);
  auto chosen = choose_bundles(light, lowest, *cap, Dominance::light_is_good);
  if (!chosen) return std::nullopt;
  if (weight_of(light, *chosen) >= -*cap) return options_of(light, *chosen);
  Bundles const both = all_bundles(turned, Dominance::same_weight);
  chosen = choose_bundles(both, -*cap, *cap, Dominance::same_weight);
  return chosen ? std::optional(options_of(both, *chosen)) : std::nullopt;
}

}  // namespace tidemill::drivers
