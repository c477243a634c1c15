#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "drivers/menu/placement.hpp"
#include "io/comm/comm.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// One line of the matrix while it is being made.
struct MenuRow {
  std::int32_t location = io::missing_code;  ///< codes into the names below; a missing location is the whole chain
  std::int32_t category = io::missing_code;
  std::int32_t item = 0;
  MenuItem entry;
  Placement placement;
  double stability = std::numeric_limits<double>::quiet_NaN();
  std::int64_t first_day = io::missing_integer, last_day = io::missing_integer;
};

struct MenuNames {
  std::vector<std::string> locations, categories, items, item_names;
};

/// Places the rows [first, last), which are one compared set, by the rule.
void place_rows(std::vector<MenuRow>& rows, std::size_t first, std::size_t last, MenuRule const& rule);

/// Calls `visit(first, last)` for every compared set: rows of one location and category, next to each other.
template <class Visit>
void for_each_set(std::vector<MenuRow> const& rows, Visit const& visit) {
  for (std::size_t first = 0; first < rows.size();) {
    std::size_t last = first + 1;
    while (last < rows.size() && rows[last].location == rows[first].location &&
           rows[last].category == rows[first].category) {
      ++last;
    }
    visit(first, last);
    first = last;
  }
}

/// Collective. The result table (see menu.hpp) of this rank's rows, which are in order.
io::Table menu_table(io::Comm const& comm, std::vector<MenuRow> const& rows, MenuNames const& names,
                     MenuRule const& rule);

}  // namespace tidemill::drivers
