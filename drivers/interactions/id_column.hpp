#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "drivers/interactions/entity_ids.hpp"
#include "io/comm/comm.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// Ids of users or items as this rank's rows have them: integers, or codes into texts (any order, this rank's own).
/// All ranks' columns are of the same kind.
struct IdColumn {
  bool is_text = false;
  std::vector<std::int64_t> integers;
  std::vector<std::int32_t> codes;
  std::vector<std::string> dictionary;

  std::int64_t size() const { return static_cast<std::int64_t>(is_text ? codes.size() : integers.size()); }
};

/// The ids themselves, one row each.
IdColumn as_column(EntityIds const& ids);

/// Collective. Column `source` of a table. Throws DataError naming `where` and the row for a missing id, and for
/// columns that cannot be ids (reals that are not whole numbers, money, dates).
IdColumn id_column(io::Comm const& comm, io::Column source, std::int64_t first_row, std::string const& where);

/// Appends the rows of `more`; integers become texts when one of the two has texts.
void append_ids(IdColumn& column, IdColumn more);

/// Collective. All distinct ids in the columns of all ranks, on every rank.
EntityIds distinct_ids(io::Comm const& comm, std::span<IdColumn const* const> columns);

/// The number of each row's id in `ids`, -1 when it is not among them.
std::vector<std::int64_t> numbers_of(IdColumn const& column, EntityIds const& ids);

}  // namespace tidemill::drivers
