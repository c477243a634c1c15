#include "drivers/forecast/finished_model.hpp"

#include <algorithm>

namespace tidemill::drivers {

namespace {

/// Storing a model safely takes a small part of this; a shorter training is rather repeated after an interruption. Its
/// own checkpoints, if it has any, stay.
constexpr double longest_repeated = 0.5;

}  // namespace

TreeModel train_or_load(io::Comm const& comm, CheckpointPlace const& checkpoints, std::string const& part,
                        std::function<TreeModel(io::CheckpointStore&)> const& train) {
  io::CheckpointStore finished = checkpoints.store(comm, part + "-finished");
  TreeModel model;
  if (finished.load_newest([&](io::Hdf5File& file) { model = load_model(file); })) return model;
  io::CheckpointStore store = checkpoints.store(comm, part);
  double const started = io::seconds_now();
  model = train(store);
  double const worth_keeping = std::min(longest_repeated, checkpoints.interval_seconds);
  if (finished.is_enabled() && comm.max(io::seconds_now() - started) >= worth_keeping) {
    finished.save(1, [&](io::Hdf5File& file) { save_model(file, model); });
    store.clear();
  }
  return model;
}

}  // namespace tidemill::drivers
