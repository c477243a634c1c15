#pragma once

#include <filesystem>
#include <vector>

#include "drivers/interactions/pair_rows.hpp"
#include "io/comm/comm.hpp"
#include "io/tables/good_rows.hpp"

namespace tidemill::drivers {

/// Collective. This rank's lines of a file with one line per user: user item item ..., plain, gzip or zstd. A user may
/// have several lines, or none of the items. `order` is the place of the pair among those read. Words that cannot be
/// ids are DataError; with `bad` the pairs that they would be part of are appended there instead (a line whose user
/// cannot be read: as many as it has items, at least one; `column`: number of the word).
PairRows read_userlist(io::Comm const& comm, std::filesystem::path const& file, std::vector<io::BadRow>* bad = nullptr);

}  // namespace tidemill::drivers
