#pragma once

#include <vector>

#include "drivers/forecast/forecast.hpp"

namespace tidemill::drivers {

/// A table of series with the rows to forecast put after the past of each live series.
struct ExtendedTable {
  SeriesTable rows;
  std::vector<std::int8_t> is_future;  ///< per local row
  std::int64_t last_time = 0;          ///< newest time of the past, over all ranks
};

/// Collective. Adds `horizon` rows to each series whose last row is at most live_steps older than the newest of all.
/// Planned columns carry on (promotions: off) or come from `plan`; measured ones are missing; `open` is 0 where the
/// series was closed at the same phase in each of the newest four seasons that have a row.
ExtendedTable add_future_rows(io::Comm const& comm, SeriesTable const& past, ForecastParams const& params,
                              io::Table const* plan);

}  // namespace tidemill::drivers
