#include "io/store/night.hpp"

#include <gtest/gtest.h>

#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/store/posix.hpp"
#include "tests/support/world.hpp"

namespace tidemill::io {
namespace {

using tests::ScratchFolder;
using tests::world;
namespace fs = std::filesystem;

PublishedNight publish(fs::path const& tenant, std::string const& result, std::string const& report) {
  fs::path const prepared = begin_night(world(), tenant, "2026-11-20");
  commit_text(world(), prepared / "results" / "forecast.csv", world().is_root() ? result : "");
  return publish_night(world(), tenant, "2026-11-20", prepared, [&](std::string const& digest) {
    commit_text(world(), prepared / "report.html", world().is_root() ? report + digest : "");
  });
}

ExitCode code_of_verify(fs::path const& folder) {
  try {
    verify_night(world(), folder);
  } catch (Error const& error) {
    return error.code();
  }
  return ExitCode::done;
}

void on_root(std::function<void()> const& work) {
  agree(world(), "test", [&] {
    if (world().is_root()) work();
  });
}

TEST(Night, PublishedWholeAndPointedTo) {
  ScratchFolder const folder;
  PublishedNight const night = publish(folder.path(), "1,2\n", "first ");
  EXPECT_EQ(night.folder, folder / "nights/2026-11-20");
  EXPECT_FALSE(night.unchanged);
  EXPECT_EQ(read_file(folder / "current/results/forecast.csv"), "1,2\n");
  EXPECT_EQ(read_file(folder / "current/report.html"), "first " + night.manifest.digest);
  EXPECT_EQ(verify_night(world(), folder / "current").digest, night.manifest.digest);
  EXPECT_FALSE(fs::exists(folder / "nights/.2026-11-20.tmp"));
}

TEST(Night, SameResultsPublishNothing) {
  ScratchFolder const folder;
  std::string const digest = publish(folder.path(), "1,2\n", "first ").manifest.digest;
  PublishedNight const again = publish(folder.path(), "1,2\n", "second ");
  EXPECT_TRUE(again.unchanged);
  EXPECT_EQ(again.manifest.digest, digest);  // the report does not count
  EXPECT_EQ(read_file(folder / "current/report.html"), "first " + digest);
}

TEST(Night, OtherResultsLeaveThePublishedNightAlone) {
  ScratchFolder const folder;
  publish(folder.path(), "1,2\n", "");
  PublishedNight const other = publish(folder.path(), "1,3\n", "");
  EXPECT_EQ(other.folder, folder / "nights/2026-11-20.2");
  EXPECT_EQ(read_file(folder / "current/results/forecast.csv"), "1,3\n");
  EXPECT_EQ(read_file(folder / "nights/2026-11-20/results/forecast.csv"), "1,2\n");
}

/// Whatever a run leaves behind when killed before the rename, readers see the night before; the next run publishes.
TEST(Night, ReadersSeeTheOldNightUntilTheNewOneIsWhole) {
  ScratchFolder const folder;
  publish(folder.path(), "old\n", "");
  fs::path const prepared = begin_night(world(), folder.path(), "2026-11-20");
  commit_text(world(), prepared / "results" / "forecast.csv", world().is_root() ? "new\n" : "");
  EXPECT_THROW(publish_night(world(), folder.path(), "2026-11-20", prepared,
                             [](std::string const&) { throw Error("killed here"); }),
               Error);
  EXPECT_EQ(read_file(folder / "current/results/forecast.csv"), "old\n");
  EXPECT_NO_THROW(verify_night(world(), folder / "current"));
  publish(folder.path(), "new\n", "");
  EXPECT_EQ(read_file(folder / "current/results/forecast.csv"), "new\n");
}

TEST(Night, KilledBetweenRenameAndPointerIsMendedByTheNextRun) {
  ScratchFolder const folder;
  publish(folder.path(), "old\n", "");
  publish(folder.path(), "new\n", "");
  world().barrier();
  on_root([&] {
    fs::remove(folder / "current");
    fs::create_symlink("nights/2026-11-20", folder / "current");
  });
  EXPECT_TRUE(publish(folder.path(), "new\n", "").unchanged);
  EXPECT_EQ(read_file(folder / "current/results/forecast.csv"), "new\n");
}

TEST(Night, EveryDamageIsNamed) {
  ScratchFolder const folder;
  fs::path const night = publish(folder.path(), "1,2\n", "").folder;
  on_root([&] {
    write_file(night / "results/forecast.csv", "1,4\n");
    write_file(night / "extra.txt", "");
    fs::remove(night / "report.html");
  });
  try {
    verify_night(world(), night);
    FAIL() << "damage was not found";
  } catch (DataError const& error) {
    std::string const message = error.what();
    EXPECT_NE(message.find("results/forecast.csv is "), std::string::npos);
    EXPECT_NE(message.find("extra.txt does not belong"), std::string::npos);
    EXPECT_NE(message.find("report.html is missing"), std::string::npos);
  }
  EXPECT_EQ(code_of_verify(folder.path()), ExitCode::bad_data);
  on_root([&] { write_file(night / "night.json", "{"); });
  EXPECT_EQ(code_of_verify(night), ExitCode::bad_data);
}

}  // namespace
}  // namespace tidemill::io
