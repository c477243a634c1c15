#include "io/comm/peer_watch.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>

#include "io/error.hpp"
#include "tests/support/world.hpp"

namespace tidemill::io {
namespace {

using tests::world;

/// This process stands still until another one wakes it.
void stand_still(double seconds) {
  std::string const wake = fmt::format("(sleep {}; kill -CONT {}) &", seconds, ::getpid());
  ASSERT_EQ(std::system(wake.c_str()), 0);
  std::raise(SIGSTOP);
}

struct Noticed {
  std::atomic<int> times = 0, rank = -1;
  std::atomic<std::int64_t> process = 0;
  PeerWatch::OnSilence listener() {
    return [this](int rank_now, std::int64_t process_now) {
      rank = rank_now;
      process = process_now;
      ++times;
    };
  }
};

TEST(PeerWatch, LowestRankNoticesOneThatStandsStill) {
  if (world().size() == 1) GTEST_SKIP() << "needs a second rank";
  int const last = world().size() - 1;
  std::int64_t const process_of_last = world().gather_all(static_cast<std::int64_t>(::getpid())).back();
  Noticed noticed;
  PeerWatch const watch(world(), 1.5, noticed.listener());
  world().barrier();
  if (world().rank() == last) stand_still(4);
  world().barrier();
  if (world().is_root()) {
    EXPECT_GT(noticed.times, 0);
    EXPECT_EQ(noticed.rank, last);
    EXPECT_EQ(noticed.process, process_of_last);
  } else {
    EXPECT_EQ(noticed.times, 0);
  }
}

TEST(PeerWatch, NobodyIsMissedWhenAllWereSuspended) {
  Noticed noticed;
  PeerWatch const watch(world(), 3.0, noticed.listener());
  world().barrier();
  stand_still(4.5);
  world().barrier();
  EXPECT_EQ(noticed.times, 0);
}

TEST(PeerWatch, NobodyIsMissedWhoHasLeft) {
  Noticed noticed;
  {
    PeerWatch const watch(world(), 2.0, noticed.listener());
    if (world().is_root()) ::sleep(4);
  }
  world().barrier();
  EXPECT_EQ(noticed.times, 0);
}

TEST(PeerWatch, LimitComesFromTheEnvironment) {
  ::unsetenv("TIDEMILL_HANG_SECONDS");
  EXPECT_EQ(hang_seconds(), 120);
  ::setenv("TIDEMILL_HANG_SECONDS", "2.5", 1);
  EXPECT_EQ(hang_seconds(), 2.5);
  ::setenv("TIDEMILL_HANG_SECONDS", "0", 1);
  EXPECT_EQ(hang_seconds(), 0);
  for (char const* const bad : {"", "x", "-1", ".5", "1s", "nan"}) {
    ::setenv("TIDEMILL_HANG_SECONDS", bad, 1);
    EXPECT_THROW(hang_seconds(), ConfigError) << bad;
  }
  ::unsetenv("TIDEMILL_HANG_SECONDS");
}

}  // namespace
}  // namespace tidemill::io
