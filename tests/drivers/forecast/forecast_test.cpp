#include "drivers/forecast/forecast.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "drivers/forecast/backtest.hpp"
#include "drivers/forecast/price_response.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/tables/table_file.hpp"
#include "kernels/random/philox.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using tests::ScratchFolder;
using tests::world;

constexpr std::int64_t first_forecast_day = 20002;  // a Monday

/// Items at two places: weekly pattern, demand that falls with the price, closed on Sundays.
io::Table sales(io::Comm const& comm, std::int64_t items, std::int64_t days) {
  std::int64_t const total = 2 * items * days;
  io::Table table;
  table.range = io::even_share(total, comm.rank(), comm.size());
  std::vector<std::string> location, item, category;
  std::vector<std::int64_t> date, units, price, promotion, open;
  for (std::int64_t row = table.range.first; row < table.range.end(); ++row) {
    std::int64_t const series = row / days;
    std::int64_t const day = row % days;
    auto const random = kernels::Philox::block(9, static_cast<std::uint64_t>(row), 0, 0);
    location.push_back(series % 2 == 0 ? "north" : "south");
    item.push_back("item " + std::to_string(series / 2));
    category.push_back(series / 2 % 2 == 0 ? "hot" : "cold");
    date.push_back(first_forecast_day + day);
    price.push_back(800 + 100 * ((day / 10 + series) % 4));
    promotion.push_back(day % 19 == 0 ? 1 : 0);
    open.push_back(day % 7 == 6 ? 0 : 1);
    std::int64_t const mean = (20 + 5 * series + 8 * (day % 7 == 4)) * 1000 / price.back() + 12 * promotion.back();
    units.push_back(open.back() * (mean + random.word[0] % 7) * 1000);
  }
  table.add(io::text_column(comm, "location", location));
  table.add(io::text_column(comm, "item_key", item));
  table.add(io::text_column(comm, "category", category));
  table.add(io::integer_column("business_date", date, io::ColumnType::date));
  table.add(io::integer_column("units", units));
  table.add(io::integer_column("unit_price", price, io::ColumnType::cents));
  table.add(io::integer_column("promotion", promotion));
  table.add(io::integer_column("is_open", open));
  return table;
}

ForecastParams small_params() {
  ForecastParams params;
  params.horizon = 10;
  params.block = 7;
  params.trees.trees = 12;
  params.trees.learning_rate = 0.25;
  params.trees.max_leaves = 8;
  params.trees.min_rows_in_leaf = 5;
  params.quantile_trees = 6;
  return params;
}

io::Progress silent(io::Comm const& comm) { return {comm, io::Progress::Level::quiet}; }

std::string digest_of(io::Comm const& comm, std::filesystem::path const& path, ForecastResult const& result) {
  return io::commit_hdf5(comm, path, {"result", "", 1, {}}, [&](io::Hdf5File& file) {
    io::write_table(file, "forecasts", result.forecasts);
    io::write_table(file, "importance", result.importance);
    save_blocks(file, result.blocks, result.params);
  });
}

TEST(Forecast, IsTheSameForAnyNumberOfRanksAndReusesFinishedModels) {
  ScratchFolder const folder;
  auto const run = [&](io::Comm const& comm, std::string const& name, CheckpointPlace const& place) {
    io::Progress progress = silent(comm);
    ForecastResult const result =
        forecast_demand(comm, kernels::Exec(), sales(comm, 2, 60), small_params(), place, progress);
    return digest_of(comm, folder / name, result);
  };
  std::string const together = run(world(), "together.h5", {});
  std::string alone;
  if (world().is_root()) alone = run(io::Comm::self(), "alone.h5", {});
  EXPECT_EQ(world().broadcast(alone), together);

  // The second run reads the finished models of the first.
  CheckpointPlace const place{folder / "checkpoints", "key", 1e9};
  EXPECT_EQ(run(world(), "first.h5", place), together);
  EXPECT_EQ(run(world(), "second.h5", place), together);
}

TEST(Forecast, CoversEveryLiveSeriesAndKnowsClosedDays) {
  io::Progress progress = silent(world());
  ForecastResult const result =
      forecast_demand(world(), kernels::Exec(), sales(world(), 3, 80), small_params(), {}, progress);
  io::Table const& table = result.forecasts;
  ASSERT_EQ(table.range.total, 6 * 10);
  ASSERT_EQ(result.blocks.size(), 2u);
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    std::int64_t const date = table.at("business_date").integers[static_cast<std::size_t>(row)];
    double const forecast = table.at("forecast").number(row);
    EXPECT_EQ(date, first_forecast_day + 79 + table.at("horizon").integers[static_cast<std::size_t>(row)]);
    if ((date - first_forecast_day) % 7 == 6) {
      EXPECT_EQ(forecast, 0);
    } else {
      EXPECT_GT(forecast, 5);
      EXPECT_LE(table.at("lower").number(row), table.at("upper").number(row));
    }
  }
}

