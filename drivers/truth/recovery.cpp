#include "drivers/truth/recovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "io/csv/write_csv.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

using Json = nlohmann::json;

io::Column const& any_of(io::Table const& table, std::string const& first, std::string const& second) {
  return table.has(first) ? table.at(first) : table.at(second);
}

/// Rows of a table by a text made from some columns.
using RowsByKey = std::map<std::string, std::int64_t>;

double median(std::vector<double> values) {
  if (values.empty()) return NAN;
  std::sort(values.begin(), values.end());
  std::size_t const half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

double mean(std::vector<double> const& values) {
  double sum = 0.0;
  for (double const value : values) sum += value;
  return values.empty() ? NAN : sum / static_cast<double>(values.size());
}

double correlation(std::vector<double> const& x, std::vector<double> const& y) {
  double const mean_x = mean(x);
  double const mean_y = mean(y);
  double xy = 0.0, xx = 0.0, yy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean_x) * (y[i] - mean_y);
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
  }
  return xx > 0.0 && yy > 0.0 ? xy / std::sqrt(xx * yy) : NAN;
}

void compare_elasticities(Json const& items, io::Table const& table, Recovery& recovery) {
  RowsByKey rows;
  for (std::int64_t row = 0; row < table.rows(); ++row) rows[table.at("item").text(row)] = row;
  std::vector<double> truths, found, errors;
  std::int64_t inside = 0;
  for (Json const& item : items) {
    auto const at = rows.find(item.at("sku"));
    bool const identified = at != rows.end() && table.at("status").text(at->second) == "IDENTIFIED";
    if (!item.at("identifiable").get<bool>()) {
      ++recovery.untested_items;
      recovery.withheld += !identified;
      continue;
    }
    ++recovery.tested_items;
    if (!identified) continue;
    ++recovery.identified;
    truths.push_back(item.at("elasticity"));
    found.push_back(table.at("elasticity").number(at->second));
    errors.push_back(std::abs(found.back() - truths.back()));
    inside += errors.back() <= 1.645 * table.at("elasticity_error").number(at->second);
  }
  recovery.elasticity_error = median(errors);
  recovery.elasticity_correlation = correlation(truths, found);
  if (!errors.empty()) recovery.elasticity_coverage = static_cast<double>(inside) / static_cast<double>(errors.size());
}

/// Compares a text column of the chain's rows with what the truth says under `field`.
void compare_labels(Json const& items, io::Table const& table, std::string const& column, std::string const& field,
                    std::int64_t& total, std::int64_t& right) {
  RowsByKey rows;
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    bool const is_chain = table.has("level") ? table.at("level").text(row) == "chain"
                                             : !table.has("location") || table.at("location").is_missing(row);
    if (is_chain) rows[table.at("item").text(row)] = row;
  }
  for (Json const& item : items) {
    // A dish on the menu for days or weeks only has no trend of its own.
    std::string const menu_class = item.at("class");
    if (field == "trend" && (menu_class == "NEW" || menu_class == "SEASONAL_OUT")) continue;
    ++total;
    auto const at = rows.find(item.at("sku"));
    right += at != rows.end() && table.at(column).text(at->second) == item.at(field).get<std::string>();
  }
}

std::string date_cell(io::Column const& column, std::int64_t row) {
  return column.is_text() ? column.text(row) : io::date_text(column.integers[static_cast<std::size_t>(row)]);
}

/// Incremental margins of one window after another.
class MarginComparison {
 public:
  void add(double truth, double found) {
    if (std::isnan(truth) || std::isnan(found)) return;
    ++windows_;
    truth_ += truth;
    found_ += found;
    same_sign_ += (truth > 0.0) == (found > 0.0);
  }
  void report(Recovery& recovery) const {
    if (windows_ == 0) return;
    recovery.margin_true = truth_;
    recovery.margin_found = found_;
    recovery.margin_sign = static_cast<double>(same_sign_) / static_cast<double>(windows_);
  }

 private:
  std::int64_t windows_ = 0, same_sign_ = 0;
  double truth_ = 0.0, found_ = 0.0;
};

void compare_promotions(Json const& promotions, io::Table const& table, Recovery& recovery) {
  RowsByKey rows;
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    rows[table.at("location").text(row) + "|" + table.at("item").text(row) + "|" +
         date_cell(table.at("first_day"), row)] = row;
  }
  std::vector<double> errors, truths, found;
  MarginComparison margins;
  for (Json const& promotion : promotions) {
    ++recovery.promotions;
    auto const at = rows.find(promotion.at("location").get<std::string>() + "|" +
                              promotion.at("sku").get<std::string>() + "|" + promotion.at("start").get<std::string>());
    if (at == rows.end()) continue;
    ++recovery.promotions_found;
    if (table.has("incremental_margin")) {
      margins.add(promotion.value("incremental_margin_cents", NAN) / 100.0,
                  table.at("incremental_margin").number(at->second));
    }
    double const baseline = table.at("baseline_units").number(at->second);
    if (!(baseline > 0.0)) continue;
    truths.push_back(promotion.at("uplift"));
    found.push_back(table.at("units").number(at->second) / baseline - 1.0);
    errors.push_back(std::abs(found.back() - truths.back()));
  }
  recovery.uplift_error = median(errors);
  recovery.uplift_true_mean = mean(truths);
  recovery.uplift_found_mean = mean(found);
  margins.report(recovery);
}

