#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "drivers/generate/generate.hpp"
#include "drivers/ingest/ingest.hpp"
#include "drivers/ingest/sales_store.hpp"
#include "io/store/posix.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using tests::ScratchFolder;
using tests::world;

/// Toast, Square and Clover exports of the small demo chain in one store.
class DemoExports : public testing::Test {
 protected:
  void SetUp() override {
    io::Progress progress(world(), io::Progress::Level::quiet);
    generate_chain(world(), progress, DemoSize::small, 4, folder_ / "demo");
    truth_ = nlohmann::json::parse(io::read_file(folder_ / "demo/truth.json"));
  }
  IngestReport ingest(nlohmann::json const& file) {
    IngestOptions options;
    options.adapter = file["system"];
    if (options.adapter == "clover") options.file.location = file["location"];
    options.store = folder_ / "store";
    options.tenant = "demo";
    ItemCosts const costs = ItemCosts::read(world(), folder_ / "demo/costs.csv", options.file);
    return ingest_file(world(), folder_ / "demo" / file["path"].get<std::string>(), options, costs);
  }
  ScratchFolder folder_;
  nlohmann::json truth_;
};

TEST_F(DemoExports, ReconcileToTheCent) {
  for (nlohmann::json const& file : truth_["exports"]) {
    IngestReport const report = ingest(file);
    EXPECT_EQ(report.bad, 0) << file["path"];
    EXPECT_EQ(report.read, file["rows"]) << file["path"];
    EXPECT_EQ(report.read, report.accepted + report.excluded) << file["path"];
    EXPECT_EQ(report.net_in_file, report.net_accepted + report.net_quarantined) << file["path"];
    EXPECT_EQ(report.refunds, file["refund_rows"]) << file["path"];
    EXPECT_EQ(report.sales_qty, file["units"].get<std::int64_t>() * 1000) << file["path"];
    EXPECT_EQ(report.sales_gross, file["gross_cents"]) << file["path"];
    EXPECT_EQ(report.sales_discount, file["discount_cents"]) << file["path"];
    EXPECT_EQ(report.sales_net, file["net_cents"]) << file["path"];
  }
}

TEST_F(DemoExports, HaveCostAndCategoryOnEveryItem) {
  for (nlohmann::json const& file : truth_["exports"]) ingest(file);
  io::Table const sales = read_sales(world(), folder_ / "store", "demo");
  std::set<std::string> keys;
  for (nlohmann::json const& item : truth_["items"]) keys.insert(item["sku"]);
  for (std::int64_t row = 0; row < sales.rows(); ++row) {
    auto const at = static_cast<std::size_t>(row);
    if (sales.at("is_deferred").integers[at] != 0 || !sales.at("modifier_of").is_missing(row)) continue;
    EXPECT_TRUE(keys.contains(sales.at("item_key").text(row)));
    EXPECT_FALSE(sales.at("unit_cost").is_missing(row)) << sales.at("item_name").text(row);
    // Clover exports name no category: it comes from the costs file.
    EXPECT_FALSE(sales.at("category").is_missing(row)) << sales.at("location").text(row);
  }
}

}  // namespace
}  // namespace tidemill::drivers
