#pragma once

#include <cstdint>
#include <vector>

#include "io/comm/comm.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// Collective. For each item (entry of `item`'s dictionary), the code that the text column `attribute` has in the
/// item's last row in global order; -1 when missing there. A renamed item so has one name everywhere.
std::vector<std::int64_t> last_code_of_items(io::Comm const& comm, io::Column const& item, io::Column const& attribute,
                                             std::int64_t first_row);

}  // namespace tidemill::drivers
