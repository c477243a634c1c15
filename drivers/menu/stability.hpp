#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "drivers/menu/menu_rows.hpp"

namespace tidemill::drivers {

/// Sales lines of one place, lines of one order next to each other. `slot` numbers the items of the place from 0.
struct BootstrapLines {
  std::vector<std::uint64_t> order;  ///< of each line
  std::vector<std::int32_t> slot;
  std::vector<std::int64_t> units, net;  ///< thousandths, cents

  void clear();
};

/// Units and net sales of each slot in each resample: [slot * resamples + resample]. Whole numbers: those of several
/// places or ranks may be added in any order.
struct BootstrapTotals {
  std::vector<std::int64_t> units, net;
};

/// Local. Totals of `resamples` resamples of whole orders.
BootstrapTotals resample_lines(BootstrapLines const& lines, std::size_t slots, int resamples, std::uint64_t seed);

/// Sets the stability of the compared rows, whose slots are their positions: the share of resamples in which the class
/// is the one of the row.
void set_stability(std::vector<MenuRow>& rows, BootstrapTotals const& totals, int resamples, MenuRule const& rule);

}  // namespace tidemill::drivers
