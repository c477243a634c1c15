#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/comm/comm.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// One sales line that counts for the menu.
struct MenuLine {
  std::int32_t location = 0, item = 0;
  std::uint64_t order = 0;  ///< hash of the order's id
  std::int64_t day = 0;
  std::int64_t units = 0, net = 0, cost = 0;  ///< thousandths; cents; cents per unit or missing
};

struct MenuLines {
  std::vector<MenuLine> lines;  ///< by (location, order), each location whole on one rank
  std::vector<std::string> locations, categories, items, item_names;
  std::vector<std::int64_t> category_of_item;  ///< by item code; -1: none
  std::int64_t last_day = 0;                   ///< of all ranks
};

/// Collective. Leaves out voids, deferred lines and modifiers of another line, then brings the lines of a location
/// together. `sales` is a canonical sales table; without a column order_id every line is an order of its own.
MenuLines bring_lines_together(io::Comm const& comm, io::Table const& sales);

/// Hash of a text that is the same on every machine (FNV-1a, mixed), for keys of random numbers.
std::uint64_t stable_hash(std::string const& text);

}  // namespace tidemill::drivers
