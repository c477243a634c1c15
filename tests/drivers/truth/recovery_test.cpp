#include "drivers/truth/recovery.hpp"

#include <gtest/gtest.h>

#include "drivers/truth/asset_recovery.hpp"
#include "io/error.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

io::Table table_of_rows(std::int64_t rows) {
  io::Table table;
  table.range = {0, rows, rows};
  return table;
}

io::Column texts(std::string const& name, std::vector<std::string> const& values) {
  return io::text_column(io::Comm::self(), name, values);
}

DemoTruth const truth{
    R"({"items": [
  {"sku": "a", "identifiable": true, "elasticity": -2.0, "class": "Star", "trend": "rising"},
  {"sku": "b", "identifiable": true, "elasticity": -1.0, "class": "Dog", "trend": "steady"},
  {"sku": "c", "identifiable": false, "elasticity": -1.5, "class": "NEW", "trend": "steady"},
  {"sku": "d", "identifiable": true, "elasticity": -1.2, "class": "Puzzle", "trend": "falling"}],
 "promotions": [
  {"location": "X", "sku": "a", "start": "1970-01-11", "uplift": 0.5, "incremental_margin_cents": -1250},
  {"location": "Y", "sku": "a", "start": "1970-01-11", "uplift": 0.3}]})",
    "location,item,sku,date,expected_units\nX,\"A, \"\"big\"\"\",a,1970-01-02,10\nX,B,b,1970-01-02,30\n"};

TEST(Recovery, CountsWhatWasFound) {
  io::Table elasticities = table_of_rows(4);
  elasticities.add(texts("item", {"a", "b", "c", "d"}));
  elasticities.add(texts("status", {"IDENTIFIED", "IDENTIFIED", "NOT_IDENTIFIED", "NOT_IDENTIFIED"}));
  elasticities.add(io::real_column("elasticity", {-2.1, -1.3, -9.0, -1.2}));
  elasticities.add(io::real_column("elasticity_error", {0.1, 0.1, 0.1, 0.1}));
  io::Table menu = table_of_rows(4);
  menu.add(texts("level", {"chain", "chain", "chain", "location"}));
  menu.add(texts("item", {"a", "b", "c", "d"}));
  menu.add(texts("class", {"Star", "Plowhorse", "NEW", "Puzzle"}));
  io::Table trends = table_of_rows(3);
  trends.add(texts("item", {"a", "b", "d"}));
  trends.add(texts("trend", {"rising", "falling", "falling"}));
  io::Table promotions = table_of_rows(1);
  promotions.add(texts("location", {"X"}));
  promotions.add(texts("item", {"a"}));
  promotions.add(io::integer_column("first_day", {10}, io::ColumnType::date));
  promotions.add(io::real_column("units", {160}));
  promotions.add(io::real_column("baseline_units", {100}));
  promotions.add(io::real_column("incremental_margin", {-10}));
  io::Table forecasts = table_of_rows(3);
  forecasts.add(texts("location", {"X", "X", "X"}));
  forecasts.add(texts("item_key", {"a", "b", "b"}));
  forecasts.add(io::integer_column("business_date", {1, 1, 2}, io::ColumnType::date));
  forecasts.add(io::real_column("forecast", {12, 27, 50}));

  Recovery const r = measure_recovery(truth, {&elasticities, &menu, &trends, &promotions, &forecasts});
  EXPECT_EQ(r.tested_items, 3);
  EXPECT_EQ(r.identified, 2);
  EXPECT_EQ(r.untested_items, 1);
  EXPECT_EQ(r.withheld, 1);
  EXPECT_NEAR(r.elasticity_error, 0.2, 1e-12);
  EXPECT_NEAR(r.elasticity_correlation, 1.0, 1e-12);
  EXPECT_DOUBLE_EQ(r.elasticity_coverage, 0.5);
  EXPECT_EQ(r.classes, 4);
  EXPECT_EQ(r.classes_right, 2);
  EXPECT_EQ(r.trends, 3);
  EXPECT_EQ(r.trends_right, 2);
  EXPECT_EQ(r.promotions, 2);
  EXPECT_EQ(r.promotions_found, 1);
  EXPECT_NEAR(r.uplift_error, 0.1, 1e-12);
  EXPECT_EQ(r.margin_true, -12.5);
  EXPECT_EQ(r.margin_found, -10);
  EXPECT_EQ(r.margin_sign, 1);
  EXPECT_EQ(r.forecasts, 2);
  EXPECT_NEAR(r.forecast_wape, 5.0 / 40.0, 1e-12);
  EXPECT_NEAR(r.forecast_bias, -1.0 / 40.0, 1e-12);
  EXPECT_NE(recovery_text(r).find("2 of 3 testable items"), std::string::npos);
  EXPECT_NE(recovery_text(r).find("incremental margin -10 in all (true -12)"), std::string::npos);
}

