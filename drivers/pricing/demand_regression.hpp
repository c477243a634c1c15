#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "drivers/pricing/elasticity.hpp"

namespace tidemill::drivers {

/// Standard errors to either side of an estimate that a 90 % interval spans.
inline constexpr double z_90 = 1.6448536269514722;

/// What the regression of one item found. Plain numbers, so that it can travel between ranks.
struct ItemEstimate {
  std::int32_t item = 0;
  std::int32_t category = -1;
  std::int32_t status = 0;  ///< see EstimateStatus
  std::int32_t is_poisson = 0;
  std::int64_t days = 0;       ///< used
  std::int64_t zero_days = 0;  ///< open days without sales
  std::int64_t locations = 0;
  std::int64_t prices = 0;  ///< distinct, each on enough dates
  double lowest_price = 0, highest_price = 0;
  double elasticity = 0, standard_error = 0;
  double promotion_effect = 0;
  double residual_sd = 0, r_squared = 0;
};

enum class EstimateStatus : std::int32_t {
  identified,
  no_prices,       ///< no day with a price and sales
  too_few_prices,  ///< fewer than min_prices prices on enough dates
  narrow_range,    ///< price range below min_price_range
  collinear,       ///< the price moves only with the controls
  includes_zero,   ///< 90 % interval of the elasticity includes 0
  positive,        ///< demand rises with the price
};

struct CrossEstimate {
  std::int32_t item = 0, other = 0;
  double elasticity = 0, standard_error = 0;
};

/// Log prices of other items beside each day of an item: column j of day d is values[j * days + d]; NaN where unknown.
struct OtherPrices {
  std::vector<std::int32_t> items;
  std::vector<double> values;
};

/// Local. Regresses the demand of one item on its price. `first`..`last` are its days in the panel, by location and
/// date. Cross elasticities are appended to `cross`.
ItemEstimate estimate_item(SalesPanel const& panel, std::size_t first, std::size_t last, OtherPrices const& others,
                           ElasticityParams const& params, std::vector<CrossEstimate>& cross);

}  // namespace tidemill::drivers
