#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "io/store/night.hpp"
#include "io/store/posix.hpp"
#include "tests/jobs/night/night_fixture.hpp"

namespace tidemill::jobs {
namespace {

using tests::world;

std::string const config_for_cache =
    "[ingest]\nsource = generic: sales.csv\n[forecast]\nhorizon = 2\nblock = 2\ntrees = 3\nquantile-trees = 2\n"
    "min-rows-in-leaf = 2\ncalibration-days = 3\n[backtest]\norigins = 1\nstep = 2\n[menu]\nresamples = 5\n";

class CacheNightly : public NightFixture {
 protected:
  CacheNightly() {
    io::agree(world(), "input", [&] {
      if (!world().is_root()) return;
      std::string text = "location,time,order_id,line_id,item_key,item_name,category,qty,gross,net\n";
      for (int day = 1; day <= 28; ++day) {
        for (int line = 0; line < 4; ++line) {
          std::string const number = std::to_string(day * 10 + line);
          text += "Quay,2026-06-" + std::string(day < 10 ? "0" : "") + std::to_string(day) + " 12:00:00,o" + number +
                  ",l" + number + (line < 1 + day % 3 ? ",1,Soup,Mains,1,5.00,5.00\n" : ",2,Pie,Mains,2,8.00,8.00\n");
        }
      }
      io::write_file(folder_ / "sales.csv", text);
    });
  }
  std::filesystem::path tenant() const { return folder_ / "store/main"; }
  /// Collective. The record of the run that `nightly` made, the night's digest checked against `digest_`.
  nlohmann::json night(std::vector<std::string> const& more = {}) {
    EXPECT_EQ(run_nightly("2026-06-28", config_for_cache, more), ExitCode::done) << message_;
    std::string const digest = io::verify_night(world(), tenant() / "current").digest;
    if (digest_.empty()) digest_ = digest;
    EXPECT_EQ(digest, digest_);
    nlohmann::json record;
    io::agree(world(), "read the record", [&] {
      std::set<std::filesystem::path> runs;
      for (auto const& run : std::filesystem::directory_iterator(tenant() / "runs")) runs.insert(run.path());
      record = nlohmann::json::parse(io::read_file(*runs.rbegin() / "record.json"));
      metrics_ = io::read_file(*runs.rbegin() / "metrics.prom");
    });
    return record;
  }
  /// Collective. Names of steps in the cache, and their bytes.
  std::set<std::string> cached() {
    std::set<std::string> names;
    bytes_ = 0;
    io::agree(world(), "list the cache", [&] {
      for (auto const& step : std::filesystem::directory_iterator(tenant() / "cache")) {
        std::string const name = step.path().filename().string();
        names.insert(name.substr(0, name.rfind('-')));
        for (auto const& file : std::filesystem::recursive_directory_iterator(step.path())) {
          if (file.is_regular_file()) bytes_ += static_cast<std::int64_t>(file.file_size());
        }
      }
    });
    world().barrier();
    return names;
  }
  static std::set<std::string> made_anew(nlohmann::json const& record) {
    std::set<std::string> names;
    for (auto const& step : record.at("steps")) {
      if (!step.at("reused").get<bool>() && step.at("name") != "publish") names.insert(step.at("name"));
    }
    return names;
  }
  double metric(std::string const& name) const {
    std::size_t const at = metrics_.find("\ntidemill_" + name + "{");
    std::size_t const value = at == std::string::npos ? at : metrics_.find("} ", at);
    return value == std::string::npos ? -1 : std::stod(metrics_.substr(value + 2));
  }

  std::string digest_, metrics_;
  std::int64_t bytes_ = 0;
};

TEST_F(CacheNightly, WhatHadNoRoomIsMadeAgainAndNothingElse) {
  if (world().size() != 2) GTEST_SKIP() << "run on two ranks";
  nlohmann::json const first = night();
  EXPECT_EQ(first.at("cache").at("hits"), 0);
  std::set<std::string> const all = cached();
  EXPECT_EQ(all, made_anew(first));
  std::int64_t const whole = bytes_;
  // Half of it has room. The bound changes no step's key: all are there already, then some go.
  nlohmann::json const bounded = night({"--cache.max-bytes", std::to_string(whole / 2)});
  EXPECT_EQ(made_anew(bounded), std::set<std::string>());
  EXPECT_EQ(bounded.at("cache").at("hit_rate"), 1);
  EXPECT_GT(bounded.at("cache").at("saved_seconds").get<double>(), 0);
  std::set<std::string> const left = cached();
  std::set<std::string> gone;
  std::ranges::set_difference(all, left, std::inserter(gone, gone.end()));
  EXPECT_LE(bytes_, whole / 2);
  EXPECT_FALSE(gone.empty() || left.empty());
  EXPECT_EQ(bounded.at("cache").at("evicted_bytes"), whole - bytes_);
  EXPECT_EQ(bounded.at("cache").at("evicted_steps"), gone.size());
  EXPECT_EQ(metric("cache_evicted_bytes"), static_cast<double>(whole - bytes_));
  EXPECT_EQ(metric("cache_hit_ratio"), 1);

  nlohmann::json const again = night();
  EXPECT_EQ(made_anew(again), gone);
  EXPECT_EQ(again.at("cache").at("hits"), left.size());
  EXPECT_EQ(metric("cache_hits"), static_cast<double>(left.size()));
  EXPECT_GE(metric("cache_saved_seconds"), 0);
  EXPECT_EQ(metric("cache_evicted_bytes"), 0);
  EXPECT_EQ(cached(), all);
}

}  // namespace
}  // namespace tidemill::jobs
