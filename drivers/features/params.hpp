#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tidemill::drivers {

/// Which features a series gets, and from which columns. A direct forecast for a row at time t with the lead `lead`
/// may use: measured values stamped <= t - lead, and columns known in advance (planned price and promotion, calendar,
/// what an item is) of the row itself and of other rows of the same time.
struct FeatureParams {
  std::vector<std::string> series{"location", "item_key"};  ///< key columns
  std::string time = "business_date";                       ///< a date (steps are days) or an integer period
  std::string target = "units";
  double target_scale = 0.001;   ///< a stored target times this is a unit; daily sales hold thousandths
  bool log_values = false;       ///< lags, windows and group means are of ln(1 + y), y clipped at 0
  std::string open = "is_open";  ///< 0/1: rows with 0 are masked, not zeros; empty or absent: all count

  std::int64_t lead = 1;    ///< steps between the newest usable value and the row; at least 1
  std::int64_t season = 7;  ///< steps; 1: none

  std::vector<std::int64_t> lags{0, 1, 2};       ///< value at t - lead - lag
  std::vector<std::int64_t> seasonal_lags;       ///< value at t - lag; those below lead are left out
  std::vector<std::int64_t> windows{7, 14, 28};  ///< steps ending at t - lead; 0: all the past
  /// Of each window: mean, sd, min, max, median (windows up to 128 steps), count. Window 0 has mean and count only.
  std::vector<std::string> statistics{"mean", "sd", "min", "max", "median"};
  std::vector<std::int64_t> season_means{2, 4, 8};   ///< mean of so many newest values of the same phase
  std::vector<std::int64_t> unpromoted_windows{28};  ///< mean of the values without a promotion

  /// Lagged means of groups, e.g. "category" or "location+category": those of window 0 are shrunk to the mean of all by
  /// `smoothing` rows, so they are target statistics that have seen the past only.
  std::vector<std::string> groups{"location", "category", "item_key"};
  std::vector<std::int64_t> group_windows{7, 28, 0};
  double smoothing = 20;

  std::string price = "unit_price";                  ///< known in advance; empty: none
  std::string list_price;                            ///< gives discount_depth = 1 - price / list price; empty: none
  std::vector<std::int64_t> price_windows{28};       ///< price / median price of so many steps ending at t - lead
  std::vector<std::string> promotions{"promotion"};  ///< 0/1, known in advance: the flag and the steps into its run
  std::vector<std::string> known;                    ///< further number columns known in advance, as they are
  std::vector<std::int64_t> known_windows;           ///< means of discount_depth, promotions and known at t - lead
  std::vector<std::string> statics{"location", "item_key",
                                   "category"};  ///< text and integer columns are names, real ones numbers
  std::vector<std::string> peers;  ///< groups of the rows of one time: how many, price / their mean price, and the
                                   ///< means of promotions, discount_depth and known

  bool calendar = true;                      ///< weekday, day of month, month, day of year; of periods: the phase
  std::vector<std::string> holidays;         ///< YYYY-MM-DD, or MM-DD for every year
  std::vector<std::int64_t> paydays{1, 15};  ///< days of the month; empty: none
};

/// Throws ConfigError naming the key, its value and what is allowed.
void check(FeatureParams const& params);

/// Canonical "key = value" lines of everything the features depend on.
std::string to_text(FeatureParams const& params);

}  // namespace tidemill::drivers