TEST(Recovery, OfNothingIsNothing) {
  Recovery const r = measure_recovery(truth, {});
  EXPECT_EQ(r.tested_items + r.classes + r.trends + r.promotions + r.forecasts, 0);
  EXPECT_NE(recovery_json(r).find("\"forecast_wape\": null"), std::string::npos);
}

TEST(Recovery, RefusesAnotherFile) {
  EXPECT_THROW(measure_recovery({"{\"rows\": 3}", ""}, {}), DataError);
  EXPECT_THROW(measure_recovery({"not json", ""}, {}), DataError);
}

std::string const asset_truth = R"({"assets": 40, "rising": [8], "falling": [16],
  "theme_traits": [{"peak_day": -1}, {"peak_day": 12}], "copied_pictures": [[12, 4], [13, 5]],
  "defects": {"truncated": [6], "mislabelled": [7]}})";

TEST(AssetRecovery, CountsWhatWasFound) {
  io::Table lists = table_of_rows(3);
  lists.add(io::integer_column("user", {1, 1, 1}));
  lists.add(io::integer_column("rank", {1, 2, 11}));
  lists.add(io::integer_column("item", {5, 6, 13}));  // user 1 has theme 5; place 11 does not count
  io::Table trends = table_of_rows(5);
  trends.add(texts("item", {"8", "16", "24", "32", "1"}));
  trends.add(texts("trend", {"rising", "steady", "falling", "too_short", "rising"}));  // theme 1 has a season
  io::Table quality = table_of_rows(3);
  quality.add(texts("path", {"x/000006.png", "x/000007.jpg", "x/000008.png"}));
  quality.add(texts("status", {"truncated", "decoded", "decoded"}));
  quality.add(io::integer_column("consistent", {1, 0, 1}));
  io::Table duplicates = table_of_rows(4);
  duplicates.add(io::integer_column("cluster", {0, 0, 3, 3}));
  duplicates.add(texts("path", {"x/000004.png", "x/000012.png", "x/000013.png", "x/000020.png"}));
  AssetRecovery const r = measure_asset_recovery(asset_truth, {&lists, nullptr, &trends, &quality, &duplicates});
  EXPECT_DOUBLE_EQ(r.theme_share, 0.5);
  EXPECT_TRUE(std::isnan(r.similar_share));
  EXPECT_EQ(r.rising, 1);
  EXPECT_EQ(r.rising_found, 1);
  EXPECT_EQ(r.falling, 1);
  EXPECT_EQ(r.falling_found, 0);
  EXPECT_EQ(r.steady, 2);
  EXPECT_EQ(r.steady_called, 1);
  EXPECT_EQ(r.copies, 2);
  EXPECT_EQ(r.copies_found, 1);
  EXPECT_EQ(r.copies_wrong, 1);
  EXPECT_EQ(r.truncated_found + r.mislabelled_found, 2);
  EXPECT_NE(asset_recovery_text(r).find("1 of 2 pairs of pictures"), std::string::npos);
  EXPECT_NE(asset_recovery_json(r).find("\"similar_share\": null"), std::string::npos);
}

TEST(AssetRecovery, KnowsItsTruth) {
  EXPECT_TRUE(is_asset_truth(asset_truth));
  EXPECT_FALSE(is_asset_truth(truth.json));
  EXPECT_FALSE(is_asset_truth("not json"));
  EXPECT_THROW(measure_asset_recovery(truth.json, {}), DataError);
}

}  // namespace
}  // namespace tidemill::drivers
