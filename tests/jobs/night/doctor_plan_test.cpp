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

}  // namespace
}  // namespace tidemill::jobs