TEST(Forecast, PlannedPromotionsCount) {
  io::Progress progress = silent(world());
  io::Table const daily = sales(world(), 2, 120);
  ForecastParams params = small_params();
  params.trees.trees = 30;
  params.trees.max_leaves = 15;
  params.interval = 0;
  auto const forecast_with = [&](io::Table const* plan) {
    ForecastResult const result = forecast_demand(world(), kernels::Exec(), daily, params, {}, progress, plan);
    EXPECT_TRUE(std::isnan(result.forecasts.rows() > 0 ? result.forecasts.at("lower").number(1) : std::nan("")));
    io::Table const& table = result.forecasts;
    double planned = 0;
    for (std::int64_t row = 0; row < table.rows(); ++row) {
      bool const is_planned = table.at("location").text(row) == "south" && table.at("item_key").text(row) == "item 1" &&
                              table.at("horizon").number(row) == 2;
      if (is_planned) planned = table.at("forecast").number(row);
    }
    return world().max(planned);
  };
  io::Table plan;
  bool const mine = world().is_root();
  plan.range = io::range_of_part(world(), mine ? 1 : 0);
  auto const one = [&](char const* text) { return mine ? std::vector<std::string>{text} : std::vector<std::string>{}; };
  plan.add(io::text_column(world(), "location", one("south")));
  plan.add(io::text_column(world(), "item_key", one("item 1")));
  auto const number = [&](std::int64_t value) {
    return mine ? std::vector<std::int64_t>{value} : std::vector<std::int64_t>{};
  };
  plan.add(io::integer_column("business_date", number(first_forecast_day + 121), io::ColumnType::date));
  plan.add(io::integer_column("promotion", number(1)));
  EXPECT_GT(forecast_with(&plan), forecast_with(nullptr) + 3);  // the truth is 12
}

TEST(PriceResponse, NeverRisesWithThePrice) {
  io::Progress progress = silent(world());
  ForecastParams params = small_params();
  params.interval = 0;
  ForecastResult const result = forecast_demand(world(), kernels::Exec(), sales(world(), 3, 120), params, {}, progress);
  DemandModel const demand = price_response(world(), kernels::Exec(), result);
  std::string const location = "north", item = "item 2", unknown = "nothing";
  std::vector<DemandQuestion> questions;
  for (int step = 0; step < 20; ++step) questions.push_back({&location, &item, 7.0 + 0.3 * step, 9.0, 10.0});
  questions.push_back({&location, &unknown, 9.0, 9.0, 10.0});
  std::vector<double> units(questions.size());
  demand(questions, units);
  EXPECT_TRUE(std::isnan(units.back()));
  for (std::size_t i = 1; i + 1 < units.size(); ++i) EXPECT_LE(units[i], units[i - 1]);
  EXPECT_GT(units.front(), units[units.size() - 2]);
}

TEST(Backtest, BeatsTheNaiveAndCoversForAnyNumberOfRanks) {
  ScratchFolder const folder;
  BacktestParams params;
  params.forecast = small_params();
  params.forecast.horizon = 7;
  params.origins = 2;
  params.step = 7;
  params.models = {"boost", "forest", "seasonal_naive"};
  auto const digest_over = [&](io::Comm const& comm, std::string const& name, io::Table* metrics) {
    io::Progress progress = silent(comm);
    BacktestResult const result = backtest(comm, kernels::Exec(), sales(comm, 3, 120), params, {}, progress);
    if (metrics != nullptr) *metrics = result.metrics;
    return io::commit_hdf5(comm, folder / name, {"result", "", 1, {}}, [&](io::Hdf5File& file) {
      io::write_table(file, "metrics", result.metrics);
      io::write_table(file, "forecasts", result.forecasts);
    });
  };
  io::Table metrics;
  std::string const together = digest_over(world(), "together.h5", &metrics);
  std::string alone;
  if (world().is_root()) alone = digest_over(io::Comm::self(), "alone.h5", nullptr);
  EXPECT_EQ(world().broadcast(alone), together);
  if (!world().is_root()) return;
  std::map<std::string, double> error;
  for (std::int64_t row = 0; row < metrics.rows(); ++row) {
    if (metrics.at("horizon").number(row) != 0) continue;
    EXPECT_EQ(metrics.at("pairs").number(row), 2 * 6 * 6);  // origins, open days, series
    error[metrics.at("model").text(row)] = metrics.at("rmse").number(row);
    if (metrics.at("model").text(row) == "boost") {
      EXPECT_NEAR(metrics.at("coverage").number(row), 0.8, 0.2);
    }
  }
  ASSERT_EQ(error.size(), 5u);
  EXPECT_LT(error["boost"], 0.8 * error["seasonal_naive"]);
  EXPECT_LT(error["boost"], 0.8 * error["last_value"]);
}

TEST(Backtest, RefusesTooManyOrigins) {
  BacktestParams params;
  params.forecast = small_params();
  params.origins = 50;
  params.step = 7;
  io::Progress progress = silent(world());
  EXPECT_THROW(backtest(world(), kernels::Exec(), sales(world(), 1, 60), params, {}, progress), ConfigError);
  params.origins = 1;
  params.models = {"oracle"};
  EXPECT_THROW(backtest(world(), kernels::Exec(), sales(world(), 1, 60), params, {}, progress), ConfigError);
}

}  // namespace
}  // namespace tidemill::drivers