/// (location|sku|date) -> expected units. Names of the demo hold no commas between quotes except inside item names,
/// which are the only quoted cells.
std::map<std::string, double> expected_units_of(std::string const& csv) {
  std::map<std::string, double> expected;
  std::istringstream lines(csv);
  std::string line;
  std::getline(lines, line);
  if (line != "location,item,sku,date,expected_units") {
    throw DataError("truth_forecast.csv: expected the header location,item,sku,date,expected_units, found " + line);
  }
  while (std::getline(lines, line)) {
    std::size_t const value = line.rfind(',');
    std::size_t const date = line.rfind(',', value - 1);
    std::size_t const sku = line.rfind(',', date - 1);
    std::string const key = line.substr(0, line.find(',')) + "|" + line.substr(sku + 1, date - sku - 1) + "|" +
                            line.substr(date + 1, value - date - 1);
    expected[key] = std::stod(line.substr(value + 1));
  }
  return expected;
}

void compare_forecasts(std::string const& csv, io::Table const& table, Recovery& recovery) {
  std::map<std::string, double> const expected = expected_units_of(csv);
  io::Column const& item = any_of(table, "item", "item_key");
  io::Column const& date = any_of(table, "date", "business_date");
  double error = 0.0, bias = 0.0, total = 0.0;
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    auto const at = expected.find(table.at("location").text(row) + "|" + item.text(row) + "|" + date_cell(date, row));
    double const forecast = table.at("forecast").number(row);
    if (at == expected.end() || std::isnan(forecast)) continue;
    ++recovery.forecasts;
    error += std::abs(forecast - at->second);
    bias += forecast - at->second;
    total += at->second;
  }
  if (total > 0.0) {
    recovery.forecast_wape = error / total;
    recovery.forecast_bias = bias / total;
  }
}

Json number_or_null(double value) { return std::isnan(value) ? Json() : Json(value); }

}  // namespace

Recovery measure_recovery(DemoTruth const& truth, NightTables const& night) {
  Json const json = Json::parse(truth.json, nullptr, false);
  if (json.is_discarded() || !json.contains("items") || !json.contains("promotions")) {
    throw DataError("truth.json: expected an object with items and promotions as `tidemill generate` writes it");
  }
  Recovery recovery;
  if (night.elasticities != nullptr) compare_elasticities(json.at("items"), *night.elasticities, recovery);
  if (night.menu != nullptr) {
    compare_labels(json.at("items"), *night.menu, "class", "class", recovery.classes, recovery.classes_right);
  }
  if (night.trends != nullptr) {
    compare_labels(json.at("items"), *night.trends, "trend", "trend", recovery.trends, recovery.trends_right);
  }
  if (night.promotions != nullptr) compare_promotions(json.at("promotions"), *night.promotions, recovery);
  if (night.forecasts != nullptr) compare_forecasts(truth.forecast_csv, *night.forecasts, recovery);
  return recovery;
}

std::string recovery_text(Recovery const& r) {
  std::string text = "How much of the built-in truth the night found\n";
  if (r.tested_items > 0) {
    text += fmt::format(
        "  elasticity   {} of {} testable items identified, {} of {} others rightly withheld; median error {:.2f}, "
        "correlation {:.2f}, truth inside the 90 % interval {:.0f} %\n",
        r.identified, r.tested_items, r.withheld, r.untested_items, r.elasticity_error, r.elasticity_correlation,
        100.0 * r.elasticity_coverage);
  }
  if (r.classes > 0) text += fmt::format("  menu matrix  {} of {} classes right\n", r.classes_right, r.classes);
  if (r.trends > 0) text += fmt::format("  trend        {} of {} directions right\n", r.trends_right, r.trends);
  if (r.promotions > 0) {
    text += fmt::format(
        "  promotions   {} of {} windows found; mean uplift {:.0f} % (true {:.0f} %), median error {:.0f} points\n",
        r.promotions_found, r.promotions, 100.0 * r.uplift_found_mean, 100.0 * r.uplift_true_mean,
        100.0 * r.uplift_error);
  }
  if (!std::isnan(r.margin_found)) {
    text +=
        fmt::format("               incremental margin {:+.0f} in all (true {:+.0f}), gain or loss right in {:.0f} %\n",
                    r.margin_found, r.margin_true, 100.0 * r.margin_sign);
  }
  if (r.forecasts > 0) {
    text += fmt::format("  forecast     {} days ahead: WAPE {:.1f} % and bias {:+.1f} % against demand without noise\n",
                        r.forecasts, 100.0 * r.forecast_wape, 100.0 * r.forecast_bias);
  }
  return text;
}

std::string recovery_json(Recovery const& r) {
  nlohmann::ordered_json const json{{"tested_items", r.tested_items},
                                    {"identified", r.identified},
                                    {"untested_items", r.untested_items},
                                    {"withheld", r.withheld},
                                    {"elasticity_error", number_or_null(r.elasticity_error)},
                                    {"elasticity_correlation", number_or_null(r.elasticity_correlation)},
                                    {"elasticity_coverage", number_or_null(r.elasticity_coverage)},
                                    {"classes", r.classes},
                                    {"classes_right", r.classes_right},
                                    {"trends", r.trends},
                                    {"trends_right", r.trends_right},
                                    {"promotions", r.promotions},
                                    {"promotions_found", r.promotions_found},
                                    {"uplift_error", number_or_null(r.uplift_error)},
                                    {"uplift_true_mean", number_or_null(r.uplift_true_mean)},
                                    {"uplift_found_mean", number_or_null(r.uplift_found_mean)},
                                    {"margin_true", number_or_null(r.margin_true)},
                                    {"margin_found", number_or_null(r.margin_found)},
                                    {"margin_sign", number_or_null(r.margin_sign)},
                                    {"forecasts", r.forecasts},
                                    {"forecast_wape", number_or_null(r.forecast_wape)},
                                    {"forecast_bias", number_or_null(r.forecast_bias)}};
  return json.dump(2) + "\n";
}

}  // namespace tidemill::drivers
