#pragma once

#include <filesystem>
#include <vector>

#include "io/comm/comm.hpp"
#include "io/images/list_files.hpp"

namespace tidemill::drivers {

/// This rank's consecutive files of a folder; all ranks' in rank order are all of them, by path in byte order.
struct SharedFiles {
  io::RowRange range;
  std::vector<io::ListedFile> mine;
};

/// Collective. Lists the folder once and cuts the list so that every rank gets about equally many bytes to read.
SharedFiles share_files(io::Comm const& comm, std::filesystem::path const& folder);

}  // namespace tidemill::drivers
