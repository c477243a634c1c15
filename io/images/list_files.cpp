#include "io/images/list_files.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "io/error.hpp"

namespace tidemill::io {
namespace {

namespace fs = std::filesystem;

bool lies_below(fs::path const& path, fs::path const& folder) {
  auto const [mismatch, end] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return mismatch == folder.end();
}

struct Lister {
  fs::path root;
  std::vector<ListedFile> files{};

  void add_link(fs::directory_entry const& entry, ListedFile& file) const {
    std::error_code error;
    fs::path const target = fs::canonical(entry.path(), error);
    if (error || !lies_below(target, root)) {
      file.status = PictureStatus::outside_link;
    } else if (!fs::is_regular_file(target, error)) {
      file.status = PictureStatus::not_a_file;
    } else {
      file.bytes = static_cast<std::int64_t>(fs::file_size(target, error));
    }
  }

  void add(fs::directory_entry const& entry, fs::path const& relative) {
    std::error_code error;
    ListedFile file{relative.generic_string()};
    if (entry.is_symlink(error)) {
      add_link(entry, file);
    } else if (entry.is_directory(error)) {
      enter(entry.path(), relative);
      return;
    } else if (!entry.is_regular_file(error)) {
      file.status = error ? PictureStatus::unreadable : PictureStatus::not_a_file;
    } else {
      file.bytes = static_cast<std::int64_t>(entry.file_size(error));
    }
    files.push_back(std::move(file));
  }

  void enter(fs::path const& folder, fs::path const& relative) {
    std::error_code error;
    fs::directory_iterator it(folder, error);
    if (error) {
      files.push_back({relative.generic_string(), 0, PictureStatus::unreadable});
      return;
    }
    for (; !error && it != fs::directory_iterator(); it.increment(error)) add(*it, relative / it->path().filename());
  }
};

}  // namespace

std::vector<ListedFile> list_files(fs::path const& folder) {
  std::error_code error;
  fs::path const root = fs::canonical(folder, error);
  if (error || !fs::is_directory(root, error)) {
    throw DataError(fmt::format("{} is not a folder; name one that holds the files", folder.string()));
  }
  Lister lister{root};
  lister.enter(root, {});
  std::sort(lister.files.begin(), lister.files.end(),
            [](ListedFile const& a, ListedFile const& b) { return a.path < b.path; });
  return std::move(lister.files);
}

}  // namespace tidemill::io
