#pragma once

#include <string>
#include <vector>

#include "drivers/features/params.hpp"
#include "drivers/partition/series.hpp"
#include "kernels/device.hpp"

namespace tidemill::drivers {

struct Feature {
  std::string name;
  bool is_known_in_advance = false;  ///< may use the row's own time; all others use t - lead and before
  bool is_categorical = false;
  int price_direction = 0;                ///< 1 rises with the row's price, -1 falls, 0 does not depend on it
  bool is_proportional_to_price = false;  ///< doubling the row's price doubles it: what a price search varies
};

/// One row per input row, in the same order.
struct FeatureTable {
  io::Table table;  ///< the feature columns only
  std::vector<Feature> features;
};

/// Collective. The features of every row, also of rows whose target is missing (the future). Rows of a series must be
/// sorted by time, with at most one row per time. The same values for any number of ranks: sums are integers (values
/// in units of 2^-20).
FeatureTable make_features(io::Comm const& comm, kernels::Exec const& exec, SeriesTable const& rows,
                           FeatureParams const& params);

}  // namespace tidemill::drivers
