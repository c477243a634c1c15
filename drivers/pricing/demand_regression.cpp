#include "drivers/pricing/demand_regression.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "drivers/pricing/design.hpp"
#include "drivers/pricing/least_squares.hpp"
#include "io/tables/missing.hpp"

namespace tidemill::drivers {
namespace {

/// What both estimators leave behind, by column of the design.
struct Fit {
  std::vector<double> coefficient, error;
  double residual_sd = io::missing_real, r_squared = io::missing_real;
};

double square(double value) { return value * value; }

/// Least squares of ln units with the mean of each location removed.
Fit fit_log_log(Design const& design) {
  DesignMatrix x = design.x;
  std::vector<double> y(x.rows);
  for (std::size_t i = 0; i < x.rows; ++i) y[i] = std::log(design.units[i]);
  std::vector<double> const weight(x.rows, 1.0);
  std::size_t const places = remove_location_means(design.location, weight, x, y);
  LeastSquares const solution = solve_least_squares(x, y);
  double total = 0;
  for (double const value : y) total += value * value;
  double const freedom = static_cast<double>(x.rows) - static_cast<double>(places + solution.rank);
  double const variance = freedom > 0 ? solution.residual_sum / freedom : io::missing_real;
  Fit fit{
      solution.coefficient, {}, std::sqrt(variance), total > 0 ? 1 - solution.residual_sum / total : io::missing_real};
  for (double const unscaled : solution.unscaled_variance) fit.error.push_back(std::sqrt(unscaled * variance));
  return fit;
}

/// Poisson pseudo-likelihood by iteratively weighted least squares, location effects removed in every round.
Fit fit_poisson(Design const& design) {
  std::size_t const rows = design.x.rows;
  double mean = 0;
  for (double const units : design.units) mean += units / static_cast<double>(rows);
  std::vector<double> eta(rows), mu(rows), weight(rows), error(rows);
  for (std::size_t i = 0; i < rows; ++i) eta[i] = std::log(0.5 * (design.units[i] + mean));
  LeastSquares solution;
  std::vector<double> previous;
  for (int round = 0; round < 60; ++round) {
    DesignMatrix x = design.x;
    std::vector<double> z(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      mu[i] = std::exp(eta[i]);
      weight[i] = mu[i];
      z[i] = eta[i] + (design.units[i] - mu[i]) / mu[i];
    }
    std::vector<double> const response = z;
    remove_location_means(design.location, weight, x, z);
    for (std::size_t j = 0; j < x.columns(); ++j) {
      for (std::size_t i = 0; i < rows; ++i) x.column(j)[i] *= std::sqrt(weight[i]);
    }
    for (std::size_t i = 0; i < rows; ++i) z[i] *= std::sqrt(weight[i]);
    solution = solve_least_squares(x, z);
    for (std::size_t i = 0; i < rows; ++i) {
      eta[i] = std::clamp(response[i] - solution.residual[i] / std::sqrt(weight[i]), -30.0, 30.0);
      error[i] = (design.units[i] - std::exp(eta[i])) / std::sqrt(weight[i]);
    }
    double change = previous.empty() ? 1.0 : 0.0;
    for (std::size_t k : solution.kept) {
      if (!previous.empty()) change = std::max(change, std::abs(solution.coefficient[k] - previous[k]));
    }
    previous = solution.coefficient;
    if (change < 1e-9) break;
  }
  double const used = static_cast<double>(solution.rank + count_locations(design.location));
  double const correction = static_cast<double>(rows) / std::max(1.0, static_cast<double>(rows) - used);
  Fit fit{solution.coefficient, {}, io::missing_real, io::missing_real};
  for (double const variance : solution.robust_variance(error)) fit.error.push_back(std::sqrt(variance * correction));
  double deviance = 0, total = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    deviance += square(design.units[i] - std::exp(eta[i]));
    total += square(design.units[i] - mean);
  }
  fit.residual_sd = std::sqrt(deviance / std::max(1.0, static_cast<double>(rows) - used));
  fit.r_squared = total > 0 ? 1 - deviance / total : io::missing_real;
  return fit;
}

EstimateStatus judge(ItemEstimate const& e, ElasticityParams const& params) {
  if (e.prices < params.min_prices) return EstimateStatus::too_few_prices;
  if (!(e.highest_price / e.lowest_price - 1 >= params.min_price_range)) return EstimateStatus::narrow_range;
  if (std::isnan(e.elasticity) || !(e.standard_error >= 0)) return EstimateStatus::collinear;
  if (e.elasticity - z_90 * e.standard_error > 0) return EstimateStatus::positive;
  return e.elasticity + z_90 * e.standard_error < 0 ? EstimateStatus::identified : EstimateStatus::includes_zero;
}

}  // namespace

ItemEstimate estimate_item(SalesPanel const& panel, std::size_t first, std::size_t last, OtherPrices const& others,
                           ElasticityParams const& params, std::vector<CrossEstimate>& cross) {
  ItemEstimate result;
  result.item = panel.days[first].item;
  result.category = panel.days[first].category;
  result.elasticity = result.standard_error = result.promotion_effect = io::missing_real;
  result.residual_sd = result.r_squared = result.lowest_price = result.highest_price = io::missing_real;
  std::int64_t open_days = 0;
  for (std::size_t i = first; i < last; ++i) {
    if (!is_priced(panel.days[i])) continue;
    ++open_days;
    if (!(panel.days[i].units > 0)) ++result.zero_days;
  }
  double const zero_share = static_cast<double>(result.zero_days) / std::max<double>(1, static_cast<double>(open_days));
  bool const keeps_zeros =
      params.fit == DemandFit::poisson || (params.fit == DemandFit::automatic && zero_share > params.zero_share);
  result.is_poisson = keeps_zeros ? 1 : 0;
  Design const design = make_design(panel, first, last, others, params, keeps_zeros);
  result.days = static_cast<std::int64_t>(design.x.rows);
  result.locations = static_cast<std::int64_t>(count_locations(design.location));
  if (result.days == 0) {
    result.status = static_cast<std::int32_t>(EstimateStatus::no_prices);
    return result;
  }
  PriceLevels const levels = price_levels(panel, first, last, params);
  result.prices = levels.count;
  result.lowest_price = levels.lowest;
  result.highest_price = levels.highest;
  Fit const fit = keeps_zeros ? fit_poisson(design) : fit_log_log(design);
  result.elasticity = fit.coefficient[design.price_column];
  result.standard_error = fit.error[design.price_column];
  if (design.promotion_column < design.x.columns()) result.promotion_effect = fit.coefficient[design.promotion_column];
  result.residual_sd = fit.residual_sd;
  result.r_squared = fit.r_squared;
  result.status = static_cast<std::int32_t>(judge(result, params));
  for (std::size_t j = 0; j < design.others.size(); ++j) {
    std::size_t const column = design.first_other_column + j;
    cross.push_back({result.item, design.others[j], fit.coefficient[column], fit.error[column]});
  }
  return result;
}

}  // namespace tidemill::drivers
