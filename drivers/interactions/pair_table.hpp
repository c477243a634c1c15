#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/interactions/interactions.hpp"
#include "io/comm/comm.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// Collective. A column of outside ids, one per number in `numbers` (positions in `ids`, which may be this rank's own;
/// -1: missing).
io::Column id_values(io::Comm const& comm, std::string const& name, EntityIds const& ids,
                     std::vector<std::int64_t> const& numbers, std::string const& description);

/// Collective. The pairs as rows user, item and, where known, value and time, users and then items ascending.
io::Table pair_table(io::Comm const& comm, Interactions const& interactions);

}  // namespace tidemill::drivers
