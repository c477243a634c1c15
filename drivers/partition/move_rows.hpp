#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// The rows `rows` (local numbers, in this order, repeats allowed) of a table, as rows of this rank. The range of the
/// result is the caller's to set: it is local here (first = 0, total = count).
io::Table take_rows(io::Table const& table, std::span<std::int64_t const> rows);

/// Collective. Local row i goes to rank destination[i]. Rows arrive in the order (sending rank, local row), which is
/// the global order when ranks hold consecutive parts. The range of the result is set.
io::Table move_rows(io::Comm const& comm, io::Table const& table, std::span<int const> destination);

/// Collective. All rows of a table on every rank, in global order: for small tables.
io::Table on_every_rank(io::Comm const& comm, io::Table const& table);

}  // namespace tidemill::drivers
