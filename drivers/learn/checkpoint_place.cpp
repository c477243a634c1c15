#include "drivers/learn/checkpoint_place.hpp"

namespace tidemill::drivers {
namespace {
constexpr char const* prefix = "part-";
}

io::CheckpointStore CheckpointPlace::store(io::Comm const& comm, std::string const& part) const {
  bool const is_on = !folder.empty();
  return {comm, is_on ? folder / (prefix + part) : std::filesystem::path(), key + part, interval_seconds, use};
}

void clear_checkpoints(io::Comm const& comm, CheckpointPlace const& place) {
  if (place.folder.empty()) return;
  std::string names;
  io::agree(comm, "list checkpoints", [&] {
    if (!comm.is_root() || !std::filesystem::is_directory(place.folder)) return;
    for (auto const& entry : std::filesystem::directory_iterator(place.folder)) {
      std::string const name = entry.path().filename().string();
      if (entry.is_directory() && name.starts_with(prefix)) names += name + "\n";
    }
  });
  names = comm.broadcast(names);
  for (std::size_t at = 0; at < names.size(); at = names.find('\n', at) + 1) {
    std::string const name = names.substr(at, names.find('\n', at) - at);
    io::CheckpointStore(comm, place.folder / name, place.key, place.interval_seconds).clear();
    std::error_code ignored;  // a folder that holds something else stays
    if (comm.is_root()) std::filesystem::remove(place.folder / name, ignored);
  }
}

}  // namespace tidemill::drivers
