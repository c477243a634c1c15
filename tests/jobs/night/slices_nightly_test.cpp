#include <gtest/gtest.h>

#include <map>
#include <string>

#include "io/store/night.hpp"
#include "io/store/posix.hpp"
#include "io/store/registry.hpp"
#include "io/tables/read_table.hpp"
#include "tests/jobs/night/night_fixture.hpp"

namespace tidemill::jobs {
namespace {

using tests::world;

/// Mains sell as many on every day of a price, each another number; sides by chance, about as many as mains on average.
/// Of one side more were sold at the lower price in the days before the judged ones.
std::string sales_of_slices() {
  std::string text = "location,time,order_id,line_id,item_key,item_name,category,qty,gross,net,unit_cost\n";
  std::uint64_t state = 7;
  for (int day = 1; day <= 58; ++day) {
    bool const is_may = day <= 31;
    int const of_month = is_may ? day : day - 31;
    std::string const date = std::string(is_may ? "2026-05-" : "2026-06-") + (of_month < 10 ? "0" : "") +
                             std::to_string(of_month) + " 12:00:00";
    for (int item = 0; item < 8; ++item) {
      bool const is_main = item % 2 == 0;
      state = state * 6364136223846793005u + 1442695040888963407u;
      bool const is_cheap = (day / 7 + item) % 2 == 0;
      int const by_chance = 1 + static_cast<int>((state >> 33) % 9) + (is_cheap && item == 7 && day <= 40 ? 6 : 0);
      int const units = is_main ? 2 + item + (is_cheap ? 3 : 0) : by_chance, price = is_cheap ? 5 : 6;
      std::string const number = std::to_string(day * 10 + item), amount = std::to_string(units * price) + ".00";
      text += "Quay," + date + ",o" + number + ",l" + number + "," + std::to_string(item) + ",No. " +
              std::to_string(item) + (is_main ? ",Mains," : ",Sides,") + std::to_string(units) + "," + amount + "," +
              amount + ",2.00\n";
    }
  }
  return text;
}

class SlicesNightly : public NightFixture {
 protected:
  SlicesNightly() {
    io::agree(world(), "input", [&] {
      if (world().is_root()) io::write_file(folder_ / "sales.csv", sales_of_slices());
    });
  }
  static std::string config(std::string const& trees) {
    return "[ingest]\nsource = generic: sales.csv\n[forecast]\nhorizon = 4\nblock = 4\nquantile-trees = 2\n"
           "min-rows-in-leaf = 2\ncalibration-days = 3\n" +
           trees +
           "[backtest]\norigins = 2\nstep = 7\n[menu]\nresamples = 5\n[gate]\nmetrics = wape\nresamples = 500\n"
           "min-units = 3\nslices = category\nslice-min-rows = 8\n[elasticity]\nmin-prices = 2\n"
           "min-days-per-price = 5\n[price]\ndemand = model\nresamples = 5\n";
  }
  /// Two nights: the first model knows nothing but the mean, which is best for chance; the second one learns and is
  /// worse there, so that it stays out but for the mains.
  void two_nights(io::Comm const& comm, std::string const& store) {
    ASSERT_EQ(run_nightly_on(comm, store, "2026-06-20", config("trees = 1\nlearning-rate = 0.01\n")), ExitCode::done)
        << message_;
    ASSERT_EQ(run_nightly_on(comm, store, "2026-06-27", config("trees = 40\nlearning-rate = 0.3\n")), ExitCode::refused)
        << message_;
  }
  std::filesystem::path current(std::string const& store) const { return folder_ / store / "main/current"; }
};

TEST_F(SlicesNightly, EachSliceIsForecastAndPricedByItsOwnChampion) {
  if (world().size() != 2) GTEST_SKIP() << "run on two ranks";
  two_nights(world(), "store");
  io::ModelAliases const used = io::read_aliases(world(), current("store")).in_use.at("demand");
  EXPECT_TRUE(used.champion.starts_with("2026-06-20-")) << used.champion;
  ASSERT_EQ(used.slices.size(), 1u);
  std::string const learnt = used.slices.at("Mains");
  EXPECT_TRUE(learnt.starts_with("2026-06-27-")) << learnt;

  io::Comm const self = io::Comm::self();
  io::Table const forecasts = io::read_table(self, current("store") / "csv/forecast.csv");
  io::Table const curves = io::read_table(self, current("store") / "csv/price_curves.csv");
  std::map<double, double> units;  // per day, by item
  for (std::int64_t row = 0; row < forecasts.rows(); ++row) {
    double const item = forecasts.at("item_key").number(row);
    bool const is_side = static_cast<int>(item) % 2 == 1;
    EXPECT_EQ(forecasts.at("version").text(row), is_side ? used.champion : learnt);
    EXPECT_EQ(forecasts.at("rung").text(row), is_side ? "champion" : "slice champion");
    units[item] += forecasts.at("forecast").number(row) / 4;
  }
  int mains = 0, sides = 0;
  for (std::int64_t row = 0; row < curves.rows(); ++row) {
    if (curves.at("is_current").number(row) == 0) continue;
    double const item = curves.at("item").number(row);
    EXPECT_NEAR(curves.at("units").number(row), units.at(item), 1e-6) << "item " << item;
    ++(static_cast<int>(item) % 2 == 1 ? sides : mains);
  }
  EXPECT_GT(mains, 0);
  EXPECT_GT(sides, 0);

  // On one rank the same.
  std::string const digest = io::verify_night(world(), current("store")).digest;
  if (world().size() > 1 && world().is_root()) {
    two_nights(self, "alone");
    EXPECT_EQ(io::verify_night(self, current("alone")).digest, digest);
  }
  world().barrier();
}

}  // namespace
}  // namespace tidemill::jobs
