#include "drivers/report/read_night.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "drivers/report/read_parts.hpp"
#include "drivers/report/text.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers::report {
namespace {

/// Whole weeks of units per item, oldest first; they end with the last day sold.
std::map<std::string, std::vector<double>> weekly_units(NightTable const& days, std::int64_t last_day) {
  std::map<std::string, std::map<std::int64_t, double>> weeks;
  for (std::int64_t row = 0; row < days.rows(); ++row) {
    std::int64_t const age = last_day - days.whole("date", row);
    if (age < 0 || days.text("item_key", row).empty()) continue;
    weeks[days.text("item_key", row)][-(age / 7)] += days.number("units", row);
  }
  std::map<std::string, std::vector<double>> series;
  for (auto const& [item, units] : weeks) {
    for (auto const& [week, total] : units) series[item].push_back(total);
  }
  return series;
}

std::string model_name(std::string const& model) {
  static std::map<std::string, std::string> const names{{"boost", "boosted trees"},
                                                        {"forest", "random forest"},
                                                        {"last_value", "last value"},
                                                        {"seasonal_naive", "same weekday last week"},
                                                        {"season_mean", "mean of the last 4 same weekdays"}};
  auto const known = names.find(model);
  return known == names.end() ? model : known->second;
}

}  // namespace

void read_trends(NightTable const& trends, NightTable const& item_days, ReportData& data) {
  std::map<std::string, std::vector<double>> weekly = weekly_units(item_days, data.date);
  for (std::int64_t row = 0; row < trends.rows(); ++row) {
    std::string const item = trends.text("item", row);
    data.trends.push_back({trends.item_name("item", row), trends.text("trend", row),
                           trends.number("slope_per_week", row) * 7, trends.number("mean_units", row) * 7,
                           trends.number("q", row), trends.number("season_strength", row), weekly[item]});
  }
  std::stable_sort(data.trends.begin(), data.trends.end(), [](auto const& a, auto const& b) {
    return std::abs(a.change / a.level) > std::abs(b.change / b.level);
  });
}

void read_backtest(NightTable const& metrics, ReportData& data) {
  for (std::int64_t row = 0; row < metrics.rows(); ++row) {
    if (metrics.whole("horizon", row) != 0) continue;
    std::string const model = metrics.text("model", row);
    data.backtest.push_back({model_name(model), model == "boost" || model == "forest", metrics.number("wape", row),
                             metrics.number("rmsse", row), metrics.number("mase", row), metrics.number("bias", row),
                             metrics.number("coverage", row)});
  }
  std::stable_sort(data.backtest.begin(), data.backtest.end(),
                   [](auto const& a, auto const& b) { return a.is_ours && !b.is_ours; });
}

void read_sources(NightTable const& sources, NightTable const& quarantine, ReportData& data) {
  for (std::int64_t row = 0; row < sources.rows(); ++row) {
    data.sources.push_back({sources.text("file", row), sources.whole("rows_read", row),
                            sources.whole("rows_accepted", row), sources.whole("rows_quarantined", row),
                            sources.cents("net_in_file", row), sources.cents("net_accepted", row),
                            sources.cents("net_quarantined", row)});
  }
  for (std::int64_t row = 0; row < quarantine.rows(); ++row) {
    data.quarantine.push_back({quarantine.text("reason", row), quarantine.whole("rows", row)});
  }
}

/// What a column of the daily sales is counted in, for people: thousandths of units, cents.
double units_of_column(std::string const& of, std::string const& column) {
  if (of != "sales") return 1;
  return column == "units" ? 1000 : column == "unit_price" || column == "unit_cost" ? 100 : 1;
}

void read_drift(NightTable const& columns, NightTable const& bins, ReportData& data) {
  auto const share = [](std::int64_t part, std::int64_t all) {
    return all > 0 ? static_cast<double>(part) / static_cast<double>(all) : 0;
  };
  for (std::int64_t row = 0; row < columns.rows(); ++row) {
    std::int64_t const before = columns.whole("rows_reference", row), now = columns.whole("rows_current", row);
    double const scale = units_of_column(columns.text("of", row), columns.text("column", row));
    auto const number = [&](char const* name) { return columns.number(name, row); };
    auto const scaled = [&](char const* name) { return columns.number(name, row) / scale; };
    DriftColumn drift{columns.text("of", row),
                      columns.text("column", row),
                      columns.text("verdict", row),
                      number("psi"),
                      number("ks"),
                      number("js"),
                      scaled("mean_reference"),
                      scaled("mean_current"),
                      scaled("p50_reference"),
                      scaled("p50_current"),
                      share(columns.whole("missing_reference", row), before),
                      share(columns.whole("missing_current", row), now),
                      {}};
    for (std::int64_t bin = 0; bin < bins.rows(); ++bin) {
      if (bins.text("of", bin) != drift.of || bins.text("column", bin) != drift.column) continue;
      double const upper = bins.number("upper", bin);
      std::string const name = bins.text("name", bin);
      std::string const range = std::isfinite(upper) ? "up to " + number_text(upper / scale, 2) : "more";
      drift.bins.push_back({name.empty() ? range : name, share(bins.whole("rows_reference", bin), before),
                            share(bins.whole("rows_current", bin), now)});
    }
    data.drift.push_back(std::move(drift));
  }
}

ReportData read_night(std::filesystem::path const& results_file, RunRecord const& run) {
  io::Hdf5File file = io::Hdf5File::open(io::Comm::self(), results_file);
  auto const table = [&](char const* name) { return NightTable(file, name); };
  ReportData data;
  data.title = run.title;
  data.currency = run.currency;
  data.interval_level = run.interval;
  data.night_digest = run.night_digest;
  data.run = run;
  NightTable const item_days = table("item_days");
  read_demand(item_days, data);
  read_menu(table("menu"), data);
  read_prices(table("prices"), table("price_curves"), table("elasticities"), data);
  read_promotions(table("promotions"), table("strategies"), data);
  read_trends(table("trends"), item_days, data);
  read_backtest(table("backtest"), data);
  read_gate(results_file.parent_path() / "gate.json", data);
  read_drift(table("drift"), table("drift_bins"), data);
  read_sources(table("sources"), table("quarantine"), data);
  return data;
}

}  // namespace tidemill::drivers::report
