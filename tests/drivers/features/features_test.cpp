#include "drivers/features/features.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "drivers/features/calendar.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/tables/table_file.hpp"
#include "kernels/random/philox.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using tests::ScratchFolder;
using tests::world;

constexpr std::int64_t first_day = 20000;

/// Daily sales of a few items at a few places, some starting late, some days closed. `scrambled_after`: measured values
/// stamped later are replaced; planned ones are not.
io::Table sales(io::Comm const& comm, std::int64_t series, std::int64_t days, std::int64_t scrambled_after) {
  std::int64_t const total = series * days;
  io::Table table;
  table.range = io::even_share(total, comm.rank(), comm.size());
  std::vector<std::string> location, item, category;
  std::vector<std::int64_t> date, units, price, promotion, open, orders;
  for (std::int64_t row = table.range.first; row < table.range.end(); ++row) {
    std::int64_t const s = row / days;
    auto const random = kernels::Philox::block(5, static_cast<std::uint64_t>(row), 0, 0);
    location.push_back("place " + std::to_string(s % 3));
    item.push_back("item " + std::to_string(s));
    category.push_back(s % 2 == 0 ? "hot" : "cold");
    date.push_back(first_day + row % days);
    bool const is_hidden = date.back() > scrambled_after;
    units.push_back(static_cast<std::int64_t>((is_hidden ? random.word[3] : random.word[0]) % 50) * 500);
    orders.push_back(units.back() / 1000 + 1);
    price.push_back(row % 13 == 0 ? 900 : 1000 + 10 * s);
    promotion.push_back(row % 13 == 0 ? 1 : 0);
    open.push_back(date.back() % 7 == 3 ? 0 : 1);
  }
  table.add(io::text_column(comm, "location", location));
  table.add(io::text_column(comm, "item_key", item));
  table.add(io::text_column(comm, "category", category));
  table.add(io::integer_column("business_date", date, io::ColumnType::date));
  table.add(io::integer_column("units", units));
  table.add(io::integer_column("orders", orders));
  table.add(io::integer_column("unit_price", price, io::ColumnType::cents));
  table.add(io::integer_column("promotion", promotion));
  table.add(io::integer_column("is_open", open));
  return table;
}

FeatureParams all_features() {
  FeatureParams params;
  params.lead = 7;
  params.seasonal_lags = {5, 14};
  params.windows = {7, 28, 0};
  params.statistics = {"mean", "sd", "min", "max", "median", "count"};
  params.known_windows = {14};
  params.peers = {"category", "location+category"};
  params.holidays = {"12-25", "2024-11-28"};
  return params;
}

FeatureTable features_of(io::Comm const& comm, io::Table const& table, FeatureParams const& params) {
  SeriesTable const rows = partition_by_series(comm, table, params.series, params.time);
  return make_features(comm, kernels::Exec(), rows, params);
}

/// Features in which the rows up to `last` differ when everything measured after `origin` is replaced.
std::vector<std::string> leaks(FeatureParams const& params, std::int64_t origin, std::int64_t last) {
  io::Table const kept = sales(world(), 5, 120, first_day + 1000);
  io::Table const scrambled = sales(world(), 5, 120, origin);
  FeatureTable const a = features_of(world(), kept, params);
  FeatureTable const b = features_of(world(), scrambled, params);
  SeriesTable const rows = partition_by_series(world(), kept, params.series, params.time);
  std::vector<std::string> leaking;
  for (std::size_t c = 0; c < a.table.columns.size(); ++c) {
    std::int64_t differing = 0;
    for (std::int64_t row = 0; row < a.table.rows(); ++row) {
      if (rows.table.at(params.time).integers[static_cast<std::size_t>(row)] > last || a.features[c].is_categorical)
        continue;
      double const x = a.table.columns[c].number(row);
      double const y = b.table.columns[c].number(row);
      if (std::memcmp(&x, &y, sizeof(x)) != 0) ++differing;
    }
    if (world().sum(differing) > 0) leaking.push_back(a.features[c].name);
  }
  return leaking;
}

TEST(Features, DoNotSeeTheFuture) {
  std::int64_t const origin = first_day + 80;
  FeatureParams params = all_features();
  EXPECT_EQ(leaks(params, origin, origin + params.lead), std::vector<std::string>{});
  params.log_values = true;
  EXPECT_EQ(leaks(params, origin, origin + params.lead), std::vector<std::string>{});
}

