#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/interactions/interactions.hpp"
#include "io/comm/comm.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

struct DailyCountParams {
  std::int64_t last_day = 0;    ///< days since 1970-01-01
  std::int64_t days = 182;      ///< newest ones counted
  std::int64_t min_count = 20;  ///< items with fewer interactions in them are left out
};

/// Collective. Interactions per item and day: item_key, business_date, units; every day from an item's first one in the
/// window to the last day has a row, days without interactions count 0. Items ascending, spread over the ranks.
io::Table daily_counts(io::Comm const& comm, Interactions const& interactions, DailyCountParams const& params);

/// Collective. The rows of daily_counts of some items in whole weeks back from the last day: item_key, week (its last
/// day), units.
io::Table weekly_counts(io::Comm const& comm, io::Table const& daily, std::vector<std::string> const& items);

}  // namespace tidemill::drivers
