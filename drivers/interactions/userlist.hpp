#pragma once

#include <filesystem>

#include "drivers/interactions/pair_rows.hpp"
#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// Collective. This rank's lines of a file with one line per user: user item item ..., plain, gzip or zstd. A user may
/// have several lines, or none of the items. `order` is the place of the pair in the file.
PairRows read_userlist(io::Comm const& comm, std::filesystem::path const& file);

}  // namespace tidemill::drivers
