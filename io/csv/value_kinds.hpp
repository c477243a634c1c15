#pragma once

#include <cstdint>
#include <string_view>

#include "io/tables/table.hpp"

namespace tidemill::io::csv {

/// The kinds of value seen in a column, as a set: sets unite in any order, so a column's type does not depend on how
/// the rows are shared out.
using Kinds = std::uint8_t;
constexpr Kinds no_value = 0;
constexpr Kinds integer_value = 1;
constexpr Kinds real_value = 2;
constexpr Kinds date_value = 4;
constexpr Kinds time_value = 8;
constexpr Kinds text_value = 16;
constexpr Kinds too_large_value = 32;  ///< a number beyond the range of a double

/// The kind of one value that is not missing.
Kinds kind_of(std::string_view value, char decimal);

/// The narrowest type that holds all of them.
ColumnType type_for(Kinds kinds);

}  // namespace tidemill::io::csv
