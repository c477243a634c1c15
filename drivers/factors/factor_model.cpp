#include "drivers/factors/factor_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "drivers/factors/gram.hpp"
#include "drivers/factors/memory.hpp"
#include "drivers/factors/on_device.hpp"
#include "drivers/factors/pair_weights.hpp"
#include "drivers/factors/referenced_rows.hpp"
#include "io/error.hpp"
#include "io/progress/process_usage.hpp"
#include "kernels/factors/principal_axes.hpp"
#include "kernels/factors/solve_rows.hpp"
#include "kernels/topk/score.hpp"
#include "kernels/topk/search.hpp"

namespace tidemill::drivers {
namespace {

constexpr float cannot = -std::numeric_limits<float>::infinity();
/// Users that are solved together.
constexpr std::int64_t batch = 4096;

double mebibytes(std::int64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

/// Distinct items of this rank's pairs.
std::int64_t items_here(Interactions const& interactions) {
  std::vector<std::uint8_t> seen(static_cast<std::size_t>(interactions.items));
  for (std::int32_t const item : interactions.item) seen[static_cast<std::size_t>(item)] = 1;
  return std::count(seen.begin(), seen.end(), 1);
}

/// Distinct users among a rank's share of the pairs by item: a user of n pairs is missing where all n went to others.
std::int64_t users_expected(io::Comm const& comm, Interactions const& interactions) {
  double const elsewhere = 1 - 1.0 / comm.size();
  double expected = 0;
  for (std::int64_t u = 0; u < interactions.users.count; ++u) {
    expected += 1 - std::pow(elsewhere, static_cast<double>(interactions.items_of(u).size()));
  }
  return comm.sum(std::llround(expected));
}

bool all_travel(io::Comm const& comm, std::int64_t referenced, std::int64_t all) {
  return static_cast<double>(comm.sum(referenced)) >= ReferencedRows::most * static_cast<double>(all) * comm.size();
}

FactorSizes sizes_of(io::Comm const& comm, Interactions const& interactions, bool has_checkpoints) {
  FactorSizes sizes;
  sizes.users = interactions.users.count;
  sizes.all_users = interactions.users.total;
  sizes.all_items = interactions.items;
  sizes.user_pairs = interactions.size();
  // Items are cut so that ranks have about equal numbers of pairs; of the items themselves one may have most.
  sizes.item_pairs = comm.sum(interactions.size()) / comm.size();
  sizes.items = interactions.items / comm.size();
  sizes.has_values = comm.max(interactions.value.empty() ? 0 : 1) == 1;
  sizes.has_checkpoints = has_checkpoints;
  sizes.ranks = comm.size();
  sizes.referenced_items = items_here(interactions);
  sizes.referenced_users = users_expected(comm, interactions);
  sizes.all_items_travel = all_travel(comm, sizes.referenced_items, sizes.all_items);
  sizes.all_users_travel = all_travel(comm, sizes.referenced_users, sizes.all_users);
  return sizes;
}

/// Collective. Says what training will need and returns the bytes that a rank will hold at most from here on.
std::int64_t say_memory(io::Comm const& comm, Interactions const& interactions, FactorParams const& params,
                        bool has_checkpoints, io::Progress& progress) {
  std::int64_t const more = training_memory(params, sizes_of(comm, interactions, has_checkpoints)).peak();
  io::ProcessUsage const usage = io::process_usage();
  std::int64_t const peak = comm.max(usage.resident_memory + more);
  progress.say(fmt::format(
      "implicit ALS: {} users, {} items, {} factors; at most {:.0f} MiB per rank: {:.0f} held now ({:.0f} while "
      "reading), {:.0f} more for training",
      interactions.users.total, interactions.items, params.factors, mebibytes(peak),
      mebibytes(comm.max(usage.resident_memory)), mebibytes(comm.max(usage.peak_memory)), mebibytes(comm.max(more))));
  return peak;
}

/// A number per item that comes of the parameter `name`: nothing is written when it is 0.
void save_per_item(io::Hdf5File& file, std::string const& group, std::string const& name, double power,
                   std::string const& dataset, std::vector<float> const& values) {
  if (values.empty()) return;
  file.set_attribute(group, name, power);
  file.write_all(group + dataset, values);
}

std::vector<float> load_per_item(io::Hdf5File& file, std::string const& group, std::string const& name, double& power,
                                 std::string const& dataset, std::size_t items) {
  if (!file.has_attribute(group, name)) return {};
  power = file.real_attribute(group, name);
  std::vector<float> values = file.read_all<float>(group + dataset);
  if (values.size() == items) return values;
  throw DataError(fmt::format("{}: {}{}: expected a number per item, {}; found {}", file.path().string(), group,
                              dataset, items, values.size()));
}

}  // namespace

struct FactorModel::State {
  kernels::Exec exec;
  int width = 0;
  std::int64_t items = 0;
  kernels::FactorMatrix factors;         ///< items x width
  std::vector<double> gram;              ///< their Gram matrix
  std::vector<float> known;              ///< factors of the items with training pairs
  std::vector<std::int32_t> known_item;  ///< their numbers, ascending
  std::vector<std::int32_t> place;       ///< per item: its place among the known ones, or -1
  std::vector<float> item_weights;       ///< of pairs, per item; empty: all 1
  std::vector<float> item_boosts;        ///< of scores, per item; empty: all 1; `known` holds them
  kernels::PrincipalAxes axes;           ///< of the Gram matrix, when wanted and since the first call of fixed_rows()
  kernels::FactorMatrix rotated;         ///< `factors` in these axes
  std::unique_ptr<kernels::ExactSearch> search;

