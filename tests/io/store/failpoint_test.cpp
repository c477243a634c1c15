#include "io/store/failpoint.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/store/night.hpp"
#include "io/store/posix.hpp"
#include "io/store/verify.hpp"
#include "tests/support/world.hpp"

namespace tidemill::io {
namespace {

using tests::ScratchFolder;
using tests::world;
namespace fs = std::filesystem;

/// Arms while it lives; at its end nothing is counted any more.
class ArmedFailpoint {
 public:
  explicit ArmedFailpoint(std::string const& plan) {
    setenv("TIDEMILL_FAILPOINT", plan.c_str(), 1);
    arm_failpoints(0);
  }
  ~ArmedFailpoint() {
    unsetenv("TIDEMILL_FAILPOINT");
    arm_failpoints(0);
  }
  ArmedFailpoint(ArmedFailpoint const&) = delete;
  ArmedFailpoint& operator=(ArmedFailpoint const&) = delete;
};

TEST(Failpoint, PlansThatMakeNoSenseAreRefused) {
  for (char const* plan : {"eio", "eio@", "eio@0", "eio@x", "eio@3/", "eio@3/x", "oops@3", "@3"}) {
    EXPECT_THROW(ArmedFailpoint armed(plan), ConfigError) << plan;
    unsetenv("TIDEMILL_FAILPOINT");
    arm_failpoints(0);
  }
}

TEST(Failpoint, TheCallAskedForFailsAndOnlyThat) {
  ScratchFolder const folder;
  if (world().is_root()) {
    fs::path const path = folder / "file";
    ArmedFailpoint const armed("enospc@3");  // open, write, fsync
    EXPECT_THROW(write_file(path, "abc"), Error);
    EXPECT_EQ(fs::file_size(path), 3u);
    EXPECT_NO_THROW(write_file(path, "abcd"));
    EXPECT_EQ(read_file(path), "abcd");
  }
}

TEST(Failpoint, ShortTransfersAreContinued) {
  ScratchFolder const folder;
  if (world().is_root()) {
    {
      ArmedFailpoint const armed("short@2");
      write_file(folder / "file", "0123456789");
    }
    ArmedFailpoint const armed("short@2");
    EXPECT_EQ(read_file(folder / "file"), "0123456789");
    io::copy_file(folder / "file", folder / "copy");
    EXPECT_EQ(read_bytes(folder / "copy", 0, 20), "0123456789");
  }
}

/// Open, write, fsync, close; then open and read.
TEST(Failpoint, TheCountTellsWhatEachCallDoes) {
  ScratchFolder const folder;
  if (!world().is_root()) return;
  fs::path const count = folder / "count";
  setenv("TIDEMILL_FAILPOINT_COUNT", count.c_str(), 1);
  arm_failpoints(0);
  write_file(folder / "file", "abc");
  read_file(folder / "file");
  leave_failpoint_count(0);
  unsetenv("TIDEMILL_FAILPOINT_COUNT");
  arm_failpoints(0);
  EXPECT_EQ(read_file(count), "6\ncwccrb\n");
}

/// Every call of publishing a night, on one rank: whatever fails, the night before is whole and the repeat publishes.
TEST(Failpoint, EveryCallOfAPublishMayFail) {
  if (world().size() > 1) GTEST_SKIP() << "a night for each of its calls: one rank is enough";
  ScratchFolder const folder;
  fs::path const tenant = folder.path();
  auto const publish_text = [&](std::string const& date, std::string const& text) {
    fs::path const prepared = begin_night(world(), tenant, date);
    commit_text(world(), prepared / "a.csv", text);
    commit_hdf5(world(), prepared / "b.h5", {"table", "", 1, {}}, [&](Hdf5File& file) {
      file.write_all("values", std::vector<double>{1, 2, 3});
    });
    publish_night(world(), tenant, date, prepared);
  };
  publish_text("2026-11-01", "old\n");
  int failures = 0, calls = 1;
  for (bool is_through = false; !is_through; ++calls) {
    ASSERT_LT(calls, 1000);
    try {
      ArmedFailpoint const armed("eio@" + std::to_string(calls));
      publish_text("2026-11-02", "new\n");
      is_through = true;  // call `calls` was not made any more, or its failure did no harm
    } catch (Error const&) {
      ++failures;
    }
    std::string const seen = read_file(tenant / "current/a.csv");
    EXPECT_TRUE(seen == "old\n" || seen == "new\n") << calls;
    VerifyReport report;
    verify_path(world(), tenant, report);
    EXPECT_TRUE(report.faults.empty()) << calls << ": " << report.faults[0].path << " " << report.faults[0].what;
    if (fs::exists(tenant / "nights/2026-11-02")) {
      publish_text("2026-11-02", "new\n");
      EXPECT_EQ(read_file(tenant / "current/a.csv"), "new\n") << calls;
      fs::remove_all(tenant / "nights/2026-11-02");
      fs::remove(tenant / "current");
      fs::create_symlink("nights/2026-11-01", tenant / "current");
    }
  }
  EXPECT_GT(failures, 40);
}

}  // namespace
}  // namespace tidemill::io
