#include "drivers/trees/train_boost.hpp"

#include <fmt/format.h>

#include <chrono>
#include <limits>

#include "drivers/trees/append_tree.hpp"
#include "drivers/trees/booster.hpp"
#include "drivers/trees/loss.hpp"
#include "io/error.hpp"
#include "io/signals/stop_request.hpp"
#include "kernels/trees/walk.hpp"

namespace tidemill::drivers {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// What a checkpoint holds beside the trees: how the validation loss went.
struct StoppingState {
  std::vector<double> losses;
  double best_loss = std::numeric_limits<double>::infinity();
  std::int64_t best_round = 0;
};

/// Rows held out, with their scores.
class Validation {
 public:
  Validation(io::Comm const& comm, kernels::Exec const& exec, TreeDataset const* data,
             std::vector<kernels::FeatureBins> const& bins, TreeParams const& params)
      : comm_(comm), exec_(exec), data_(data), params_(params) {
    if (data == nullptr) return;
    rows_ = bin_dataset(exec, *data, bins);
    scores_ = kernels::Array<double>("trees::validation_scores",
                                     data->target.size() * static_cast<std::size_t>(params.outputs()));
  }
  bool exists() const { return data_ != nullptr; }

  void restart(kernels::TreeEnsemble const& ensemble) {
    if (!exists()) return;
    auto const host = Kokkos::create_mirror_view(scores_);
    std::size_t const rows = data_->target.size();
    for (std::size_t i = 0; i < host.extent(0); ++i) host(i) = ensemble.base_score[i / rows];
    Kokkos::deep_copy(scores_, host);
    add(ensemble, 0);
  }
  /// Trees from `first` on.
  void add(kernels::TreeEnsemble const& ensemble, std::int64_t first) {
    if (ensemble.trees() == first) return;
    kernels::add_trees(exec_, kernels::flatten(ensemble, first, ensemble.trees()), rows_.row_major, rows_.stride,
                       rows_.rows, scores_);
  }
  double loss() const {
    auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), scores_);
    return mean_loss(comm_, *data_, params_, std::span<double const>(host.data(), host.extent(0)));
  }

 private:
  io::Comm comm_;
  kernels::Exec exec_;
  TreeDataset const* data_;
  TreeParams const& params_;
  kernels::BinnedRows rows_;
  kernels::Array<double> scores_;
};

void save(io::CheckpointStore& checkpoints, std::int64_t round, kernels::TreeEnsemble const& ensemble,
          StoppingState const& state) {
  checkpoints.save(round, [&](io::Hdf5File& file) {
    save_ensemble(file, ensemble, "trees");
    file.write_all("validation_loss", state.losses);
    file.set_attribute("trees", "best_round", state.best_round);
    file.set_attribute("trees", "best_loss", state.best_loss);
  });
}

/// Rounds done; 0 when there is nothing to continue.
std::int64_t load(io::CheckpointStore const& checkpoints, std::vector<kernels::FeatureBins> const& bins,
                  kernels::TreeEnsemble& ensemble, StoppingState& state) {
  auto const step = checkpoints.load_newest([&](io::Hdf5File& file) {
    kernels::TreeEnsemble loaded = load_ensemble(file, "trees", bins);
    if (loaded.outputs != ensemble.outputs) throw DataError("the checkpoint is of another model");
    StoppingState loaded_state;
    loaded_state.losses = file.read_all<double>("validation_loss");
    loaded_state.best_round = file.integer_attribute("trees", "best_round");
    loaded_state.best_loss = file.real_attribute("trees", "best_loss");
    ensemble = std::move(loaded);
    state = std::move(loaded_state);
  });
  return step ? ensemble.trees() / ensemble.outputs : 0;
}

TreeModel describe(TreeDataset const& train, TreeParams const& params, std::vector<kernels::FeatureBins> bins) {
  TreeModel model;
  model.params = params;
  model.bins = std::move(bins);
  for (TreeFeature const& feature : train.features) {
    model.feature_names.push_back(feature.name);
    model.categories.push_back(feature.categories);
  }
  model.class_labels = train.class_labels;
  model.ensemble.outputs = params.outputs();
  return model;
}

/// True when the rounds without a better loss are used up.
bool note_loss(StoppingState& state, double loss, std::int64_t round, TreeParams const& params) {
  state.losses.push_back(loss);
  if (loss < state.best_loss) {
    state.best_loss = loss;
    state.best_round = round;
  }
  return params.early_stopping_rounds > 0 && round - state.best_round >= params.early_stopping_rounds;
}

}  // namespace

TreeModel train_boost(io::Comm const& comm, kernels::Exec const& exec, TreeDataset const& train,
                      TreeDataset const* validation, TreeParams const& params, io::CheckpointStore& checkpoints,
                      io::Progress& progress, TrainReport* report) {
  check(params, static_cast<std::int64_t>(train.features.size()));
  check_targets(comm, train, params);
  if (params.early_stopping_rounds > 0 && validation == nullptr) {
    throw ConfigError("early stopping needs rows to judge by; give a validation share or file");
  }
  auto start = Clock::now();
  progress.begin("bin features", 0);
  TreeModel model = describe(train, params, make_bins(comm, train, params));
  kernels::TreeEnsemble& ensemble = model.ensemble;
  ensemble.base_score = base_scores(comm, exec, train, params);
  Booster booster(comm, exec, train, model.bins, params);
  Validation held_out(comm, exec, validation, model.bins, params);
  double const binning_seconds = seconds_since(start);
  progress.end(fmt::format("{} features, {} rows", train.features.size(), train.range.total));

  start = Clock::now();
  StoppingState state;
  std::int64_t round = load(checkpoints, model.bins, ensemble, state);
  booster.restart(ensemble);
  held_out.restart(ensemble);
  bool const may_repeat =
      params.forest || params.row_sample < 1 || params.column_sample < 1 || params.column_sample_by_node < 1;
  bool finished = round > state.best_round && !state.losses.empty() && params.early_stopping_rounds > 0 &&
                  round - state.best_round >= params.early_stopping_rounds;
  progress.begin(params.forest ? "grow forest" : "boost trees", params.trees);
  progress.advance(round);
  while (round < params.trees && !finished) {
    bool const any_split = booster.add_round(ensemble, round);
    // Without a split and without chance nothing will ever change again.
    if (!any_split && !may_repeat) {
      truncate(ensemble, round * ensemble.outputs);
      break;
    }
    if (held_out.exists()) {
      held_out.add(ensemble, round * ensemble.outputs);
      finished = note_loss(state, held_out.loss(), round + 1, params);
    }
    ++round;
    progress.advance();
    if (round == params.trees || finished) break;
    if (io::stop_requested(comm)) {
      save(checkpoints, round, ensemble, state);
      throw StoppedAtCheckpoint(
          fmt::format("stopped after {} of {} rounds; run again to continue", round, params.trees));
    }
    if (checkpoints.is_due()) save(checkpoints, round, ensemble, state);
  }
  if (params.early_stopping_rounds > 0) truncate(ensemble, state.best_round * ensemble.outputs);
  model.best_round = ensemble.trees() / ensemble.outputs;
  progress.end(fmt::format("{} rounds kept", model.best_round));
  if (report != nullptr) *report = {binning_seconds, seconds_since(start), std::move(state.losses)};
  return model;
}

}  // namespace tidemill::drivers
