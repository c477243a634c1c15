#include "drivers/trees/booster.hpp"

#include <algorithm>
#include <cmath>

#include "drivers/trees/append_tree.hpp"
#include "drivers/trees/exact_sum.hpp"
#include "drivers/trees/leaf_quantiles.hpp"
#include "drivers/trees/loss.hpp"
#include "kernels/trees/walk.hpp"

namespace tidemill::drivers {
namespace {

template <class T>
kernels::Array<T> to_device(char const* label, std::vector<T> const& from) {
  kernels::Array<T> to(Kokkos::view_alloc(std::string(label), Kokkos::WithoutInitializing), from.size());
  Kokkos::deep_copy(to, Kokkos::View<T const*, Kokkos::HostSpace, Kokkos::MemoryUnmanaged>(from.data(), from.size()));
  return to;
}

kernels::CellLayout choose_layout(kernels::Loss const& loss, TreeDataset const& data, TreeParams const& params) {
  bool const is_flat = loss.objective == Objective::squared || loss.objective == Objective::quantile;
  if (is_flat && data.weight.empty() && !params.bootstrap) return kernels::CellLayout::unit_hessian();
  return kernels::CellLayout::any_hessian(params.min_rows_in_leaf > 1);
}

kernels::SplitFeatures describe(std::vector<kernels::FeatureBins> const& bins, kernels::BinnedRows const& rows,
                                TreeParams const& params) {
  kernels::SplitFeatures features{rows.bins, rows.block_start, {}, {}};
  for (kernels::FeatureBins const& feature : bins) {
    features.is_categorical.push_back(feature.is_categorical ? std::int8_t{1} : std::int8_t{0});
  }
  bool const any = std::any_of(params.monotone.begin(), params.monotone.end(), [](std::int8_t m) { return m != 0; });
  if (any) features.monotone = params.monotone;
  return features;
}

}  // namespace

Booster::Booster(io::Comm const& comm, kernels::Exec const& exec, TreeDataset const& data,
                 std::vector<kernels::FeatureBins> const& bins, TreeParams const& params)
    : comm_(comm),
      exec_(exec),
      params_(params),
      loss_(training_loss(params)),
      layout_(choose_layout(loss_, data, params)),
      rows_(bin_dataset(exec, data, bins)),
      range_(data.range),
      grower_(comm, exec, rows_, describe(bins, rows_, params), params),
      target_(to_device("trees::target", data.target)),
      weight_(to_device("trees::weight", data.weight)),
      scores_("trees::scores", data.target.size() * static_cast<std::size_t>(params.outputs())),
      pairs_("trees::gradients", data.target.size() * 2),
      quantised_("trees::quantised", data.target.size()),
      drawn_(data.rows()) {
  if (loss_.objective == Objective::softmax) {
    probabilities_ = kernels::Array<double>("trees::probabilities", scores_.extent(0));
  }
  if (is_sampled()) draws_ = kernels::Array<std::uint8_t>("trees::draws", data.target.size());
}

kernels::Array<double> Booster::scores_of(std::int32_t output) const {
  auto const rows = static_cast<std::size_t>(range_.count);
  auto const first = static_cast<std::size_t>(output) * rows;
  return Kokkos::subview(scores_, std::pair<std::size_t, std::size_t>(first, first + rows));
}

void Booster::restart(kernels::TreeEnsemble const& ensemble) {
  for (std::int32_t k = 0; k < params_.outputs(); ++k) {
    Kokkos::deep_copy(scores_of(k), ensemble.base_score[static_cast<std::size_t>(k)]);
  }
  if (params_.forest || ensemble.trees() == 0) return;
  kernels::add_trees(exec_, kernels::flatten(ensemble, 0, ensemble.trees()), rows_.row_major, rows_.stride,
                     range_.count, scores_);
}

bool Booster::add_round(kernels::TreeEnsemble& ensemble, std::int64_t round) {
  draw(round);
  if (loss_.objective == Objective::softmax) {
    kernels::compute_probabilities(exec_, params_.outputs(), scores_, probabilities_);
  }
  bool any = false;
  for (std::int32_t k = 0; k < params_.outputs(); ++k) any = add_tree(ensemble, k) || any;
  return any;
}

void Booster::draw(std::int64_t round) {
  if (!is_sampled()) return;
  kernels::draw_rows(exec_, params_.seed, static_cast<std::uint32_t>(round), range_.first, params_.row_sample,
                     params_.bootstrap, draws_);
}

bool Booster::add_tree(kernels::TreeEnsemble& ensemble, std::int32_t output) {
  auto const& seen = loss_.objective == Objective::softmax ? probabilities_ : scores_;
  kernels::GradientRange range =
      kernels::compute_gradients(exec_, loss_, output, seen, target_, weight_, draws_, pairs_);
  float both[2] = {range.gradient, range.hessian};
  comm_.max(std::span<float>(both));
  range = {both[0], both[1]};
  std::vector<GrownNode> const tree = grower_.grow(quantise(static_cast<std::uint32_t>(ensemble.trees()), range));
  std::vector<double> const values = leaf_values(tree, output, range);
  append_tree(ensemble, tree, values);
  if (!params_.forest) update_scores(tree, values, output, ensemble);
  return tree.size() > 1;
}

GrowthTask Booster::quantise(std::uint32_t tree, kernels::GradientRange const& range) {
  // Losses whose gradients are bounded spread evenly enough over the integers; others may have a few huge rows.
  bool const is_bounded = loss_.objective == Objective::logistic || loss_.objective == Objective::softmax ||
                          loss_.objective == Objective::quantile;
  kernels::Quantiser const quantiser{power_of_two_scale(range.gradient, layout_.gradient_limit),
                                     power_of_two_scale(range.hessian, layout_.hessian_limit),
                                     !is_bounded || weight_.extent(0) > 0,
                                     params_.seed,
                                     tree,
                                     range_.first};
  kernels::NodeSums const mine = kernels::quantise(exec_, quantiser, layout_, pairs_, draws_, quantised_);
  std::int64_t sums[3] = {mine.gradient, mine.hessian, mine.count};
  comm_.sum(std::span<std::int64_t>(sums));
  if (is_sampled()) drawn_ = kernels::select_drawn(exec_, draws_, grower_.row_index());
  GrowthTask task;
  task.quantised = quantised_;
  task.sums = {sums[0], sums[1], sums[2]};
  task.rows = drawn_;
  task.is_all = !is_sampled();
  task.layout = layout_;
  task.tree = tree;
  double const hessian_unit = layout_.has_hessian() ? 1 / quantiser.hessian_scale : 1.0;
  task.rules.l1 = params_.l1;
  task.rules.l2 = params_.l2;
  task.rules.min_gain = params_.min_gain;
  task.rules.min_rows = std::max<std::int64_t>(1, params_.min_rows_in_leaf);
  task.rules.min_hessian = std::max<std::int64_t>(
      1, static_cast<std::int64_t>(std::ceil(std::min(params_.min_hessian / hessian_unit, 9e18))));
  task.rules.gradient_unit = 1 / quantiser.gradient_scale;
  task.rules.hessian_unit = hessian_unit;
  task.rules.category_smoothing = params_.category_smoothing;
  task.rules.category_l2 = params_.category_l2;
  task.rules.one_hot_categories = params_.one_hot_categories;
  task.rules.max_category_threshold = params_.max_category_threshold;
  return task;
}

std::vector<double> Booster::leaf_values(std::vector<GrownNode> const& tree, std::int32_t output,
                                         kernels::GradientRange const& range) {
  std::vector<double> values =
      loss_.objective == Objective::quantile ? quantile_values(tree, output) : newton_values(tree, range);
  apply_bounds(tree, values);
  double const factor = params_.forest ? 1.0 / params_.trees : params_.learning_rate;
  for (double& value : values) value *= factor;
  return values;
}

std::vector<double> Booster::newton_values(std::vector<GrownNode> const& tree, kernels::GradientRange const& range) {
  double const gradient_scale = fixed_point_scale(range.gradient, range_.total);
  double const hessian_scale = fixed_point_scale(range.hessian, range_.total);
  std::vector<std::int64_t> sums(tree.size() * 2, 0);
  for (std::size_t i = 0; i < tree.size(); ++i) {
    if (!tree[i].is_leaf()) continue;
    kernels::FixedSums const leaf =
        kernels::sum_leaf(exec_, pairs_, grower_.rows_of(tree[i]), gradient_scale, hessian_scale);
    sums[2 * i] = leaf.gradient;
    sums[2 * i + 1] = leaf.hessian;
  }
  comm_.sum(std::span(sums));
  std::vector<double> values(tree.size());
  for (std::size_t i = tree.size(); i-- > 0;) {  // children come after their parents
    if (!tree[i].is_leaf()) {
      for (std::size_t field = 0; field < 2; ++field) {
        sums[2 * i + field] = sums[2 * static_cast<std::size_t>(tree[i].left) + field] +
                              sums[2 * static_cast<std::size_t>(tree[i].right) + field];
      }
    }
    values[i] = kernels::leaf_value(static_cast<double>(sums[2 * i]) / gradient_scale,
                                    static_cast<double>(sums[2 * i + 1]) / hessian_scale, params_.l1, params_.l2, {});
  }
  return values;
}

std::vector<double> Booster::quantile_values(std::vector<GrownNode> const& tree, std::int32_t output) {
  std::vector<kernels::NodeRows> nodes;
  for (GrownNode const& node : tree) nodes.push_back(grower_.rows_of(node));
  // Inner nodes matter only for monotone bounds.
  if (params_.monotone.empty()) {
    for (std::size_t i = 0; i < tree.size(); ++i) {
      if (!tree[i].is_leaf()) nodes[i].count = 0;
    }
  }
  ResidualQuantiles const quantiles(comm_, exec_, target_, scores_of(output), weight_, draws_);
  return quantiles.find(nodes, params_.quantile);
}

void Booster::apply_bounds(std::vector<GrownNode> const& tree, std::vector<double>& values) const {
  if (params_.monotone.empty()) return;
  std::vector<kernels::NodeBounds> bounds(tree.size());
  for (std::size_t i = 0; i < tree.size(); ++i) {
    values[i] = std::min(std::max(values[i], bounds[i].lower), bounds[i].upper);
    if (tree[i].is_leaf()) continue;
    auto const left = static_cast<std::size_t>(tree[i].left);
    auto const right = static_cast<std::size_t>(tree[i].right);
    bounds[left] = bounds[right] = bounds[i];
    std::int8_t const direction = params_.monotone[static_cast<std::size_t>(tree[i].split.feature)];
    if (direction == 0) continue;
    double const middle = std::min(std::max((values[left] + values[right]) / 2, bounds[i].lower), bounds[i].upper);
    bounds[direction > 0 ? left : right].upper = middle;
    bounds[direction > 0 ? right : left].lower = middle;
  }
}

void Booster::update_scores(std::vector<GrownNode> const& tree, std::vector<double> const& values, std::int32_t output,
                            kernels::TreeEnsemble const& ensemble) {
  kernels::Array<double> const scores = scores_of(output);
  for (std::size_t i = 0; i < tree.size(); ++i) {
    if (tree[i].is_leaf()) kernels::add_to_leaf(exec_, scores, grower_.rows_of(tree[i]), values[i]);
  }
  if (!is_sampled()) return;
  kernels::FlatTrees newest = kernels::flatten(ensemble, ensemble.trees() - 1, ensemble.trees());
  newest.outputs = 1;
  newest.first_tree = 0;
  kernels::add_trees_where_undrawn(exec_, newest, rows_.row_major, rows_.stride, range_.count, draws_, scores);
}

}  // namespace tidemill::drivers
