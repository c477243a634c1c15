#pragma once

#include <filesystem>
#include <optional>

#include "io/comm/comm.hpp"

namespace tidemill::io {

/// HDF5 files that somebody else made. The library may crash, loop or ask for all memory over one, and follow links and
/// filters out of it. So a process of its own goes through such a file first (see walk_file.hpp), with limits of memory
/// and processor time, no open files but that one and no right to write; only a file that it came through is opened
/// here. What it cannot see is a file that is exchanged afterwards.

/// To be called first in main() by every program that may open such files: the process of its own is the same
/// executable. The exit code when this is that process, nothing otherwise.
std::optional<int> serve_inspection(int argc, char** argv);

/// Not collective. Throws DataError with the reason when the file should not be opened, Error when it cannot be
/// inspected (the program did not call serve_inspection). Files that were found good are remembered by size and time of
/// change. A file that is missing or no HDF5 file passes: whoever opens it says so.
void inspect_foreign_file(std::filesystem::path const& path);

/// Collective. Before a file is opened for reading: one that tidemill committed has its check sum compared (see
/// file_sum.hpp), any other is inspected by rank 0's child.
void check_before_opening(Comm const& comm, std::filesystem::path const& path);

}  // namespace tidemill::io