TEST(Features, LeakTestFindsLeaks) {
  std::int64_t const origin = first_day + 80;
  FeatureParams params = all_features();
  params.known = {"orders"};  // measured, but declared as known in advance
  std::vector<std::string> const leaking = leaks(params, origin, origin + params.lead);
  EXPECT_NE(std::ranges::find(leaking, "orders"), leaking.end());
  EXPECT_NE(std::ranges::find(leaking, "orders_in_category"), leaking.end());
  EXPECT_EQ(std::ranges::find(leaking, "orders_mean_14"), leaking.end());
  // One step beyond the lead every measured feature sees the scrambled day.
  std::vector<std::string> const late = leaks(all_features(), origin, origin + params.lead + 1);
  for (char const* name : {"lag_7", "mean_7", "sd_28", "median_7", "mean_all", "season_mean_2", "category_mean_7",
                           "location_mean_all", "unpromoted_mean_28"}) {
    EXPECT_NE(std::ranges::find(late, name), late.end()) << name;
  }
}

TEST(Features, AreTheSameForAnyNumberOfRanks) {
  ScratchFolder const folder;
  auto const digest_over = [&](io::Comm const& comm, std::int64_t series, std::int64_t days) {
    FeatureTable const features = features_of(comm, sales(comm, series, days, first_day + 1000), all_features());
    return io::commit_hdf5(comm, folder / (comm.size() == 1 ? "alone.h5" : "together.h5"), {"table", "", 1, {}},
                           [&](io::Hdf5File& file) { io::write_table(file, "table", features.table); });
  };
  for (auto const& [series, days] : {std::pair(1, 1), std::pair(2, 40), std::pair(7, 100)}) {
    std::string const together = digest_over(world(), series, days);
    std::string alone;
    if (world().is_root()) alone = digest_over(io::Comm::self(), series, days);
    EXPECT_EQ(world().broadcast(alone), together);
  }
}

TEST(Features, HoldWhatTheirNamesSay) {
  io::Comm const self = io::Comm::self();
  io::Table table;
  table.range = {0, 4, 4};
  table.add(io::text_column(self, "item_key", {"a", "a", "a", "b"}));
  table.add(io::integer_column("week", {1, 2, 4, 2}));
  table.add(io::real_column("y", {std::exp(1.0) - 1, std::exp(3.0) - 1, std::nan(""), 0.0}));
  table.add(io::real_column("price", {2, 4, 3, 5}));
  table.add(io::real_column("base", {4, 4, 4, 0}));
  FeatureParams params;
  params.series = {"item_key"};
  params.time = "week";
  params.target = "y";
  params.target_scale = 1;
  params.log_values = true;
  params.lead = 2;
  params.season = 2;
  params.lags = {0};
  params.windows = {3};
  params.statistics = {"mean"};
  params.season_means = {2};
  params.unpromoted_windows = {};
  params.groups = {"item_key"};
  params.group_windows = {0};
  params.smoothing = 2;
  params.price = "price";
  params.list_price = "base";
  params.price_windows = {3};
  params.promotions = {};
  params.statics = {"item_key"};
  params.peers = {"week"};
  FeatureTable const features = make_features(self, kernels::Exec(), as_series(self, table, {"item_key"}), params);
  auto const at = [&](std::string const& name, std::int64_t row) { return features.table.at(name).number(row); };
  EXPECT_NEAR(at("lag_2", 2), 3, 1e-6);
  EXPECT_TRUE(std::isnan(at("lag_2", 1)));
  EXPECT_NEAR(at("mean_3", 2), 2, 1e-6);
  EXPECT_NEAR(at("season_mean_2", 2), 3, 1e-6);
  EXPECT_NEAR(at("item_key_mean_all", 2), (1 + 3 + 2 * (4.0 / 3)) / 4, 1e-6);  // all: 1, 3, 0
  EXPECT_NEAR(at("price_to_median_3", 2), 3.0 / 3.0, 1e-12);
  EXPECT_EQ(at("discount_depth", 0), 0.5);
  EXPECT_TRUE(std::isnan(at("discount_depth", 3)));
  EXPECT_EQ(at("rows_in_week", 1), 2);
  EXPECT_NEAR(at("price_to_week", 1), 4 / 4.5, 1e-6);
  EXPECT_EQ(at("phase", 2), 0);
}

TEST(Features, RefuseTwoRowsAtOneTime) {
  io::Table table = sales(world(), 2, 10, first_day + 1000);
  for (std::int64_t& date : table.at("business_date").integers) date = first_day;
  EXPECT_THROW(features_of(world(), table, all_features()), Error);
}

TEST(Calendar, KnowsDaysAndHolidays) {
  CalendarDay const day = calendar_day(19782);  // 2024-02-29
  EXPECT_EQ(day.weekday, 3);
  EXPECT_EQ(day.day_of_year, 60);
  EXPECT_EQ(day.year, 2024);
  Holidays const holidays({"12-25", "2024-03-31"});
  EXPECT_EQ(holidays.days_to_next(19782, 60), 31);
  EXPECT_EQ(holidays.days_since_last(19782, 100), 66);
  EXPECT_THROW(Holidays({"2024-13-01"}), ConfigError);
  EXPECT_THROW(Holidays({"Christmas"}), ConfigError);
}

}  // namespace
}  // namespace tidemill::drivers