  kernels::VectorRows known_rows() const {
    return {known.data(), static_cast<std::int64_t>(known_item.size()), static_cast<std::int32_t>(width)};
  }
};

FactorModel::FactorModel(io::Comm const& comm, FactorParams const& params, std::span<float const> item_factors,
                         std::vector<float> item_weights, std::vector<float> item_boosts)
    : comm_(comm), params_(params), state_(std::make_unique<State>()) {
  State& state = *state_;
  state.item_weights = std::move(item_weights);
  state.item_boosts = std::move(item_boosts);
  state.width = kernels::factor_width(params.factors);
  state.items = static_cast<std::int64_t>(item_factors.size()) / params.factors;
  state.factors = kernels::FactorMatrix("factors::items", static_cast<std::size_t>(state.items),
                                        static_cast<std::size_t>(state.width));
  auto const host = Kokkos::create_mirror_view(state.factors);
  state.known.reserve(static_cast<std::size_t>(state.items * state.width));
  for (std::int64_t i = 0; i < state.items; ++i) {
    auto const row =
        item_factors.subspan(static_cast<std::size_t>(i * params.factors), static_cast<std::size_t>(params.factors));
    float* const padded = host.data() + i * state.width;
    std::copy(row.begin(), row.end(), padded);
    bool const is_known = std::any_of(row.begin(), row.end(), [](float value) { return value != 0; });
    state.place.push_back(is_known ? static_cast<std::int32_t>(state.known_item.size()) : -1);
    if (!is_known) continue;
    state.known_item.push_back(static_cast<std::int32_t>(i));
    float const boost = state.item_boosts.empty() ? 1.0f : state.item_boosts[static_cast<std::size_t>(i)];
    std::transform(padded, padded + state.width, std::back_inserter(state.known),
                   [boost](float value) { return boost * value; });
  }
  Kokkos::deep_copy(state.factors, host);
  // Every rank has all items: blocks are shared out so that each is computed once.
  io::RowRange const share = io::even_share(state.items, comm.rank(), comm.size());
  kernels::FactorMatrix const mine =
      Kokkos::subview(state.factors, std::make_pair(share.first, share.end()), Kokkos::ALL());
  state.gram = gram_of(comm, state.exec, share, mine);
  state.search = std::make_unique<kernels::ExactSearch>(state.known_rows());
}

FactorModel::~FactorModel() = default;

std::int64_t FactorModel::items() const { return state_->items; }

std::vector<float> FactorModel::item_factors() const {
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), state_->factors);
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(state_->items * params_.factors));
  for (std::int64_t i = 0; i < state_->items; ++i) {
    float const* const row = host.data() + i * state_->width;
    values.insert(values.end(), row, row + params_.factors);
  }
  return values;
}

