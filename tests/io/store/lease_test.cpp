#include "io/store/lease.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "io/error.hpp"
#include "io/store/posix.hpp"
#include "tests/support/world.hpp"

namespace tidemill::io {
namespace {

using tests::ScratchFolder;
using tests::world;

ExitCode code_of_taking(std::filesystem::path const& path) {
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
    EXPECT_NE(living_holder(folder / "t/lock"), "");
    EXPECT_EQ(code_of_taking(folder / "t/lock"), ExitCode::locked);
    world().barrier();
  }
  world().barrier();
  EXPECT_EQ(living_holder(folder / "t/lock"), "");
  world().barrier();
  EXPECT_EQ(code_of_taking(folder / "t/lock"), ExitCode::done);
}

TEST(Lease, DeadHoldersAreTakenOver) {
  ScratchFolder const folder;
  agree(world(), "dead holder", [&] {
    if (!world().is_root()) return;
    char host[256] = {};
    gethostname(host, sizeof(host) - 1);
    write_file(folder / "no-process", std::string(host) + " 999999999 -\n");
    write_file(folder / "silent", "elsewhere 1 -\n");
    std::filesystem::last_write_time(folder / "silent",
                                     std::filesystem::file_time_type::clock::now() - std::chrono::minutes(3));
    write_file(folder / "alive-elsewhere", "elsewhere 1 -\n");
  });
  EXPECT_EQ(code_of_taking(folder / "no-process"), ExitCode::done);
  EXPECT_EQ(code_of_taking(folder / "silent"), ExitCode::done);
  EXPECT_EQ(code_of_taking(folder / "alive-elsewhere"), ExitCode::locked);
}

}  // namespace
}  // namespace tidemill::io
