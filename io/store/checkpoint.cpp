#include "io/store/checkpoint.hpp"

#include <mpi.h>

#include <algorithm>
#include <charconv>

#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/store/posix.hpp"

namespace tidemill::io {

CheckpointStore::CheckpointStore(Comm const& comm, std::filesystem::path folder, std::string key,
                                 double interval_seconds, std::shared_ptr<CheckpointUse> use)
    : comm_(comm),
      folder_(std::move(folder)),
      key_(std::move(key)),
      interval_seconds_(interval_seconds),
      last_save_(MPI_Wtime()),
      use_(use ? std::move(use) : std::make_shared<CheckpointUse>()) {}

bool CheckpointStore::is_due() const {
  if (!is_enabled()) return false;
  int due = MPI_Wtime() - last_save_ >= interval_seconds_ ? 1 : 0;
  comm_.broadcast(std::span(&due, 1));
  return due == 1;
}

std::filesystem::path CheckpointStore::path_of(std::int64_t step) const {
  return folder_ / ("checkpoint-" + std::to_string(step) + ".h5");
}

std::vector<std::int64_t> CheckpointStore::steps_present() const {
  std::vector<std::int64_t> steps;
  std::error_code missing;
  if (comm_.is_root()) {
    for (auto const& entry : std::filesystem::directory_iterator(folder_, missing)) {
      std::string const name = entry.path().stem().string();
      std::int64_t step = 0;
      std::string_view const prefix = "checkpoint-";
      if (entry.path().extension() != ".h5" || !name.starts_with(prefix)) continue;
      char const* const first = name.data() + prefix.size();
      if (std::from_chars(first, name.data() + name.size(), step).ec == std::errc()) steps.push_back(step);
    }
    std::sort(steps.rbegin(), steps.rend());
  }
  std::uint64_t count = steps.size();
  comm_.broadcast(std::span(&count, 1));
  steps.resize(count);
  comm_.broadcast(std::span(steps));
  return steps;
}

void CheckpointStore::save(std::int64_t step, std::function<void(Hdf5File&)> const& write) {
  if (!is_enabled()) return;
  double const start = MPI_Wtime();
  commit_hdf5(comm_, path_of(step), {"checkpoint", key_, 0, {}}, [&](Hdf5File& file) {
    file.set_attribute("/", "step", step);
    write(file);
  });
  std::vector<std::int64_t> const steps = steps_present();
  agree(comm_, "remove old checkpoints", [&] {
    for (std::size_t i = 2; comm_.is_root() && i < steps.size(); ++i) remove_if_present(path_of(steps[i]));
  });
  last_save_ = MPI_Wtime();
  ++use_->saved;
  use_->save_seconds += last_save_ - start;
}

std::optional<std::int64_t> CheckpointStore::load_newest(std::function<void(Hdf5File&)> const& read) const {
  if (!is_enabled()) return std::nullopt;
  double const start = MPI_Wtime();
  for (std::int64_t const step : steps_present()) {
    try {
      verify_hdf5(comm_, path_of(step));
      Hdf5File file = Hdf5File::open(comm_, path_of(step));
      if (file.text_attribute("/", "config") != key_) continue;
      if (file.integer_attribute("/", "step") != step) continue;  // another one's bytes under this name
      read(file);
      ++use_->loaded;
      use_->load_seconds += MPI_Wtime() - start;
      return step;
    } catch (Error const&) {
      continue;  // damaged: the one before it is older but whole
    }
  }
  return std::nullopt;
}

void CheckpointStore::clear() {
  if (!is_enabled()) return;
  std::vector<std::int64_t> const steps = steps_present();
  agree(comm_, "remove checkpoints", [&] {
    for (std::int64_t const step : steps) {
      if (comm_.is_root()) remove_if_present(path_of(step));
    }
  });
}

}  // namespace tidemill::io