std::unique_ptr<FactorModel> FactorModel::train(io::Comm const& comm, Interactions const& interactions,
                                                FactorParams const& params, WarmStart const* warm,
                                                CheckpointPlace const& checkpoints, io::Progress& progress) {
  check(params);
  if (comm.sum(interactions.size()) == 0) throw DataError("implicit ALS needs at least one pair; found none");
  std::int64_t const memory = say_memory(comm, interactions, params, !checkpoints.folder.empty(), progress);
  io::CheckpointStore store = checkpoints.store(comm, "factors");
  FactorTraining training = train_factors(comm, kernels::Exec(), interactions, params, warm, store, progress);
  std::vector<float> const all = comm.gather_all(std::span<float const>(training.item_factors));
  training.item_factors = {};

  FactorParams used = params;
  if (params.loss == FactorLoss::confidence) used.unobserved_weight = 1;
  std::unique_ptr<FactorModel> model(new FactorModel(comm, used, all,
                                                     popularity_powers(comm, interactions, -params.popularity_discount),
                                                     popularity_powers(comm, interactions, params.popularity_boost)));
  model->facts_ = {{"objective", training.objectives.back()},
                   {"sweeps", params.sweeps},
                   {"seconds_per_sweep", training.seconds / std::max(training.sweeps_here, 1)},
                   {"memory_estimate_mib", mebibytes(memory)}};
  if (warm != nullptr) model->facts_["objective_start"] = training.start_objective;
  for (std::size_t s = 0; s < training.objectives.size() && params.objective_each_sweep; ++s) {
    model->facts_[fmt::format("objective_{:03d}", s + 1)] = training.objectives[s];
  }
  return model;
}

void FactorModel::save(io::Hdf5File& file, std::string const& group) const {
  std::vector<float> const values = item_factors();
  io::RowRange const share = io::even_share(items(), comm_.rank(), comm_.size());
  auto const factors = static_cast<std::int64_t>(params_.factors);
  file.write_rows(group + "/item_factors",
                  std::span<float const>(values).subspan(static_cast<std::size_t>(share.first * factors),
                                                         static_cast<std::size_t>(share.count * factors)),
                  share, factors);
  file.set_attribute(group, "factors", factors);
  file.set_attribute(group, "loss", std::string(name_of(params_.loss)));
  file.set_attribute(group, "unobserved_weight", params_.unobserved_weight);
  file.set_attribute(group, "regularisation", params_.regularisation);
  file.set_attribute(group, "frequency_scaling", params_.frequency_scaling);
  file.set_attribute(group, "alpha", params_.alpha);
  save_per_item(file, group, "popularity_discount", params_.popularity_discount, "/item_weights", state_->item_weights);
  save_per_item(file, group, "popularity_boost", params_.popularity_boost, "/item_boosts", state_->item_boosts);
}

std::unique_ptr<FactorModel> FactorModel::load(io::Comm const& comm, io::Hdf5File& file, std::string const& group) {
  FactorParams params;
  std::int64_t const length = file.integer_attribute(group, "factors");
  params.loss = loss_named(file.text_attribute(group, "loss"));
  params.unobserved_weight = file.real_attribute(group, "unobserved_weight");
  params.regularisation = file.real_attribute(group, "regularisation");
  params.frequency_scaling = file.real_attribute(group, "frequency_scaling");
  params.alpha = file.real_attribute(group, "alpha");
  std::vector<float> const factors = file.read_all<float>(group + "/item_factors");
  constexpr std::int64_t longest = std::int64_t{1} << 20;
  if (length < 1 || length > longest || factors.size() % static_cast<std::size_t>(length) != 0) {
    throw DataError(fmt::format("{}: {}/item_factors does not fit {} factors; train the model again",
                                file.path().string(), group, length));
  }
  params.factors = static_cast<int>(length);
  std::size_t const items = factors.size() / static_cast<std::size_t>(params.factors);
  std::vector<float> weights =
      load_per_item(file, group, "popularity_discount", params.popularity_discount, "/item_weights", items);
  std::vector<float> boosts =
      load_per_item(file, group, "popularity_boost", params.popularity_boost, "/item_boosts", items);
  return std::unique_ptr<FactorModel>(new FactorModel(comm, params, factors, std::move(weights), std::move(boosts)));
}

void FactorModel::use_items(kernels::RowProblems& problems) const {
  State& state = *state_;
  if (!kernels::wants_principal_axes({kernels::RowSolverKind::exact})) {
    problems.fixed = state.factors;
    problems.gram = scaled_gram(state.gram, params_.unobserved_weight);
    return;
  }
  if (state.rotated.extent(0) == 0) {
    state.axes = kernels::principal_axes(state.gram, params_.factors, params_.unobserved_weight);
    state.rotated = kernels::FactorMatrix("factors::rotated", state.factors.extent(0), state.factors.extent(1));
    kernels::rotate_rows(state.exec, state.factors, state.axes.to_axes, state.rotated);
  }
  problems.fixed = state.rotated;
  problems.diagonal = state.axes.diagonal;
}

