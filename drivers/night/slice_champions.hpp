#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "drivers/forecast/forecast.hpp"
#include "drivers/gate/slices.hpp"
#include "drivers/night/demand_version.hpp"
#include "drivers/night/night_params.hpp"

namespace tidemill::drivers {

/// What was decided on one slice, and why.
struct SliceRecord {
  SliceTest test;
  std::string champion;  ///< version of its own; empty: the champion for all serves it
};

/// Who stands against whom for the slices of one night.
struct SliceContest {
  NightGate const& gate;
  SliceMap const& map;
  JudgedForecasts const& challenger;
  std::string challenger_version;
  bool is_promoted = false;                                              ///< the challenger is the champion for all
  std::optional<DemandVersion> champion;                                 ///< for all, before tonight
  std::map<std::string, std::string> own_champions;                      ///< version by slice, before tonight
  std::function<std::optional<DemandVersion>(std::string const&)> load;  ///< collective; none: cannot be used
};

/// Collective. Judges the challenger in each slice against who serves it, its own champion or else the one for all.
/// Where it wins it serves the slice; where it loses, who served the slice goes on doing so. Where no difference is
/// found a slice keeps a champion of its own; where too little was judged it goes back to the champion for all.
/// A slice whose new champion is the champion for all has none of its own. Slices that nobody serves are left out.
std::vector<SliceRecord> choose_slice_champions(io::Comm const& comm, SliceContest const& contest);

/// Version by slice, of those with a champion of their own.
std::map<std::string, std::string> own_champions(std::vector<SliceRecord> const& slices);

/// Takes the forecasts of the units in `slice` from `own`, row by row (forecast, lower and upper), and writes `rung`
/// into the rows' texts. False, and nothing done, when the two tables are not of the same rows in the same order. Not
/// collective.
bool serve_slice(io::Table& forecasts, io::Table const& own, std::vector<std::string> const& series,
                 SliceMap const& map, std::string const& slice, std::vector<std::string>& rungs,
                 std::string const& rung);

}  // namespace tidemill::drivers
