#pragma once

#include <cstdint>

#include "io/comm/comm.hpp"

namespace tidemill::io {

/// Collective. Bytes that each rank may still take when the ranks of its machine share what is available there, the
/// least over all machines; the largest integer where the system does not tell.
std::int64_t available_memory_per_rank(Comm const& comm);

}  // namespace tidemill::io
