#include "io/store/pins.hpp"

#include "io/store/night_list.hpp"
#include "io/store/posix.hpp"

namespace tidemill::io {

namespace fs = std::filesystem;

void pin_night(fs::path const& tenant, std::string const& night, std::string const& reason) {
  fs::path const folder = tenant / "pins";
  make_folders(folder);
  fs::path const fresh = folder / ("." + night + ".tmp");
  write_file(fresh, reason + "\n");
  rename_file(fresh, folder / night);
  sync_folder(folder);
}

bool unpin_night(fs::path const& tenant, std::string const& night) {
  fs::path const path = tenant / "pins" / night;
  if (!fs::exists(path)) return false;
  remove_if_present(path);
  sync_folder(path.parent_path());
  return true;
}

std::map<std::string, std::string> pinned_nights(fs::path const& tenant) {
  std::map<std::string, std::string> pins;
  std::error_code missing;
  for (auto const& entry : fs::directory_iterator(tenant / "pins", missing)) {
    std::string const name = entry.path().filename().string();
    if (!parse_night(name)) continue;
    std::string reason = read_file(entry.path());
    reason.erase(reason.find_last_not_of('\n') + 1);
    pins[name] = reason;
  }
  return pins;
}

}  // namespace tidemill::io
