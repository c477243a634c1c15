#include <gtest/gtest.h>

#include <filesystem>

#include "drivers/doctor/device_check.hpp"
#include "drivers/night/plan_night.hpp"
#include "io/doctor/checks.hpp"
#include "io/error.hpp"
#include "tests/support/run_command.hpp"
#include "tests/support/world.hpp"

namespace tidemill::jobs {
namespace {

using tests::ScratchFolder;
using tests::world;

std::vector<std::string> failed_checks(std::vector<io::Finding> const& findings) {
  std::vector<std::string> failed;
  for (io::Finding const& finding : findings) {
    EXPECT_FALSE(finding.found.empty()) << finding.check;
    EXPECT_EQ(finding.cure.empty(), finding.grade == io::Finding::Grade::ok) << finding.check;
    if (finding.grade == io::Finding::Grade::fail) failed.push_back(finding.check);
  }
  return failed;
}

TEST(Doctor, FindsASoundMachineSoundAndLeavesNothingBehind) {
  ScratchFolder const folder;
  using Names = std::vector<std::string>;
  EXPECT_EQ(failed_checks(io::check_ranks(world())), Names{});
  EXPECT_EQ(failed_checks(io::check_process(world())), Names{});
  EXPECT_EQ(failed_checks(drivers::check_device(world())), Names{});
  EXPECT_EQ(failed_checks(io::check_folder(world(), folder.path())), Names{});
  EXPECT_EQ(failed_checks(io::check_hdf5(world(), folder.path())), Names{});
  EXPECT_EQ(failed_checks(io::check_locks(world(), folder.path())), Names{});
  world().barrier();
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  world().barrier();
}

TEST(Doctor, SaysWhatIsWrong) {
  ScratchFolder const folder;
  using Names = std::vector<std::string>;
  EXPECT_EQ(failed_checks(io::check_folder(world(), folder / "missing")), Names{"folder"});
  EXPECT_EQ(failed_checks(io::check_hdf5(world(), "/proc/nowhere")), Names{"parallel write"});
  EXPECT_THROW(tests::run_command(world(), "doctor", {"--store", (folder / "missing").string()}), Error);
}

TEST(Plan, GrowsWithTheWorkAndFallsWithTheRanks) {
  drivers::NightSize size;
  size.raw_bytes = 300'000'000;
  size.trees = 1000;
  size.origins = 2;
  std::vector<std::string> const names{"ingest", "forecast", "backtest", "of-another-version"};
  auto const plan = drivers::plan_steps(names, size);
  ASSERT_EQ(plan.size(), names.size());
  size.ranks = 4;
  auto const shared = drivers::plan_steps(names, size);
  size.raw_bytes *= 2;
  auto const larger = drivers::plan_steps(names, size);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(plan[i].name, names[i]);
    EXPECT_GT(plan[i].seconds, shared[i].seconds);
    EXPECT_GT(larger[i].seconds, shared[i].seconds);
    EXPECT_GT(plan[i].peak_memory, shared[i].peak_memory);
    EXPECT_EQ(plan[i].bytes_written, shared[i].bytes_written);
    EXPECT_GT(larger[i].bytes_written, shared[i].bytes_written);
  }
  EXPECT_GT(plan[2].seconds, plan[1].seconds);
  EXPECT_GT(plan[3].seconds, 0);
  EXPECT_DOUBLE_EQ(drivers::checkpoint_interval(0.5, 3600), 60);
}

/// What a generated night took, step by step. The rates of plan_night.cpp were fitted to these nights, so they guard
/// against drift and are no independent check.
struct MeasuredNight {
  char const* what;
  drivers::NightSize size;
  std::vector<std::pair<std::string, double>> seconds;
};

std::vector<MeasuredNight> measured_nights() {
  drivers::NightSize chain;
  chain.raw_bytes = 842'601 * 321;
  chain.trees = 800;
  chain.origins = 2;
  chain.ranks = 2;
  drivers::NightSize small_chain = chain;
  small_chain.raw_bytes = 7'106 * 321;
  small_chain.ranks = 1;
  drivers::NightSize assets;
  assets.pairs = 190'064;
  assets.pictures = 800;
  drivers::NightSize small_assets;
  small_assets.pairs = 3'853;
  small_assets.pictures = 80;
  return {
      {"chain, medium, 2 ranks",
       chain,
       {{"ingest", 9.09}, {"daily", 3}, {"forecast", 13.46}, {"backtest", 27.76}, {"menu", 3.16}, {"promotion", 3.06}}},
      {"chain, small, 1 rank", small_chain, {{"ingest", .51}, {"forecast", 3.32}, {"backtest", 6.68}, {"gate", .35}}},
      {"assets, medium, 1 rank",
       assets,
       {{"model-ials", 1.48},
        {"model-hybrid", 19.72},
        {"judge", 13.22},
        {"champion", 23.05},
        {"recommend", 7.17},
        {"asset_trends", 8.91},
        {"pictures", 4.94}}},
      {"assets, small, 1 rank", small_assets, {{"model-hybrid", .42}, {"champion", .33}, {"pictures", .7}}}};
}

TEST(Plan, ComesWithinAFactorOfTwoOfMeasuredNights) {
  for (MeasuredNight const& night : measured_nights()) {
    double predicted = 0, measured = 0;
    for (auto const& [step, seconds] : night.seconds) {
      double const planned = drivers::plan_steps({step}, night.size).front().seconds;
      EXPECT_LT(planned, 2 * seconds) << night.what << ": " << step;
      EXPECT_GT(planned, seconds / 2) << night.what << ": " << step;
      predicted += planned;
      measured += seconds;
    }
    EXPECT_NEAR(predicted / measured, 1, .25) << night.what;
  }
}

}  // namespace
}  // namespace tidemill::jobs
