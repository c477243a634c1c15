#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/gate/gate.hpp"
#include "io/hdf5/file.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// Forecasts whose outcome is known, of rows that the model was not trained on; a version keeps its own inside its
/// file, so that a later challenger can be compared with it on the same days. This rank's rows, in any order.
struct JudgedForecasts {
  std::vector<std::uint64_t> unit;  ///< series (drivers/gate/units.hpp)
  std::vector<std::int64_t> time;   ///< the day that was forecast
  std::vector<std::int64_t> lead;   ///< age in days of the newest data that the forecast used
  std::vector<double> actual, forecast;

  std::size_t size() const { return unit.size(); }
};

/// Collective. As the group "judged" of an open file, and back (each rank an even share).
void save_judged(io::Comm const& comm, io::Hdf5File& file, JudgedForecasts const& judged);
JudgedForecasts load_judged(io::Comm const& comm, io::Hdf5File& file);

/// The days of each series that both models forecast, with the outcome that the challenger was judged by.
struct PairedForecasts {
  std::vector<std::uint64_t> unit;
  std::vector<double> actual, champion, challenger;
};

/// Collective. A row counts when the champion's forecast of the same day used data at most as old as the challenger's,
/// so that the challenger never has the advantage of fresher data; of several such rows the one of the nearest age. The
/// same rows for any number of ranks.
PairedForecasts pair_forecasts(io::Comm const& comm, JudgedForecasts const& champion,
                               JudgedForecasts const& challenger);

/// The metrics of such rows by name (paired_metrics.hpp), the target first.
PairedRows paired_rows(PairedForecasts const& rows, std::vector<std::string> const& metrics);

}  // namespace tidemill::drivers
