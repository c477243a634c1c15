#pragma once

#include <functional>
#include <string>
#include <vector>

#include "io/comm/comm.hpp"

namespace tidemill::io {

/// Collective. The names that `list` gives on rank 0, in byte order, the same on every rank: what appears meanwhile is
/// in for all or none. `list` runs on rank 0 alone; what it throws is everybody's failure of `what` (see agree).
std::vector<std::string> shared_names(Comm const& comm, std::string const& what,
                                      std::function<std::vector<std::string>()> const& list);

}  // namespace tidemill::io
