#include "io/store/trash.hpp"

#include <fmt/format.h>

#include <vector>

#include "io/error.hpp"
#include "io/store/posix.hpp"

namespace tidemill::io {
namespace {

namespace fs = std::filesystem;

constexpr char const* trash_prefix = ".trash.";

void remove_trash(fs::path const& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error && error != std::errc::no_such_file_or_directory) {
    throw Error(fmt::format("cannot remove {}: {}", path.string(), error.message()));
  }
}

}  // namespace

void discard(fs::path const& path) {
  fs::path const trash = path.parent_path() / (trash_prefix + path.filename().string());
  remove_trash(trash);
  if (!fs::exists(fs::symlink_status(path))) return;
  rename_file(path, trash);
  remove_trash(trash);
}

void empty_trash(fs::path const& folder) {
  std::error_code none;
  std::vector<fs::path> left;
  for (auto const& entry : fs::directory_iterator(folder, none)) {
    if (entry.path().filename().string().starts_with(trash_prefix)) left.push_back(entry.path());
  }
  for (fs::path const& path : left) remove_trash(path);
}

}  // namespace tidemill::io
