#pragma once

#include <limits>
#include <vector>

#include "drivers/promotion/baseline.hpp"

namespace tidemill::drivers {

/// What one promotion window did. Codes are those of the panel; units in items, money in the major unit.
struct WindowRow {
  std::int32_t location = 0, item = 0, category = -1;
  PromotionWindow window;
  std::int64_t days = 0, plan = -1;
  PromotionLedger ledger;
  double dip_units = 0, error = std::numeric_limits<double>::quiet_NaN(), cannibalised_units = 0,
         cannibalised_error = 0, halo_units = 0;
};

/// Collective. The table that measure_promotions describes, from the windows of this rank in order.
io::Table window_table(io::Comm const& comm, SalesPanel const& panel, std::vector<WindowRow> const& rows);

}  // namespace tidemill::drivers
