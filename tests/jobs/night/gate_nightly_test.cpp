#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "io/store/posix.hpp"
#include "io/store/registry.hpp"
#include "tests/jobs/night/night_fixture.hpp"

namespace tidemill::jobs {
namespace {

using tests::world;

/// Two items at one place, in the layout of the generic adapter.
std::string sales_for_gate() {
  std::string text = "location,time,order_id,line_id,item_key,item_name,category,qty,gross,net\n";
  for (int day = 1; day <= 28; ++day) {
    for (int line = 0; line < 5; ++line) {
      std::string const number = std::to_string(day * 10 + line);
      bool const first = line < 2 + day % 3;
      text += "Quay,2026-06-" + std::string(day < 10 ? "0" : "") + std::to_string(day) + " 12:00:00,o" + number + ",l" +
              number + (first ? ",1,Soup,Mains,1,5.00,5.00\n" : ",2,Pie,Mains,2,8.00,8.00\n");
    }
  }
  return text;
}

class GateNightly : public NightFixture {
 protected:
  GateNightly() {
    io::agree(world(), "input", [&] {
      if (world().is_root()) io::write_file(folder_ / "sales.csv", sales_for_gate());
    });
  }
  ExitCode nightly(std::string const& date, int trees, std::string const& extra = {}) {
    std::string const config =
        "[ingest]\nsource = generic: sales.csv\n[forecast]\nhorizon = 2\nblock = 2\ntrees = " + std::to_string(trees) +
        "\nquantile-trees = 2\nmin-rows-in-leaf = 2\ncalibration-days = 3\n[backtest]\n"
        "origins = 1\nstep = 2\n[menu]\nresamples = 5\n[gate]\nresamples = 100\n" +
        extra;
    return run_nightly(date, config);
  }
  std::filesystem::path tenant() const { return folder_ / "store/main"; }
  std::string night() const { return std::filesystem::canonical(tenant() / "current").filename().string(); }
  io::ModelAliases demand() const { return io::read_aliases(world(), tenant() / "current").in_use.at("demand"); }
  nlohmann::json verdict() const { return nlohmann::json::parse(io::read_file(tenant() / "current/gate.json")); }
  std::string forecasts() const { return io::read_file(tenant() / "current/csv/forecast.csv"); }
};

TEST_F(GateNightly, VersionsChampionsAndRefusals) {
  // Nights of many small files: more ranks than processors make them slow, and other nights have the step too.
  if (world().size() > 2) GTEST_SKIP() << "run on one or two ranks";
  ASSERT_EQ(nightly("2026-06-24", 3), ExitCode::done) << message_;
  std::string const first = demand().champion;
  EXPECT_TRUE(first.starts_with("2026-06-24-")) << first;
  EXPECT_EQ(verdict()["compared_with"], "season_mean");
  EXPECT_NE(forecasts().find(",champion\n"), std::string::npos);

  // Held to the letter, the same recipe must show a gain.
  EXPECT_EQ(nightly("2026-06-26", 3, "refresh-must-gain = 1\n"), ExitCode::refused);
  EXPECT_EQ(demand().champion, first);
  // By default it is used on newer data where too few series can be judged.
  ASSERT_EQ(nightly("2026-06-28", 3), ExitCode::done) << message_;
  EXPECT_NE(demand().champion, first);
  EXPECT_EQ(demand().previous, first);
  EXPECT_EQ(verdict()["base"], "2026-06-26");

  // Another recipe cannot show that it is better: refused, and the champion makes the forecasts.
  EXPECT_EQ(nightly("2026-06-28", 1), ExitCode::refused);
  EXPECT_NE(message_.find("stays out"), std::string::npos) << message_;
  EXPECT_EQ(night(), "2026-06-28.2");
  EXPECT_EQ(demand().champion, first);
  EXPECT_EQ(verdict()["rung"], "champion");
  std::string const refused = verdict()["version"];

  EXPECT_EQ(models({"list", "--json"}), ExitCode::done) << message_;
  if (world().is_root()) {
    EXPECT_EQ(nlohmann::json::parse(printed_)["models"].size(), 4u) << printed_;
  }
  EXPECT_EQ(models({"verify"}), ExitCode::done) << message_;
  EXPECT_EQ(models({"show", "demand"}), ExitCode::done) << message_;
  EXPECT_EQ(models({"diff", "demand", first, refused}), ExitCode::done) << message_;
  if (world().is_root()) {
    EXPECT_NE(printed_.find("option forecast.trees"), std::string::npos) << printed_;
  }
  EXPECT_EQ(models({"promote", "demand", refused}), ExitCode::refused);
  EXPECT_EQ(models({"promote", "demand", "2026-06-24-000"}), ExitCode::bad_data);
  EXPECT_EQ(models({"promote", "demand", refused, "--force"}), ExitCode::bad_config);
  EXPECT_EQ(models({"promote", "demand", refused, "--force", "--reason", "new menu"}), ExitCode::done) << message_;
  EXPECT_EQ(night(), "2026-06-28.3");
  EXPECT_EQ(demand().champion, refused);
  EXPECT_EQ(demand().previous, first);

  // The night run again does not undo what the person did.
  EXPECT_EQ(nightly("2026-06-28", 1), ExitCode::refused);
  EXPECT_EQ(night(), "2026-06-28.3");
  EXPECT_EQ(demand().champion, refused);
}

}  // namespace
}  // namespace tidemill::jobs
