#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "io/images/picture.hpp"

namespace tidemill::io {

/// A file below a folder.
struct ListedFile {
  std::string path;  ///< below the folder, with '/'
  std::int64_t bytes = 0;
  /// decoded: may be opened. Otherwise outside_link, not_a_file, or unreadable (also a folder that cannot be entered).
  PictureStatus status = PictureStatus::decoded;
};

/// Not collective. All files below `folder`, by path in byte order. Folders are entered, links to folders are not;
/// a link to a file counts when the file lies below `folder` too. Throws DataError when `folder` is none.
std::vector<ListedFile> list_files(std::filesystem::path const& folder);

}  // namespace tidemill::io
