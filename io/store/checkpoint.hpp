#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "io/comm/comm.hpp"
#include "io/hdf5/file.hpp"

namespace tidemill::io {

/// What checkpoints cost a training, and what it went on from; the stores of its parts add to one.
struct CheckpointUse {
  std::int64_t saved = 0;
  double save_seconds = 0;  ///< on this rank, with its waiting for the others
  std::int64_t loaded = 0;
  double load_seconds = 0;
};

/// Checkpoints of one trainer in one folder, two deep. All members are collective. A checkpoint may be read by any
/// number of ranks, so its content must not depend on how rows are spread.
class CheckpointStore {
 public:
  /// `key` is the digest of everything the training depends on (inputs, options, seed): checkpoints of another key are
  /// ignored. An empty folder path switches checkpoints off: save does nothing, load finds nothing.
  /// `use`: where the costs are added; null: nowhere.
  CheckpointStore(Comm const& comm, std::filesystem::path folder, std::string key, double interval_seconds,
                  std::shared_ptr<CheckpointUse> use = nullptr);

  /// True (on all ranks alike) when the interval has passed since the last save or the start.
  bool is_due() const;
  bool is_enabled() const { return !folder_.empty(); }
  /// Commits the state after `step` and removes all but the two newest.
  void save(std::int64_t step, std::function<void(Hdf5File&)> const& write);
  /// Calls `read` on the newest checkpoint that verifies on all ranks; older ones after that. Returns its step.
  std::optional<std::int64_t> load_newest(std::function<void(Hdf5File&)> const& read) const;
  /// After the result is committed.
  void clear();

 private:
  std::vector<std::int64_t> steps_present() const;
  std::filesystem::path path_of(std::int64_t step) const;
  Comm comm_;
  std::filesystem::path folder_;
  std::string key_;
  double interval_seconds_;
  double last_save_;
  std::shared_ptr<CheckpointUse> use_;
};

}  // namespace tidemill::io
