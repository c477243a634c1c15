#pragma once

#include <string>

#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// Collective. Adds the columns of `side` to the rows of `table` by a key column that both have (both text, or both
/// integers): one row of `side` per key, its values missing where it has none. `side` may be spread over the ranks and
/// must fit on each. Throws (exit code bad_data) for a key that `side` has twice, and for a column name both have.
io::Table left_join(io::Comm const& comm, io::Table const& table, io::Table const& side, std::string const& key);

}  // namespace tidemill::drivers