std::vector<float> FactorModel::fold_in(Interactions const& histories, std::int64_t first, std::int64_t count) const {
  auto const begin = histories.start.begin() + first;
  auto const from = static_cast<std::size_t>(*begin), size = static_cast<std::size_t>(begin[count]) - from;
  std::span<std::int32_t const> const items = std::span(histories.item).subspan(from, size);
  std::span<float const> values;
  if (params_.loss == FactorLoss::confidence && !histories.value.empty()) {
    values = std::span(histories.value).subspan(from, size);
  }
  std::vector<float> weighted;
  if (!state_->item_weights.empty()) {
    weighted = weighted_values(items, values, state_->item_weights, params_.loss);
    values = weighted;
  }
  std::vector<std::int64_t> start{0};
  std::vector<float> ridge;
  for (std::int64_t u = 0; u < count; ++u) {
    std::int64_t const pairs = begin[u + 1] - begin[u];
    auto const own = values.empty()
                         ? values
                         : values.subspan(static_cast<std::size_t>(start.back()), static_cast<std::size_t>(pairs));
    ridge.push_back(ridge_of(params_, ridge_pairs(pairs, own, params_.loss), state_->items));
    start.push_back(start.back() + pairs);
  }
  kernels::RowProblems problems;
  problems.start = on_device(std::span<std::int64_t const>(start));
  problems.column = on_device(items);
  problems.value = on_device(values);
  use_items(problems);
  problems.ridge = on_device(std::span<float const>(ridge));
  if (params_.loss == FactorLoss::confidence) {
    problems.weight_scale = static_cast<float>(params_.alpha);
    problems.extra_target = 1;
  }
  kernels::FactorMatrix const users("factors::users", static_cast<std::size_t>(count),
                                    static_cast<std::size_t>(state_->width));
  kernels::solve_rows(state_->exec, problems, {kernels::RowSolverKind::exact}, users);
  if (state_->rotated.extent(0) > 0) kernels::rotate_rows(state_->exec, users, state_->axes.from_axes, users);
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), users);
  return {host.data(), host.data() + count * state_->width};
}

void FactorModel::score(Interactions const& histories, std::int64_t first, std::int64_t count,
                        std::span<float> scores) const {
  std::fill(scores.begin(), scores.end(), cannot);
  std::vector<float> const users = fold_in(histories, first, count);
  kernels::VectorRows const known = state_->known_rows();
  for (std::int64_t u = 0; u < count; ++u) {
    if (histories.items_of(first + u).empty()) continue;
    float* const row = scores.data() + u * state_->items;
    float const* const x = users.data() + u * state_->width;
    for (std::int64_t i = 0; i < known.count; ++i) {
      row[state_->known_item[static_cast<std::size_t>(i)]] = kernels::inner_product(x, known.row(i), state_->width);
    }
  }
}

RankedLists FactorModel::top_k(Interactions const& histories, Interactions const& removed, int k) const {
  RankedLists lists;
  lists.k = k;
  for (std::int64_t first = 0; first < histories.users.count; first += batch) {
    std::int64_t const count = std::min(batch, histories.users.count - first);
    std::vector<float> const users = fold_in(histories, first, count);
    std::vector<std::int64_t> start{0};
    std::vector<std::int32_t> places;
    for (std::int64_t u = first; u < first + count; ++u) {
      for (std::int32_t const item : removed.items_of(u)) {
        std::int32_t const place = state_->place[static_cast<std::size_t>(item)];
        if (place >= 0) places.push_back(place);
      }
      start.push_back(static_cast<std::int64_t>(places.size()));
    }
    kernels::TopLists const found = state_->search->top_k({users.data(), count, state_->width}, k, {start, places});
    for (std::size_t at = 0; at < found.item.size(); ++at) {
      bool const has_history = !histories.items_of(first + static_cast<std::int64_t>(at) / k).empty();
      bool const is_item = has_history && found.item[at] >= 0;
      lists.item.push_back(is_item ? state_->known_item[static_cast<std::size_t>(found.item[at])] : -1);
      lists.score.push_back(is_item ? found.score[at] : cannot);
    }
  }
  return lists;
}

WarmStart warm_start(FactorModel const& champion, EntityIds const& champion_items, EntityIds const& items,
                     FactorParams const& params) {
  if (champion.params().factors != params.factors) {
    throw ConfigError(fmt::format("--warm-start: expected a model of {} factors (--factors); found one of {}",
                                  params.factors, champion.params().factors));
  }
  std::vector<float> const known = champion.item_factors();
  auto const factors = static_cast<std::int64_t>(params.factors);
  WarmStart start;
  start.item_factors.resize(static_cast<std::size_t>(items.size() * factors));
  for (std::int64_t i = 0; i < items.size(); ++i) {
    auto const number = champion_items.find(items.text(i));
    if (number) std::copy_n(known.begin() + *number * factors, factors, start.item_factors.begin() + i * factors);
  }
  return start;
}

}  // namespace tidemill::drivers
