#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/gate/gate.hpp"
#include "drivers/night/step_record.hpp"

namespace tidemill::drivers::report {

// What the report shows, as plain values on one rank. Unknown numbers are NaN, unknown money is io::missing_integer;
// both are shown as "not known". Dates are days since 1970-01-01, money is cents, shares are 0..1.

struct DayValue {
  std::int64_t date = 0;
  double value = 0;
};

struct DayForecast {
  std::int64_t date = 0;
  double value = 0;
  double lower = 0;  ///< NaN where no interval is known
  double upper = 0;
};

/// Units of one item, or of everything, over time.
struct DemandPanel {
  std::string name;
  std::vector<DayValue> actual;
  std::vector<DayForecast> tested;    ///< what would have been forecast for past days (from the back-test)
  std::vector<DayForecast> forecast;  ///< the days to come
};

struct MenuItem {
  std::string item;
  std::string category;
  std::string menu_class;  ///< Star, Plowhorse, Puzzle, Dog, or one outside the matrix (NEW, NO_COST, ...)
  std::string action;
  std::int64_t units = 0;
  std::int64_t price = 0;    ///< net per unit
  std::int64_t margin = 0;   ///< price less plate cost
  double popularity = 0;     ///< share of its category's units divided by the popularity threshold: 1 is the border
  double margin_excess = 0;  ///< cents above the category's average margin per unit: 0 is the border
  double stability = 0;      ///< share of resamples that give the same class
};

struct CurvePoint {
  double price = 0;   ///< cents
  double profit = 0;  ///< cents per week
};

struct PriceAdvice {
  std::string item;
  std::string location;
  std::int64_t price_now = 0;
  std::int64_t price_advised = 0;
  std::int64_t gain = 0;  ///< expected change of margin per week
  std::int64_t gain_lower = 0;
  std::int64_t gain_upper = 0;
  double elasticity = 0;
  std::string status;  ///< why there is no advice; empty when there is
  std::string limit;   ///< the constraint that stopped the price here; empty when none did
  std::vector<CurvePoint> curve;
};

/// All past promotions of one item together, and what to do next.
struct PromotionResult {
  std::string item;
  int windows = 0;  ///< past promotions measured
  double incremental_units = 0;
  std::int64_t incremental_margin = 0;  ///< of all windows, after cannibalisation, halo and the dip afterwards
  std::int64_t cost = 0;                ///< media and labour, not in the margin
  double roi = 0;                       ///< unknown when there was no cost
  std::string strategy;
  std::string reason;
};

struct TrendResult {
  std::string item;
  std::string direction;  ///< rising, falling, steady
  double change = 0;      ///< units per week, per week (Sen slope)
  double level = 0;       ///< typical units per week
  double q_value = 0;     ///< Mann-Kendall, Benjamini-Hochberg adjusted
  double season_strength = 0;
  std::vector<double> weekly;  ///< units per week, oldest first
};

struct BacktestRow {
  std::string model;
  bool is_ours = false;
  double wape = 0;
  double rmsse = 0;
  double mase = 0;
  double bias = 0;
  double coverage = 0;  ///< NaN for models without intervals
};

/// Shares of one bin of a column before and now.
struct DriftShare {
  std::string name;
  double reference = 0, current = 0;
};

/// How a column's values differ from before.
struct DriftColumn {
  std::string of, column;
  std::string verdict;             ///< steady, moderate, major, too_few
  double psi = 0, ks = 0, js = 0;  ///< NaN where the kind of column has no such measure
  double mean_reference = 0, mean_current = 0, p50_reference = 0, p50_current = 0;
  double missing_reference = 0, missing_current = 0;  ///< shares
  std::vector<DriftShare> bins;
};

struct SourceFile {
  std::string name;
  std::int64_t rows_read = 0;
  std::int64_t rows_accepted = 0;
  std::int64_t rows_quarantined = 0;
  std::int64_t money_read = 0;
  std::int64_t money_accepted = 0;
  std::int64_t money_quarantined = 0;
};

struct QuarantineReason {
  std::string reason;
  std::int64_t rows = 0;
};

/// One location's or the whole chain's plain figures of the last days.
struct Headline {
  std::int64_t sales_last_week = 0;    ///< net, the last seven business days
  std::int64_t sales_week_before = 0;  ///< net, the seven days before those
  std::int64_t sales_next_week = 0;    ///< forecast units at today's prices
  std::int64_t advice_gain = 0;        ///< margin per week that the price advice expects
  int advice_count = 0;
};

/// One slice's champion; errors of who served it before and of the new model.
struct GateSlice {
  std::string name;
  std::string own_champion;  ///< version; empty: the champion for all serves it
  std::string reason;
  double champion = 0, challenger = 0;  ///< NaN: not known
  double gain_q = 0, loss_q = 0;        ///< adjusted p values; NaN: too little was judged
  std::int64_t rows = 0;
};

/// What was decided on the new demand model.
struct GateReport {
  std::string version;  ///< of the new model; empty: the night has no gate
  std::string compared_with, rung;
  GateVerdict verdict;
  std::vector<GateSlice> slices;
};

struct ReportData {
  std::string title;
  std::string currency;  ///< ISO 4217
  std::int64_t date = 0;
  std::string night_digest;
  double interval_level = 0;  ///< share of days that the forecast interval is meant to cover
  Headline headline;
  DemandPanel chain;
  std::vector<DemandPanel> items;
  std::vector<MenuItem> menu;
  std::vector<PriceAdvice> prices;
  std::vector<PromotionResult> promotions;
  std::vector<TrendResult> trends;
  std::vector<BacktestRow> backtest;
  GateReport gate;
  std::vector<DriftColumn> drift;
  std::vector<SourceFile> sources;
  std::vector<QuarantineReason> quarantine;
  RunRecord run;
};

}  // namespace tidemill::drivers::report
