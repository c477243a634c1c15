#include "drivers/forecast/finished_model.hpp"

namespace tidemill::drivers {

TreeModel train_or_load(io::Comm const& comm, CheckpointPlace const& checkpoints, std::string const& part,
                        std::function<TreeModel(io::CheckpointStore&)> const& train) {
  io::CheckpointStore finished = checkpoints.store(comm, part + "-finished");
  TreeModel model;
  if (finished.load_newest([&](io::Hdf5File& file) { model = load_model(file); })) return model;
  io::CheckpointStore store = checkpoints.store(comm, part);
  model = train(store);
  if (finished.is_enabled()) {
    finished.save(1, [&](io::Hdf5File& file) { save_model(file, model); });
    store.clear();
  }
  return model;
}

}  // namespace tidemill::drivers
