#include "io/store/trash.hpp"

#include <vector>

#include "io/store/posix.hpp"

namespace tidemill::io {
namespace {

namespace fs = std::filesystem;

constexpr char const* trash_prefix = ".trash.";

}  // namespace

void discard(fs::path const& path) {
  fs::path const trash = path.parent_path() / (trash_prefix + path.filename().string());
  remove_tree(trash);
  if (!fs::exists(fs::symlink_status(path))) return;
  rename_file(path, trash);
  remove_tree(trash);
}

void empty_trash(fs::path const& folder) {
  std::error_code none;
  std::vector<fs::path> left;
  for (auto const& entry : fs::directory_iterator(folder, none)) {
    if (entry.path().filename().string().starts_with(trash_prefix)) left.push_back(entry.path());
  }
  for (fs::path const& path : left) remove_tree(path);
}

}  // namespace tidemill::io
