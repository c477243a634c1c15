#pragma once

#include <cmath>
#include <limits>
#include <string>

#include "drivers/report/report_data.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers::report {

/// Numbers between 0 and 1 that look random and are the same everywhere.
inline double draw(int i) { return std::fmod(std::abs(std::sin(i * 12.9898) * 43758.5453), 1.0); }

inline DemandPanel example_panel(std::string const& name, double level, int seed) {
  constexpr std::int64_t today = 20777;
  DemandPanel panel{name, {}, {}, {}};
  auto const expected = [&](std::int64_t day) { return level * (day % 7 < 2 ? 1.35 : 0.9); };
  for (std::int64_t day = today - 55; day <= today; ++day) {
    double const value = expected(day) * (0.85 + 0.3 * draw(static_cast<int>(day) * 7 + seed));
    panel.actual.push_back({day, std::round(value)});
    if (day > today - 28) panel.tested.push_back({day, expected(day), expected(day) * 0.85, expected(day) * 1.17});
  }
  for (std::int64_t day = today + 1; day <= today + 14; ++day) {
    panel.forecast.push_back({day, expected(day), expected(day) * 0.84, expected(day) * 1.18});
  }
  return panel;
}

/// A night of a small chain with every kind of value in it: unknown numbers, texts that must be escaped, losses.
inline ReportData example_report() {
  double const unknown = std::numeric_limits<double>::quiet_NaN();
  ReportData data;
  data.title = "Night report: Harbour & Sons <b>";
  data.currency = "EUR";
  data.date = 20777;
  data.night_digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  data.interval_level = 0.8;
  data.headline = {15302450, 14811390, 15644200, 184300, 12};
  data.chain = example_panel("All locations together", 1900, 1);
  char const* names[] = {"Cheeseburger",
                         "Margherita",
                         "Fish & chips",
                         "Caesar salad",
                         "Tomato soup",
                         "Beef burger XL",
                         "Veggie burger",
                         "Lasagne al forno",
                         "Chicken wings",
                         "Onion rings",
                         "Lemon tart",
                         "Chocolate mousse",
                         "Iced tea",
                         "Flat white",
                         "House lemonade",
                         "Sparkling water",
                         "Risotto funghi",
                         "<script>alert(1)",
                         "Steak frites 250 g",
                         "Grilled sea bass",
                         "Truffle linguine",
                         "Kids' pasta",
                         "Sticky toffee pudding",
                         "Garlic bread"};
  char const* classes[] = {"Star", "Plowhorse", "Puzzle", "Dog"};
  char const* actions[] = {"keep recipe, portion and place on the menu; test a small price rise",
                           "popular but thin: raise the price in small steps, trim plate cost",
                           "earns well but few order it: better place, name or picture",
                           "neither popular nor profitable: rework it, or take it off the menu"};
  int i = 0;
  for (char const* name : names) {
    ++i;
    double const popularity = 0.2 + 2.3 * draw(i), excess = 700 * (draw(i + 50) - 0.5);
    int const kind = popularity >= 1 ? (excess >= 0 ? 0 : 1) : (excess >= 0 ? 2 : 3);
    data.menu.push_back({name, i % 3 == 0 ? "Mains" : "Starters", classes[kind], actions[kind], 4000 - i * 100,
                         900 + i * 40, 500 + static_cast<std::int64_t>(excess), popularity, excess,
                         0.55 + 0.45 * draw(i + 9)});
  }
  data.menu.push_back({"Pumpkin pie", "Desserts", "NO_COST", "enter the plate cost: without it the margin is unknown",
                       812, 650, io::missing_integer, unknown, unknown, unknown});
  for (int p = 0; p < 9; ++p) {
    PriceAdvice advice{names[p],
                       p % 2 == 0 ? "Harbour Street" : "Station",
                       950 + 20 * p,
                       995 + 20 * p,
                       24500 - 2400 * p,
                       9000 - 900 * p,
                       41000 - 3000 * p,
                       -1.4 - 0.1 * p,
                       "",
                       p % 3 == 0 ? "largest change" : "",
                       {}};
    for (int k = 0; k <= 20; ++k) {
      double const price = 850 + 20 * p + 10 * k;
      advice.curve.push_back({price, 90000 - 8 * std::pow(price - (1000 + 22 * p), 2) / 3});
    }
    data.prices.push_back(advice);
  }
  data.prices.push_back({"Onion rings",
                         "Station",
                         450,
                         450,
                         0,
                         io::missing_integer,
                         io::missing_integer,
                         unknown,
                         "past prices do not identify the elasticity",
                         "",
                         {}});
  data.promotions = {{"Margherita", 3, 812, 214000, 60000, 2.57, "discount", "elastic and past runs paid"},
                     {"Chicken wings", 2, 415, 50400, 60000, -0.16, "bundle", "bought with Iced tea"},
                     {"Lemon tart", 1, 96, -31200, 20000, -2.56, "none", "past runs lost money"},
                     {"Iced tea", 1, 140, 8800, 0, unknown, "feature", "sells on sight"}};
  for (int t = 0; t < 5; ++t) {
    TrendResult trend{names[t + 4],
                      t < 3 ? "rising" : "falling",
                      t < 3 ? 2.1 + t : -3.0 + t,
                      210.0 + 10 * t,
                      t == 0 ? 0.0002 : 0.01 * t,
                      0.2 * t,
                      {}};
    for (int w = 0; w < 26; ++w) trend.weekly.push_back(200 + (t < 3 ? 2.0 : -2.0) * w + 25 * draw(w * 5 + t));
    data.trends.push_back(trend);
  }
  data.backtest = {{"boosted trees", true, 0.183, 0.71, 0.74, -0.004, 0.801},
                   {"last value", false, 0.334, 1.12, 1.31, 0.011, unknown},
                   {"seasonal naive (7)", false, 0.251, 0.96, 1.0, 0.002, unknown},
                   {"mean of last 4 same weekdays", false, 0.211, 0.83, 0.86, 0.003, unknown}};
  data.gate = {"2026-11-20-0123456789ab", "2026-11-19-<b>", "champion", {}, {}};
  data.gate.verdict.reason = "guardrail bias: the lower bound of its improvement is -.08, which is not above -.05";
  data.gate.verdict.rows = 1204;
  data.gate.verdict.units = 86;
  data.gate.verdict.figures = {{"wape", true, 0.191, 0.183, 0.008, 0.002, 0.014, 0, true},
                               {"bias", false, 0.004, 0.021, -0.017, -0.08, 0.04, -0.05, false},
                               {"rmsle", false, unknown, unknown, unknown, unknown, unknown, unknown, false}};
  data.gate.slices = {
      {"Mains", "", "no difference was found", 0.18, 0.18, 0.41, 0.62, 700},
      {"Drinks & <i>", "2026-11-20-0123456789ab", "the new model is better there (q 0.0015)", 0.22, 0.16, 0.0015, 1,
       340},
      {"Soups", "", "40 rows of 4 units were judged; 100 of 10 are needed", 0.3, 0.31, unknown, unknown, 40}};
  data.sources = {{"ItemSelectionDetails.csv", 412345, 412301, 44, 15302450, 15301200, 1250},
                  {"items-2026-11.csv", 198220, 198220, 0, 8104512, 8104512, 0}};
  data.quarantine = {{"quantity is not a number", 31}, {"date is missing", 13}};
  data.drift = {{"sales",
                 "units <b>",
                 "major",
                 0.4,
                 0.3,
                 unknown,
                 12,
                 18,
                 10,
                 15,
                 0,
                 0.02,
                 {{"up to 5", 0.5, 0.1}, {"more", 0.5, 0.9}}},
                {"sales", "category", "steady", unknown, unknown, 0.001, unknown, unknown, unknown, unknown, 0, 0, {}},
                {"boost", "forecast", "too_few", 0, 0, unknown, 12, 18, 10, 15, 0, 0, {{"missing", 0, 0}}}};
  data.run.alerts = {{"drift-level", "warning", "units <b> has shifted", 2, 2}};
  data.run.plan = {{"Forecast", 1.5, 20000000, 3000000, 2}};
  data.run.run = "2026-11-20-001";
  data.run.program_version = "0.1.0";
  data.run.ranks = 2;
  data.run.seed = 1;
  data.run.config = "horizon = 14\ntrees = 300\n";
  double const seconds[] = {3.2, 0.8, 41.5, 12.1, 2.2};
  for (int s = 0; s < 5; ++s) {
    StepRecord step;
    step.name = step.title = (char const*[]){"Ingest", "Daily sales", "Forecast", "Back-test", "Prices"}[s];
    step.key = data.night_digest;
    step.seconds = seconds[s];
    step.reused = s == 1;
    step.rows = 100000 / (s + 1);
    step.peak_memory = {180000000 + s * 20000000, 150000000};
    step.summary = "outcome of " + step.name;
    data.run.steps.push_back(step);
  }
  for (int p = 0; p < 6; ++p) data.items.push_back(example_panel(names[p], 120 - 15 * p, p));
  return data;
}

}  // namespace tidemill::drivers::report
