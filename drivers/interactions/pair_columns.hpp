#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "drivers/interactions/read_interactions.hpp"
#include "io/tables/good_rows.hpp"

namespace tidemill::drivers {

/// Which columns of a table of pairs are what.
struct PairColumns {
  std::size_t user = 0, item = 0;
  std::optional<std::size_t> value, time;
};

/// `names`: the table's columns, at least two. Throws DataError naming `where` (the file) for a column that it does not
/// have, ConfigError when users and items are the same one.
PairColumns pair_columns(std::vector<std::string> const& names, InteractionFormat const& format,
                         std::string const& where);

/// Refuses rows without a user or an item, with ids that are fractions among numbers, and with a value or time that
/// is none.
io::JudgeMaker pair_judge(InteractionFormat const& format, std::string const& where);

}  // namespace tidemill::drivers
