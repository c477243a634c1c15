#pragma once

#include <filesystem>
#include <string>

#include "io/comm/comm.hpp"

namespace tidemill::io {

/// Collective. What digest_of_file says (commit.hpp) of a file of the store, in less time: a committed HDF5 file whose
/// check sum over all bytes is right has the content digest that it carries. `verify` and `digest` do not rely on that.
std::string digest_of_committed(Comm const& comm, std::filesystem::path const& path);

}  // namespace tidemill::io
