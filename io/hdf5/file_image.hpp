#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "io/comm/comm.hpp"
#include "io/hdf5/handle.hpp"

namespace tidemill::io {

/// Small HDF5 files are read by one rank, in one piece, and opened in memory: the library reads a file by pieces of
/// some hundred bytes, and every rank would. What was compared with its check sum is then also what is read.

/// Collective. All bytes of a file of up to 4 MiB, on every rank; empty for a larger one, for one that is missing and
/// for what is no ordinary file: whoever opens it says so. Throws Error when reading fails.
std::string read_small_file(Comm const& comm, std::filesystem::path const& path);

/// Collective. The same, and its bytes are those that were summed (see file_sum.hpp); empty also for a file that
/// tidemill did not commit. Throws DataError when its bytes were changed.
std::string read_small_committed(Comm const& comm, std::filesystem::path const& path);

/// Not collective. Opens the bytes, which are copied, for reading. `path` is for the library's own records. The handle
/// is not valid when they are no HDF5 file.
Handle open_image(std::filesystem::path const& path, std::string_view bytes);

}  // namespace tidemill::io
