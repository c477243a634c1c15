#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/store/night.hpp"
#include "io/store/night_list.hpp"
#include "io/store/posix.hpp"
#include "tests/support/run_command.hpp"

namespace tidemill::jobs {
namespace {

using tests::ScratchFolder;
using tests::world;
namespace fs = std::filesystem;

class StoreCommands : public testing::Test {
 protected:
  StoreCommands() {
    fs::path const tenant = folder_ / "demo";
    for (char const* date : {"2026-11-01", "2026-11-02", "2026-11-03"}) {
      io::Lease const lease(world(), tenant / "lock");
      fs::path const prepared = io::begin_night(world(), tenant, date, &lease);
      io::commit_text(world(), prepared / "csv/a.csv", world().is_root() ? date : "");
      io::publish_night(world(), tenant, date, prepared, {}, {&lease});
    }
  }
  /// What the command prints on rank 0.
  std::string run(std::string const& name, std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--store", folder_.path().string(), "--tenant", "demo"});
    testing::internal::CaptureStdout();
    try {
      tests::run_command(world(), name, arguments);
    } catch (...) {
      testing::internal::GetCapturedStdout();
      throw;
    }
    std::fflush(stdout);
    std::string const printed = testing::internal::GetCapturedStdout();
    world().barrier();
    return printed;
  }
  void expect_code(ExitCode code, std::string const& part, std::string const& name,
                   std::vector<std::string> const& arguments) const {
    try {
      run(name, arguments);
      ADD_FAILURE() << name << " was expected to fail";
    } catch (Error const& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
    world().barrier();
  }
  nlohmann::json json(std::string const& name, std::vector<std::string> arguments) const {
    arguments.push_back("--json");
    std::string const printed = run(name, arguments);
    return world().is_root() ? nlohmann::json::parse(printed) : nlohmann::json();
  }
  std::string current() const { return io::current_night(folder_ / "demo"); }
  ScratchFolder folder_;
};

TEST_F(StoreCommands, RollbackShowsThenSwaps) {
  nlohmann::json const shown = json("rollback", {"--dry-run"});
  EXPECT_EQ(current(), "2026-11-03");
  nlohmann::json const done = json("rollback", {});
  EXPECT_EQ(current(), "2026-11-02");
  if (world().is_root()) {
    EXPECT_EQ(shown.at("to"), "2026-11-02");
    EXPECT_FALSE(shown.at("moved").get<bool>());
    EXPECT_TRUE(done.at("moved").get<bool>());
    EXPECT_EQ(done.at("files_changed").size(), 1u);
    EXPECT_EQ(done.at("nights_left").at(0), "2026-11-03");
  }
  run("rollback", {"2026-11-01", "--yes"});
  EXPECT_EQ(current(), "2026-11-01");
}

TEST_F(StoreCommands, RefusalsSayWhatToDo) {
  expect_code(ExitCode::bad_config, "'2026-11-03'", "rollback", {"2026-12-03"});
  expect_code(ExitCode::bad_config, "keep", "gc", {"--keep", "0"});
  expect_code(ExitCode::bad_config, "'verify'", "audit", {"verfy"});
  expect_code(ExitCode::bad_config, "did you mean", "pin", {"2026-11-09"});
  try {
    tests::run_command(world(), "nights", {"--store", folder_.path().string(), "--tenant", "dmeo"});
    ADD_FAILURE();
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_config);
    EXPECT_NE(std::string(error.what()).find("'demo'"), std::string::npos) << error.what();
  }
  io::Lease const lease(world(), folder_ / "demo/lock");
  expect_code(ExitCode::locked, "process ", "rollback", {"--yes"});
}

TEST_F(StoreCommands, PinnedNightsOutliveGc) {
  run("pin", {"2026-11-01", "--reason", "first"});
  run("rollback", {"2026-11-03"});
  nlohmann::json const shown = json("gc", {"--keep", "1", "--grace-minutes", "0", "--dry-run"});
  EXPECT_TRUE(!world().is_root() || shown.at("removed").empty()) << shown;
  run("unpin", {"2026-11-01"});
  nlohmann::json const listed = json("nights", {});
  nlohmann::json const done = json("gc", {"--keep", "1", "--grace-minutes", "0"});
  nlohmann::json const left = json("nights", {});
  if (!world().is_root()) return;
  EXPECT_EQ(listed.at("nights").size(), 3u);
  EXPECT_EQ(done.at("removed").size(), 1u);
  ASSERT_EQ(left.at("nights").size(), 2u);
  EXPECT_TRUE(left.at("nights").at(1).at("current").get<bool>());
  EXPECT_TRUE(left.at("nights").at(0).at("previous").get<bool>());
}

TEST_F(StoreCommands, AuditTellsAllOfItAndFindsChanges) {
  run("rollback", {});
  nlohmann::json const log = json("audit", {"show"});
  run("audit", {"verify"});
  if (world().is_root()) {
    EXPECT_EQ(log.at("entries").size(), 8u);  // start and end of three nights and a rollback
    std::string text = io::read_file(folder_ / "demo/audit.jsonl");
    text[text.find("2026-11-02")] = '3';
    io::write_file(folder_ / "demo/audit.jsonl", text);
  }
  world().barrier();
  expect_code(ExitCode::bad_data, "tampered", "audit", {"verify"});
}

}  // namespace
}  // namespace tidemill::jobs
