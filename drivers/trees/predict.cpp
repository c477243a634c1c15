#include "drivers/trees/predict.hpp"

#include <algorithm>
#include <span>

#include "drivers/trees/bins.hpp"
#include "drivers/trees/loss.hpp"
#include "kernels/trees/score_rows.hpp"
#include "kernels/trees/walk.hpp"

namespace tidemill::drivers {
namespace {

/// Rows scored at a time: their bins stay in the cache while all trees are walked.
constexpr std::int64_t rows_at_once = 65536;

constexpr bool on_host = Kokkos::SpaceAccessibility<Kokkos::HostSpace, kernels::DeviceMemory>::accessible;

/// Adds all trees of an ensemble to row-major scores: 64 rows at a time through a layout for hosts, or on the device.
/// Each score is a sum in the order of the trees either way, so the bits are the same.
class TreeAdder {
 public:
  explicit TreeAdder(kernels::TreeEnsemble const& ensemble) : outputs_(static_cast<std::size_t>(ensemble.outputs)) {
    if constexpr (on_host) {
      layout_ = kernels::lay_out_for_scoring(ensemble, ensemble.value, 1);
      trees_ = ensemble.trees();
    } else {
      flat_ = kernels::flatten(ensemble, 0, ensemble.trees());
    }
  }

  void operator()(kernels::Exec const& exec, kernels::BinnedRows const& rows, double* scores) const {
    if constexpr (on_host) {
      kernels::add_scores(layout_, 0, trees_, rows.row_major.data(), rows.rows, rows.stride, rows.features, scores);
    } else {
      add_on_device(exec, rows, scores);
    }
  }

 private:
  void add_on_device(kernels::Exec const& exec, kernels::BinnedRows const& rows, double* scores) const {
    auto const n = static_cast<std::size_t>(rows.rows);
    kernels::Array<double> const by_output("trees::scores", n * outputs_);
    auto const host = Kokkos::create_mirror_view(by_output);
    for (std::size_t i = 0; i < n * outputs_; ++i) host(i) = scores[i % n * outputs_ + i / n];
    Kokkos::deep_copy(by_output, host);
    kernels::add_trees(exec, flat_, rows.row_major, rows.stride, rows.rows, by_output);
    Kokkos::deep_copy(host, by_output);
    for (std::size_t i = 0; i < n * outputs_; ++i) scores[i % n * outputs_ + i / n] = host(i);
  }

  std::size_t outputs_;
  std::int64_t trees_ = 0;
  kernels::ScoringTrees layout_;
  kernels::FlatTrees flat_;
};

}  // namespace

TreeScores predict(kernels::Exec const& exec, TreeModel const& model, io::Table const& table) {
  return predict(exec, model, features_for(model, table));
}

TreeScores predict(kernels::Exec const& exec, TreeModel const& model, TreeDataset const& data) {
  TreeScores result;
  result.outputs = model.ensemble.outputs;
  auto const outputs = static_cast<std::size_t>(result.outputs);
  result.raw.resize(static_cast<std::size_t>(data.rows()) * outputs);
  for (std::size_t i = 0; i < result.raw.size(); ++i) result.raw[i] = model.ensemble.base_score[i % outputs];
  TreeAdder const add_trees(model.ensemble);
  for (std::int64_t first = 0; first < data.rows(); first += rows_at_once) {
    std::int64_t const count = std::min(rows_at_once, data.rows() - first);
    kernels::BinnedRows const rows = bin_dataset(exec, data, model.bins, first, count);
    add_trees(exec, rows, result.raw.data() + static_cast<std::size_t>(first) * outputs);
  }
  result.value = transform_scores(model.params, result.raw);
  return result;
}

std::vector<std::uint8_t> bin_rows(kernels::Exec const& exec, TreeModel const& model, TreeDataset const& data) {
  kernels::BinnedRows const rows = bin_dataset(exec, data, model.bins);
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), rows.row_major);
  std::vector<std::uint8_t> result;
  result.reserve(static_cast<std::size_t>(rows.rows * rows.features));
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    std::uint8_t const* const from = host.data() + row * rows.stride;
    result.insert(result.end(), from, from + rows.features);
  }
  return result;
}

std::vector<double> transform_scores(TreeParams const& params, std::vector<double> const& raw) {
  std::vector<double> values = raw;
  auto const outputs = static_cast<std::size_t>(params.outputs());
  for (std::size_t first = 0; first < values.size(); first += outputs) {
    transform_row(params, std::span(values).subspan(first, outputs));
  }
  return values;
}

}  // namespace tidemill::drivers
