#include "drivers/transitions/transition_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "drivers/content/history.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

constexpr double unit = 16777216.0;  // 2^24

struct Step {
  std::int32_t from;
  std::int32_t to;
  std::int64_t weight;  ///< in 2^-24
};

void check(Interactions const& interactions, TransitionParams const& params, io::Comm const& comm) {
  if (params.window < 1 || params.neighbours < 1) {
    throw ConfigError("--window and --transition-neighbours must be at least 1");
  }
  if (!(params.history_decay > 0 && params.history_decay <= 1)) {
    throw ConfigError("--history-decay must be above 0 and at most 1");
  }
  if (!(params.backward >= 0 && params.shrink >= 0))
    throw ConfigError("--backward and --transition-shrink must be >= 0");
  if (comm.max(interactions.time.empty() && interactions.size() > 0 ? 1 : 0) == 1) {
    throw ConfigError(
        "transitions need the order of each user's items: name a column with --time, or say --ordered when the file "
        "lists them in order of time");
  }
}

/// All steps of this rank's users, sent to the rank that has the item they start from. Collective.
std::vector<Step> exchange_steps(io::Comm const& comm, Interactions const& interactions,
                                 TransitionParams const& params) {
  std::vector<std::int64_t> forward, back;
  for (int d = 1; d <= params.window; ++d) {
    double const weight = 1 / std::pow(static_cast<double>(d), params.distance_power);
    forward.push_back(std::llround(weight * unit));
    back.push_back(std::llround(weight * params.backward * unit));
  }
  std::vector<std::vector<Step>> outgoing(static_cast<std::size_t>(comm.size()));
  auto const send = [&](std::int32_t from, std::int32_t to, std::int64_t weight) {
    if (weight > 0) outgoing[static_cast<std::size_t>(from) % outgoing.size()].push_back({from, to, weight});
  };
  for (std::int64_t user = 0; user < interactions.users.count; ++user) {
    std::vector<std::int32_t> const order = by_time(interactions, user);
    auto const items = interactions.items_of(user);
    for (std::size_t p = 0; p < order.size(); ++p) {
      for (std::size_t d = 0; d < forward.size() && p + d + 1 < order.size(); ++d) {
        std::int32_t const one = items[static_cast<std::size_t>(order[p])];
        std::int32_t const later = items[static_cast<std::size_t>(order[p + d + 1])];
        send(one, later, forward[d]);
        send(later, one, back[d]);
      }
    }
  }
  std::vector<Step> steps;
  for (auto const& part : comm.exchange(outgoing)) steps.insert(steps.end(), part.begin(), part.end());
  std::sort(steps.begin(), steps.end(),
            [](Step const& a, Step const& b) { return a.from != b.from ? a.from < b.from : a.to < b.to; });
  return steps;
}

struct Neighbour {
  std::int32_t item;
  float similarity;
};

/// Appends the largest `most` of the candidates, by item.
void keep_largest(std::vector<Neighbour>& candidates, std::size_t most, std::vector<Neighbour>& kept) {
  if (candidates.size() > most) {
    std::nth_element(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(most), candidates.end(),
                     [](Neighbour const& a, Neighbour const& b) {
                       return a.similarity != b.similarity ? a.similarity > b.similarity : a.item < b.item;
                     });
    candidates.resize(most);
  }
  std::sort(candidates.begin(), candidates.end(),
            [](Neighbour const& a, Neighbour const& b) { return a.item < b.item; });
  kept.insert(kept.end(), candidates.begin(), candidates.end());
  candidates.clear();
}

}  // namespace

TransitionModel::TransitionModel(SparseRows next, double history_decay)
    : next_(std::move(next)), scorer_(next_), history_decay_(history_decay) {}

std::unique_ptr<TransitionModel> TransitionModel::train(io::Comm const& comm, Interactions const& interactions,
                                                        TransitionParams const& params) {
  check(interactions, params, comm);
  std::vector<std::int64_t> const counts = item_counts(comm, interactions);
  auto const scale = [&](std::int32_t item, double power) {
    double const users = static_cast<double>(counts[static_cast<std::size_t>(item)]) + params.shrink;
    return std::pow(users, -power);
  };
  std::vector<Step> const steps = exchange_steps(comm, interactions, params);
  std::vector<std::int64_t> lengths;  // item, number of neighbours
  std::vector<Neighbour> kept, candidates;
  for (std::size_t s = 0; s < steps.size();) {
    std::int32_t const from = steps[s].from;
    double const source = scale(from, params.source_power);
    while (s < steps.size() && steps[s].from == from) {
      std::int32_t const to = steps[s].to;
      std::int64_t sum = 0;
      for (; s < steps.size() && steps[s].from == from && steps[s].to == to; ++s) sum += steps[s].weight;
      double const similarity = static_cast<double>(sum) / unit * source * scale(to, params.target_power);
      candidates.push_back({to, static_cast<float>(similarity)});
    }
    std::size_t const before = kept.size();
    keep_largest(candidates, static_cast<std::size_t>(params.neighbours), kept);
    lengths.push_back(from);
    lengths.push_back(static_cast<std::int64_t>(kept.size() - before));
  }
  lengths = comm.gather_all(std::span<std::int64_t const>(lengths));
  kept = comm.gather_all(std::span<Neighbour const>(kept));

  SparseRows next;
  next.columns = interactions.items;
  std::vector<std::size_t> place(static_cast<std::size_t>(interactions.items), 0);
  std::vector<std::size_t> length(place.size(), 0);
  std::size_t at = 0;
  for (std::size_t i = 0; i + 1 < lengths.size(); i += 2) {
    place[static_cast<std::size_t>(lengths[i])] = at;
    length[static_cast<std::size_t>(lengths[i])] = static_cast<std::size_t>(lengths[i + 1]);
    at += static_cast<std::size_t>(lengths[i + 1]);
  }
  for (std::size_t item = 0; item < place.size(); ++item) {
    for (std::size_t n = 0; n < length[item]; ++n)
      next.add(kept[place[item] + n].item, kept[place[item] + n].similarity);
    next.end_row();
  }
  return std::make_unique<TransitionModel>(std::move(next), params.history_decay);
}

void TransitionModel::save(io::Hdf5File& file, std::string const& group) const {
  save_rows(file, group + "/next", next_);
  file.set_attribute(group, "history_decay", history_decay_);
}

std::unique_ptr<TransitionModel> TransitionModel::load(io::Hdf5File& file, std::string const& group) {
  SparseRows next = load_rows(file, group + "/next");
  if (next.columns != next.rows()) {
    throw DataError(file.path().string() + ": the steps between items are not square; train the model again");
  }
  return std::make_unique<TransitionModel>(std::move(next), file.real_attribute(group, "history_decay"));
}

void TransitionModel::score(Interactions const& histories, std::int64_t first, std::int64_t count,
                            std::span<float> scores) const {
  std::fill(scores.begin(), scores.end(), 0.0f);
  scorer_.add(history_rows(histories, first, count, history_decay_), scores);
  std::replace(scores.begin(), scores.end(), 0.0f, -std::numeric_limits<float>::infinity());
}

std::vector<float> TransitionModel::history_weights(Interactions const& histories, std::int64_t local_user) const {
  return recency_weights(histories, local_user, history_decay_);
}

std::map<std::string, double> TransitionModel::facts() const {
  return {{"transitions", static_cast<double>(next_.column.size())}};
}

}  // namespace tidemill::drivers
