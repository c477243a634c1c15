#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// Ids of what the rows of a table are about, one per local row: equal for equal values in `columns` whatever ranks
/// hold them, and whatever other rows there are. Without columns each row is a unit of its own.
/// 64-bit hashes: two of a million units share one with a chance below 1e-7.
std::vector<std::uint64_t> unit_ids(io::Table const& table, std::vector<std::string> const& columns);

/// Collective. How many different ids there are over all ranks.
std::int64_t count_units(io::Comm const& comm, std::span<std::uint64_t const> ids);

}  // namespace tidemill::drivers
