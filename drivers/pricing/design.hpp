#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "drivers/pricing/demand_regression.hpp"
#include "drivers/pricing/least_squares.hpp"

namespace tidemill::drivers {

/// The regression of one item: a row per usable day. Controls stand before prices, so that a price that moves only
/// with the controls is the column left out.
struct Design {
  DesignMatrix x;
  std::vector<double> units;
  std::vector<std::int32_t> location;  ///< of each row; equal ones are neighbours
  std::size_t price_column = 0;
  std::size_t promotion_column = 0;  ///< beyond the columns when there is none
  std::size_t first_other_column = 0;
  std::vector<std::int32_t> others;  ///< items whose prices are columns
};

/// Open, with a price above zero.
bool is_priced(SalesDay const& day);

Design make_design(SalesPanel const& panel, std::size_t first, std::size_t last, OtherPrices const& others,
                   ElasticityParams const& params, bool keeps_zeros);

/// Takes the weighted mean of each location out of every column and of y; returns the number of locations.
std::size_t remove_location_means(std::span<std::int32_t const> location, std::span<double const> weight,
                                  DesignMatrix& x, std::span<double> y);

std::size_t count_locations(std::span<std::int32_t const> location);

/// Distinct list prices (within price_step of each other) on enough dates without promotion: what a promotion does
/// beyond its price cannot be told apart from the price.
struct PriceLevels {
  std::int64_t count = 0;
  double lowest = 0, highest = 0;  ///< NaN when there is none
};
PriceLevels price_levels(SalesPanel const& panel, std::size_t first, std::size_t last, ElasticityParams const& params);

}  // namespace tidemill::drivers
