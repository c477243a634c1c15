#pragma once

#include <cstdint>
#include <vector>

#include "io/comm/comm.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// Margin arithmetic of one promotion window (domain definition 6). Money in one unit, units in items.
struct PromotionLedger {
  double units = 0, baseline_units = 0;
  double promotion_price = 0, regular_price = 0, cost = 0;
  double cannibalised_margin = 0, halo_margin = 0, fixed_cost = 0;

  double promotion_margin() const { return units * (promotion_price - cost); }
  double baseline_margin() const { return baseline_units * (regular_price - cost); }
  double incremental_margin() const {
    return promotion_margin() - baseline_margin() - cannibalised_margin + halo_margin;
  }
  /// NaN when there was no fixed cost.
  double roi() const;
};

struct UpliftResult {
  std::int64_t units = 0, treated = 0;
  double effect = 0;              ///< mean outcome of treated minus mean outcome of control
  double standard_error = 0;      ///< Welch
  double transformed_effect = 0;  ///< mean of Z = Y (W - e) / (e (1 - e))
  double transformed_error = 0;
  double qini = 0;            ///< area between the Qini curve and the straight line, per unit
  std::vector<double> curve;  ///< incremental outcome per unit at 0 %, 10 %, ..., 100 % targeted by score
};

/// Collective. Uplift of an experiment with a control group: columns treated (0/1), outcome, propensity (recorded at
/// assignment, between 0 and 1 exclusive), optional score (predicted uplift; higher is targeted first; ties by row).
UpliftResult measure_uplift(io::Comm const& comm, io::Table const& assignments);

}  // namespace tidemill::drivers
