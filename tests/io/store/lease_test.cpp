#include "io/store/lease.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "io/error.hpp"
#include "io/store/posix.hpp"
#include "tests/support/world.hpp"

namespace tidemill::io {
namespace {

using tests::ScratchFolder;
using tests::world;
namespace fs = std::filesystem;

ExitCode code_of_taking(fs::path const& path) {
  try {
    Lease const lease(world(), path);
  } catch (Error const& error) {
    return error.code();
  }
  return ExitCode::done;
}

TEST(Lease, OneHolderAtATime) {
  ScratchFolder const folder;
  {
    Lease const lease(world(), folder / "t/lock");
    EXPECT_EQ(lease.number(), 1);
    EXPECT_NE(living_holder(folder / "t/lock"), "");
    EXPECT_EQ(code_of_taking(folder / "t/lock"), ExitCode::locked);
    world().barrier();
  }
  world().barrier();
  EXPECT_EQ(living_holder(folder / "t/lock"), "");
  world().barrier();
  Lease const lease(world(), folder / "t/lock");
  EXPECT_EQ(lease.number(), 2);
}

/// A record as another process would have left it, last touched `seconds` ago.
void leave_record(fs::path const& path, std::string const& record, int seconds = 0) {
  fs::create_directories(path.parent_path());
  fs::create_symlink(record, path);
  struct timespec times[2];
  clock_gettime(CLOCK_REALTIME, &times[0]);
  times[0].tv_sec -= seconds;
  times[1] = times[0];
  ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
}

TEST(Lease, DeadHoldersAreTakenOver) {
  ScratchFolder const folder;
  pid_t child = 0;  // ends, and nobody has asked for its exit status yet
  agree(world(), "holders", [&] {
    if (!world().is_root()) return;
    child = fork();
    if (child == 0) _exit(0);
    siginfo_t end;
    ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &end, WEXITED | WNOWAIT), 0);
    char host[256] = {};
    gethostname(host, sizeof(host) - 1);
    leave_record(folder / "no-process/7", std::string(host) + " 999999999 1 - 2026-01-01T00:00:00Z 120");
    leave_record(folder / "unclaimed/7",
                 std::string(host) + " " + std::to_string(child) + " 0 - 2026-01-01T00:00:00Z 120");
    leave_record(folder / "other-process/7", std::string(host) + " 1 999999999 - 2026-01-01T00:00:00Z 120");
    leave_record(folder / "silent/7", "elsewhere 1 1 - 2026-01-01T00:00:00Z 120", 130);
    leave_record(folder / "torn/7", "elsewh", 130);
    leave_record(folder / "alive/7", "elsewhere 1 1 - 2026-01-01T00:00:00Z 120", 110);
    leave_record(folder / "patient/7", "elsewhere 1 1 - 2026-01-01T00:00:00Z 900", 130);
    leave_record(folder / "new/7", "elsewh");
  });
  for (char const* dead : {"no-process", "unclaimed", "other-process", "silent", "torn"}) {
    EXPECT_EQ(Lease(world(), folder / dead).number(), 8) << dead;
  }
  for (char const* alive : {"alive", "patient", "new"}) {
    EXPECT_EQ(code_of_taking(folder / alive), ExitCode::locked) << alive;
  }
  world().barrier();
  if (child > 0) waitpid(child, nullptr, 0);
}

/// Whoever lost the lease can publish neither what it made before nor what it makes now.
TEST(Lease, AFencedHolderPublishesNothing) {
  ScratchFolder const folder;
  if (world().is_root()) {
    LeaseFile const paused(folder / "lock");
    write_file(folder / "result", "old");
    write_file(paused.private_name(folder / "result"), "late");
    EXPECT_NO_THROW(paused.check());
    {
      leave_record(folder / "lock/2", "elsewhere 1 1 - 2026-01-01T00:00:00Z 120", 130);
      LeaseFile const next(folder / "lock");
      EXPECT_EQ(next.number(), 3);
      EXPECT_FALSE(fs::exists(paused.private_name(folder / "result")));
      write_file(next.private_name(folder / "result"), "new");
      EXPECT_THROW(paused.publish(paused.private_name(folder / "result"), folder / "result"), Error);
      next.publish(next.private_name(folder / "result"), folder / "result");
    }
    write_file(paused.private_name(folder / "result"), "later");
    try {
      paused.publish(paused.private_name(folder / "result"), folder / "result");
      ADD_FAILURE() << "a fenced holder published";
    } catch (Error const& error) {
      EXPECT_EQ(error.code(), ExitCode::locked);
    }
    EXPECT_EQ(read_file(folder / "result"), "new");
    EXPECT_NO_THROW(LeaseFile(folder / "lock"));  // its leaving must not disturb the numbers
  }
}

/// Runs `work` in a child without MPI; it must end by itself.
pid_t in_child(std::function<int()> const& work) {
  pid_t const child = fork();
  if (child == 0) _exit(work());
  return child;
}

int status_of(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void wait_for(std::function<bool()> const& condition) {
  for (int i = 0; i < 2000 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ASSERT_TRUE(condition());
}

TEST(Lease, OfEightThatStartAtOnceOneWins) {
  ScratchFolder const folder;
  if (!world().is_root()) return;
  std::vector<pid_t> children;
  for (int i = 0; i < 8; ++i) {
    children.push_back(in_child([&] {
      try {
        LeaseFile const lease(folder / "lock");
        wait_for([&] { return fs::exists(folder / "end"); });
        return 0;
      } catch (Error const& error) {
        bool const names_holder = std::string(error.what()).find("(process ") != std::string::npos;
        write_file(folder / ("refused-" + std::to_string(i)), "");
        return names_holder ? static_cast<int>(error.code()) : 9;
      }
    }));
  }
  wait_for([&] { return std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 8; });
  write_file(folder / "end", "");
  std::vector<int> codes;
  for (pid_t const child : children) codes.push_back(status_of(child));
  EXPECT_EQ(std::count(codes.begin(), codes.end(), 0), 1);
  EXPECT_EQ(std::count(codes.begin(), codes.end(), 5), 7);
}

/// SIGSTOP past the lease, another takes over, SIGCONT: the owner finds out by itself and publishes nothing.
TEST(Lease, AHolderThatWasPausedForTooLongIsFenced) {
  ScratchFolder const folder;
  if (!world().is_root()) return;
  setenv("TIDEMILL_LEASE_SECONDS", "0.3", 1);
  write_file(folder / "result", "old");
  pid_t const owner = in_child([&] {
    LeaseFile const lease(folder / "lock", [&](std::string const&) { write_file(folder / "lost", ""); });
    write_file(lease.private_name(folder / "result"), "late");
    write_file(folder / "ready", "");
    wait_for([&] { return fs::exists(folder / "lost"); });
    try {
      lease.publish(lease.private_name(folder / "result"), folder / "result");
    } catch (Error const& error) {
      return static_cast<int>(error.code());
    }
    return 0;
  });
  wait_for([&] { return fs::exists(folder / "ready"); });
  kill(owner, SIGSTOP);
  {
    wait_for([&] { return living_holder(folder / "lock").empty(); });
    LeaseFile const next(folder / "lock");
    EXPECT_EQ(next.number(), 2);
    kill(owner, SIGCONT);
    EXPECT_EQ(status_of(owner), 5);
    EXPECT_NO_THROW(next.check());
  }
  EXPECT_EQ(read_file(folder / "result"), "old");
  unsetenv("TIDEMILL_LEASE_SECONDS");
}

}  // namespace
}  // namespace tidemill::io
