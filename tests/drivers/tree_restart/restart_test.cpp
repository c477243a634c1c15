#include <gtest/gtest.h>

#include <csignal>

#include "io/error.hpp"
#include "io/signals/stop_request.hpp"
#include "tests/drivers/trees/example.hpp"

namespace tidemill::tests {
namespace {

using drivers::Objective;

/// Trains until the next stop; false when it ran to the end (then `model` is set).
bool stopped(io::Comm const& comm, drivers::TreeParams const& params, ExampleOptions const& options,
             std::filesystem::path const& folder, drivers::TreeModel& model) {
  io::CheckpointStore store(comm, folder, "same", 1e9);
  io::Progress progress(comm, io::Progress::Level::quiet);
  drivers::TreeDataset const data = example_dataset(comm, options);
  try {
    model = drivers::train_boost(comm, kernels::Exec(), data, params.early_stopping_rounds > 0 ? &data : nullptr,
                                 params, store, progress);
  } catch (StoppedAtCheckpoint const&) {
    return true;
  }
  return false;
}

/// A stop is asked for all the time, so every call grows one round: in turn on all ranks and on one.
TEST(TreeRestart, StoppedAfterEveryRoundOnChangingRanksGivesTheSameModel) {
  ScratchFolder const folder;
  struct Case {
    Objective objective;
    ExampleOptions options;
    double row_sample;
    int early;
  };
  std::vector<Case> const cases{{Objective::logistic, {.rows = 300, .classes = 2}, 1, 0},
                                {Objective::poisson, {.rows = 300, .counts = true}, 0.7, 50},
                                {Objective::quantile, {.rows = 300}, 1, 0},
                                {Objective::softmax, {.rows = 300, .classes = 3}, 0.8, 0}};
  std::vector<std::string> undisturbed;
  std::vector<drivers::TreeParams> all_params;
  for (Case const& c : cases) {
    drivers::TreeParams params = small_params(c.objective);
    params.trees = 6;
    params.classes = c.objective == Objective::softmax ? 3 : 1;
    params.row_sample = c.row_sample;
    params.early_stopping_rounds = c.early;
    all_params.push_back(params);
    drivers::TreeDataset const data = example_dataset(world(), c.options);
    undisturbed.push_back(
        digest_of(world(), train(world(), data, params, c.early > 0 ? &data : nullptr), folder / "undisturbed.h5"));
  }
  io::watch_stop_signals();
  std::raise(SIGUSR1);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    std::filesystem::path const checkpoints = folder / ("checkpoints" + std::to_string(i));
    int stops = 0;
    std::string digest;
    for (bool together = true; digest.empty(); together = !together) {
      drivers::TreeModel model;
      bool again = false;
      if (together) {
        again = stopped(world(), all_params[i], cases[i].options, checkpoints, model);
        if (!again) digest = digest_of(world(), model, folder / "resumed.h5");
      } else {
        if (world().is_root()) {
          io::Comm const self = io::Comm::self();
          again = stopped(self, all_params[i], cases[i].options, checkpoints, model);
          if (!again) digest = digest_of(self, model, folder / "resumed.h5");
        }
        digest = world().broadcast(digest);
      }
      ++stops;
    }
    EXPECT_EQ(stops, 6) << "one round per call";
    EXPECT_EQ(digest, undisturbed[i]) << drivers::name_of(cases[i].objective);
  }
}

}  // namespace
}  // namespace tidemill::tests
