#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "io/error.hpp"
#include "io/store/night.hpp"
#include "io/store/posix.hpp"
#include "jobs/commands.hpp"
#include "jobs/options.hpp"
#include "tests/support/world.hpp"

namespace tidemill::jobs {
namespace {

using tests::ScratchFolder;
using tests::world;

struct AssetOutcome {
  ExitCode code = ExitCode::done;
  std::string message;
};

bool mentions(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

/// Users of two tastes: odd users have odd assets, even users even ones, day by day over twelve weeks; asset 40 rises.
std::string example_interactions() {
  std::string text = "user,item,value,time\n";
  for (int user = 0; user < 60; ++user) {
    for (int turn = 0; turn < 12; ++turn) {
      int const item = (user * 7 + turn * turn * 2) % 20 * 2 + user % 2;
      std::int64_t const time = 1767225600 + (turn * 7 + user % 7) * std::int64_t{86400};
      text += std::to_string(user) + "," + std::to_string(item) + ",1," + std::to_string(time) + "\n";
    }
    int const from = 83 - user * user * 80 / 3600;
    text += std::to_string(user) + ",40,1," + std::to_string(1767225600 + from * std::int64_t{86400}) + "\n";
  }
  return text;
}

std::string const asset_lines = "[asset]\ninteractions = interactions.csv\ntime = time\nmodels = popularity\n";

class AssetNightly : public testing::Test {
 protected:
  AssetNightly() {
    io::agree(world(), "input", [&] {
      if (!world().is_root()) return;
      io::write_file(folder_ / "interactions.csv", example_interactions());
      std::string catalogue = "id,name\n";
      for (int asset = 0; asset < 45; ++asset) {
        catalogue += std::to_string(asset) + ",No. " + std::to_string(asset) + " & more\n";
      }
      io::write_file(folder_ / "catalogue.csv", catalogue);
    });
  }
  AssetOutcome nightly(std::string const& config, std::vector<std::string> const& more = {}) const {
    try {
      std::vector<std::string> arguments{
          "--store", (folder_ / "store").string(), "--input", folder_.path().string(), "--config", "night.cfg"};
      arguments.insert(arguments.end(), more.begin(), more.end());
      Command const command = make_nightly_command();
      ParsedOptions const parsed = parse_options(command, arguments, [&](std::string const&) { return config; });
      io::Progress progress(world(), io::Progress::Level::quiet);
      command.run({world(), progress, parsed.common.seed, false, parsed.config_text, parsed.values});
      return {};
    } catch (Error const& error) {
      return {error.code(), error.what()};
    }
  }
  std::filesystem::path current() const { return folder_ / "store/main/current"; }
  std::string file(std::string const& name) const { return io::read_file(current() / name); }
  ScratchFolder folder_;
};

TEST_F(AssetNightly, PublishesTablesAndReportAndReusesAll) {
  std::string const config = asset_lines + "catalogue = catalogue.csv\ntrend-min-count = 5\n";
  if (world().is_root()) io::write_file(folder_ / "interactions.csv", example_interactions() + "7,,1,1767225600\n");
  world().barrier();
  AssetOutcome const first = nightly(config);
  ASSERT_EQ(first.code, ExitCode::done) << first.message;
  std::string const digest = io::verify_night(world(), current()).digest;
  for (char const* name : {"recommendations", "similar", "model_metrics", "asset_trends", "interactions", "assets"}) {
    EXPECT_EQ(std::filesystem::exists(current() / "csv" / (std::string(name) + ".csv")), std::string(name) != "similar")
        << name;  // popularity alone cannot tell which assets are alike
  }
  EXPECT_TRUE(mentions(file("csv/recommendations.csv"), "user,rank,item,score,rung\n0,1,"));
  EXPECT_TRUE(mentions(file("report.html"), " &amp; more") && mentions(file("report.html"), "id=\"recommenders\""));
  EXPECT_FALSE(mentions(file("report.html"), "id=\"menu\""));
  EXPECT_EQ(file("csv/interaction_quarantine.csv"), "file,line,column,reason\ninteractions.csv,782,item,has no id\n");
  EXPECT_TRUE(mentions(file("report.html"), "of 781 read were set aside"));
  EXPECT_TRUE(mentions(file("record.json"), "rows_quarantined"));
  EXPECT_EQ(std::filesystem::canonical(current()).filename().string(), "2026-03-25");  // the newest interaction's day

  EXPECT_EQ(nightly(config).code, ExitCode::done);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "store/main/nights/2026-03-25.2"));
  io::agree(world(), "read the record", [&] {
    for (auto const& run : std::filesystem::directory_iterator(folder_ / "store/main/runs")) {
      auto const record = nlohmann::json::parse(io::read_file(run.path() / "record.json"));
      if (record.at("state") != "unchanged") continue;
      for (auto const& step : record.at("steps")) {
        EXPECT_TRUE(step.at("reused").get<bool>() || step.at("name") == "publish") << step.at("name");
      }
    }
  });
  EXPECT_EQ(io::verify_night(world(), current()).digest, digest);
}

TEST_F(AssetNightly, TheRisingAssetIsFound) {
  ASSERT_EQ(nightly(asset_lines + "trend-min-count = 5\n").code, ExitCode::done);
  std::string const trends = file("csv/asset_trends.csv");
  std::size_t const row = trends.find(",40,");
  ASSERT_NE(row, std::string::npos) << trends;
  EXPECT_TRUE(mentions(trends.substr(row, trends.find('\n', row) - row), ",rising,")) << trends;
}

TEST_F(AssetNightly, BadInputsSayWhatAndWhere) {
  auto const fails = [&](std::string const& config, ExitCode code, std::vector<std::string> const& parts) {
    AssetOutcome const outcome = nightly(config);
    EXPECT_EQ(outcome.code, code) << config << outcome.message;
    for (std::string const& part : parts)
      EXPECT_TRUE(mentions(outcome.message, part)) << part << ": " << outcome.message;
  };
  fails("[asset]\ninteractions = none.csv\n", ExitCode::bad_data, {"none.csv"});
  fails(asset_lines + "catalogue = interactions.csv\n", ExitCode::bad_data, {"column id", "user"});
  fails("[asset]\ninteractions = interactions.csv\nmodels = itemnn\n", ExitCode::bad_config, {"itemnn"});
  fails("[asset]\ninteractions = interactions.csv\nmodels = popularity,popularity\n", ExitCode::bad_config, {"twice"});
  fails(asset_lines + "holdout = first\n", ExitCode::bad_config, {"asset.holdout", "last, days or share"});
  fails(asset_lines + "criterion = ndgc\n", ExitCode::bad_config, {"ndgc", "'ndcg'"});
  fails(asset_lines + "holdaut = last\n", ExitCode::bad_config, {"asset.holdaut", "asset.holdout"});
  fails(asset_lines + "holdout = days\nholdout-days = 5000\n", ExitCode::bad_data, {"leave no pairs"});
  fails(asset_lines + "value = value\nmin-value = 9\n", ExitCode::bad_data, {"interactions.csv"});
  fails("[asset]\ncatalogue = catalogue.csv\n", ExitCode::bad_config, {});
  fails("[asset]\ninteractions = interactions.csv\nholdout = share\nmodels = popularity\n", ExitCode::bad_config,
        {"no date", "asset.time"});
}

TEST_F(AssetNightly, ADateLeavesOutWhatCameLater) {
  ASSERT_EQ(nightly(asset_lines, {"--date", "2026-02-28"}).code, ExitCode::done);
  EXPECT_EQ(std::filesystem::canonical(current()).filename().string(), "2026-02-28");
  EXPECT_TRUE(mentions(file("csv/interactions.csv"), "2026-02-28"));
}

}  // namespace
}  // namespace tidemill::jobs
