#include "io/store/rollback.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "io/error.hpp"
#include "io/store/access.hpp"
#include "io/store/commit.hpp"
#include "io/store/night.hpp"
#include "io/store/night_list.hpp"
#include "io/store/posix.hpp"
#include "io/store/safe_name.hpp"
#include "tests/support/world.hpp"

namespace tidemill::io {
namespace {

using tests::ScratchFolder;
using tests::world;
namespace fs = std::filesystem;

void by_root(std::function<void()> const& work) {
  agree(world(), "test", [&] {
    if (world().is_root()) work();
  });
}

class RollbackStore : public testing::Test {
 protected:
  void publish_day(std::string const& date, std::string const& result) const {
    Lease const lease(world(), folder_ / "lock");
    fs::path const prepared = begin_night(world(), folder_.path(), date, &lease);
    commit_text(world(), prepared / "csv" / "a.csv", world().is_root() ? result : "");
    commit_text(world(), prepared / "aliases.json",
                world().is_root() ? "{\"champion\": {\"ials\": \"" + result + "\"}}" : "");
    publish_night(world(), folder_.path(), date, prepared, {}, {&lease});
  }
  RollbackPlan plan(std::string const& night = "") const {
    return plan_rollback(world(), {folder_.path(), night, true});
  }
  CurrentMove roll(std::string const& night = "") const {
    RollbackParams const params{folder_.path(), night, true};
    RollbackPlan const to = plan_rollback(world(), params);
    Lease const lease(world(), folder_ / "lock");
    return apply_rollback(world(), lease, params, to);
  }
  ExitCode code_of(std::function<void()> const& work) const {
    try {
      work();
    } catch (Error const& error) {
      return error.code();
    }
    return ExitCode::done;
  }
  std::string current() const { return current_night(folder_.path()); }
  ScratchFolder folder_;
};

TEST_F(RollbackStore, GoesBackAndForthAndToANamedNight) {
  publish_day("2026-11-01", "one");
  publish_day("2026-11-02", "two");
  publish_day("2026-11-02", "three");
  EXPECT_EQ(current(), "2026-11-02.2");
  world().barrier();
  roll();
  EXPECT_EQ(current(), "2026-11-02");
  world().barrier();
  roll();
  EXPECT_EQ(current(), "2026-11-02.2");
  world().barrier();
  roll("2026-11-01");
  EXPECT_EQ(current(), "2026-11-01");
  EXPECT_EQ(read_file(folder_ / "current/csv/a.csv"), "one");
  world().barrier();
  roll("2026-11-01");  // again: nothing changes
  EXPECT_EQ(current(), "2026-11-01");
  by_root([&] {
    AuditLog const log = read_audit(folder_.path());
    EXPECT_TRUE(log.faults.empty() && log.notes.empty());
    EXPECT_EQ(current_history(log).moves.size(), 6u);  // three published, three rolled back
    EXPECT_EQ(current_history(log).moves.back().detail("from"), "2026-11-02.2");
  });
}

TEST_F(RollbackStore, ShowsWhatItDragsAlong) {
  publish_day("2026-11-01", "one");
  publish_day("2026-11-02", "two");
  publish_day("2026-11-03", "three");
  world().barrier();
  RollbackPlan const to = plan("2026-11-01");
  EXPECT_EQ(current(), "2026-11-03");  // a plan changes nothing
  by_root([&] {
    EXPECT_EQ(to.left, (std::vector<std::string>{"2026-11-02", "2026-11-03"}));
    EXPECT_EQ(to.changed, (std::vector<std::string>{"aliases.json", "csv/a.csv"}));
    EXPECT_EQ(to.aliases.at("champion/ials"), (std::pair<std::string, std::string>{"three", "one"}));
  });
}

TEST_F(RollbackStore, RefusesUnknownAndDamagedNights) {
  publish_day("2026-11-01", "one");
  EXPECT_EQ(code_of([&] { plan(); }), ExitCode::bad_config);  // there is none before the first
  publish_day("2026-11-02", "two");
  EXPECT_EQ(code_of([&] { plan("2026-11-03"); }), ExitCode::bad_config);
  EXPECT_EQ(code_of([&] { plan("../nights/2026-11-01"); }), ExitCode::bad_config);
  by_root([&] { write_file(folder_ / "nights/2026-11-01/csv/a.csv", "0ne"); });
  EXPECT_EQ(code_of([&] { plan(); }), ExitCode::bad_data);
  EXPECT_EQ(code_of([&] { plan_rollback(world(), {folder_.path(), "", false}); }), ExitCode::done);
  by_root([&] { fs::remove(folder_ / "nights/2026-11-01/csv/a.csv"); });
  EXPECT_EQ(code_of([&] { plan_rollback(world(), {folder_.path(), "", false}); }), ExitCode::bad_data);
  EXPECT_EQ(current(), "2026-11-02");
}

/// Whatever moment a rollback is ended at, the same command brings it to its end, and not back.
TEST_F(RollbackStore, AnInterruptedRollbackIsFinishedByTheNext) {
  publish_day("2026-11-01", "one");
  publish_day("2026-11-02", "two");
  by_root([&] {
    append_audit(folder_.path(), "rollback", {{"state", "started"}, {"from", "2026-11-02"}, {"to", "2026-11-01"}});
  });
  EXPECT_EQ(plan().to, "2026-11-01");
  by_root([&] {
    fs::remove(folder_ / "current");
    fs::create_symlink("nights/2026-11-01", folder_ / "current");
  });
  EXPECT_EQ(plan().to, "2026-11-01");
  roll();
  EXPECT_EQ(current(), "2026-11-01");
  world().barrier();
  roll();
  EXPECT_EQ(current(), "2026-11-02");
}

TEST_F(RollbackStore, AMoveByHandIsNoticed) {
  publish_day("2026-11-01", "one");
  publish_day("2026-11-02", "two");
  by_root([&] {
    fs::remove(folder_ / "current");
    fs::create_symlink("nights/2026-11-01", folder_ / "current");
    EXPECT_EQ(catch_up_audit(folder_.path()), "");
    EXPECT_EQ(read_audit(folder_.path()).entries.back().action, "found");
  });
  EXPECT_EQ(plan().to, "2026-11-02");
}

TEST_F(RollbackStore, ALogThatCannotBeWrittenDoesNotHoldUpTheMove) {
  publish_day("2026-11-01", "one");
  publish_day("2026-11-02", "two");
  by_root([&] {
    fs::remove(folder_ / "audit.jsonl");
    fs::create_directory(folder_ / "audit.jsonl");
  });
  RollbackParams const params{folder_.path(), "2026-11-01", true};
  RollbackPlan const to = plan_rollback(world(), params);
  Lease const lease(world(), folder_ / "lock");
  CurrentMove const move = apply_rollback(world(), lease, params, to);
  by_root([&] { EXPECT_NE(move.audit_fault, ""); });
  EXPECT_EQ(current(), "2026-11-01");
}

TEST(NightName, OneNameForEachNight) {
  EXPECT_EQ(parse_night("2026-11-20"), (NightName{"2026-11-20", 1}));
  EXPECT_EQ(parse_night("2026-11-20.12"), (NightName{"2026-11-20", 12}));
  EXPECT_LT(*parse_night("2026-11-20.9"), *parse_night("2026-11-20.10"));
  for (char const* text :
       {"", "2026-11-2", "2026-11-20.", "2026-11-20.1", "2026-11-20.02", "2026-11-20.2x", "2026/11/20",
        ".2026-11-20.3.tmp", "2026-11-20.3.tmp", "2026-11-20x2", "2026-11-20.-2", "../2026-11-20"}) {
    EXPECT_FALSE(parse_night(text)) << text;
  }
}

std::vector<std::string> hostile_names() {
  std::vector<std::string> names{"",
                                 ".",
                                 "..",
                                 "...",
                                 "/",
                                 "//",
                                 "\\",
                                 "~",
                                 "-",
                                 "--",
                                 "-rf",
                                 "a/b",
                                 "/etc",
                                 "a\\b",
                                 "a b",
                                 " a",
                                 "a ",
                                 "../a",
                                 "a/..",
                                 "a/../b",
                                 "..\\a",
                                 "%2e%2e",
                                 "a%2fb",
                                 "a:b",
                                 "a*",
                                 "a?",
                                 "a|b",
                                 "a;b",
                                 "a&b",
                                 "a$b",
                                 "$(a)",
                                 "`a`",
                                 "a'b",
                                 "a\"b",
                                 "a<b",
                                 "a>b",
                                 "a#b",
                                 "a!b",
                                 "a,b",
                                 "a=b",
                                 "a+b",
                                 "a@b",
                                 "(a)",
                                 "[a]",
                                 "{a}",
                                 "a^b",
                                 "~root",
                                 "a~",
                                 "a.tmp",
                                 ".tmp",
                                 "1.free",
                                 "a.free",
                                 ".hidden",
                                 ".ssh",
                                 ".trash.x",
                                 ".2026-11-20.3.tmp",
                                 "..a",
                                 ".-",
                                 "\xc3\xa4",
                                 "a\xcc\x88",
                                 "\xe2\x80\xae"
                                 "a",
                                 "\xef\xbc\x8f",
                                 "\xef\xbc\x8e\xef\xbc\x8e",
                                 "\xc0\xaf",
                                 "\xc0\xae\xc0\xae",
                                 "\xff",
                                 "\xfe\xff",
                                 "\xe2\x88\x95",
                                 "\xe2\x80\x8b",
                                 "a\xe2\x80\x8b",
                                 std::string(101, 'a'),
                                 std::string(256, 'a'),
                                 std::string(5000, 'a'),
                                 std::string(100, '/'),
                                 std::string(100, '.')};
  for (char c = 1; c < ' '; ++c) names.push_back(std::string("a") + c + "b");
  names.push_back(std::string("a\0b", 3));
  names.push_back(std::string("\0", 1));
  names.push_back("a\x7f");
  return names;
}

TEST(SafeName, HostileNamesAreRefused) {
  std::vector<std::string> const names = hostile_names();
  EXPECT_GE(names.size(), 100u);
  for (std::string const& name : names) {
    EXPECT_FALSE(is_safe_name(name)) << testing::PrintToString(name);
    try {
      checked_name("tenant", name);
      ADD_FAILURE() << testing::PrintToString(name);
    } catch (Error const& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_config);
      std::string const message = error.what();
      EXPECT_TRUE(std::all_of(message.begin(), message.end(), [](char c) { return c >= ' ' && c < 127; })) << message;
      EXPECT_LT(message.size(), 400u);
    }
  }
  for (std::string const& name :
       {std::string("demo"), std::string("Tenant-1_b.c"), std::string(100, 'a'), std::string("0")}) {
    EXPECT_EQ(checked_name("tenant", name), name);
  }
}

mode_t mode_of(fs::path const& path) {
  struct stat status {};
  stat(path.c_str(), &status);
  return status.st_mode & 07777;
}

TEST(StoreAccess, FoldersAreForTheirOwnerOrGroup) {
  ScratchFolder const folder;
  if (!world().is_root()) return;
  mode_t const before = umask(0);
  fs::path const tenant = open_tenant(folder / "s", "demo", StoreAccess::owner);
  make_folders(tenant / "runs/1");
  write_file(tenant / "runs/1/x", "");
  EXPECT_EQ(mode_of(folder / "s"), 0700u);
  EXPECT_EQ(mode_of(tenant), 0700u);
  EXPECT_EQ(mode_of(tenant / "runs/1"), 0700u);
  EXPECT_EQ(mode_of(tenant / "runs/1/x"), 0600u);
  EXPECT_EQ(access_of(tenant), StoreAccess::owner);
  fs::path const shared = open_tenant(folder / "s", "shared", StoreAccess::group);
  write_file(shared / "x", "");
  EXPECT_EQ(mode_of(shared), 02770u);
  EXPECT_EQ(mode_of(shared / "x"), 0660u);
  EXPECT_EQ(access_of(shared), StoreAccess::group);
  umask(before);
}

ExitCode code_of_opening(fs::path const& store, std::string const& tenant) {
  mode_t const before = umask(0);
  umask(before);
  ExitCode code = ExitCode::done;
  try {
    open_tenant(store, tenant, StoreAccess::owner);
  } catch (Error const& error) {
    code = error.code();
  }
  umask(before);
  return code;
}

/// Every mode of a folder on the way, times where it stands on it.
TEST(StoreAccess, FoldersThatOthersMayWriteAreRefused) {
  ScratchFolder const folder;
  if (!world().is_root()) return;
  fs::create_directories(folder / "a/store/demo");
  for (char const* open : {"a", "a/store", "a/store/demo"}) {
    for (mode_t const mode : {0700, 0750, 0755, 0770, 0775, 02770, 0702, 0707, 0757, 0777, 02777, 01777}) {
      ASSERT_EQ(chmod((folder / open).c_str(), mode), 0);
      bool const is_open = (mode & 0002) != 0 && (mode & 01000) == 0;
      EXPECT_EQ(code_of_opening(folder / "a/store", "demo"), is_open ? ExitCode::bad_config : ExitCode::done)
          << open << " " << std::oct << mode;
    }
    chmod((folder / open).c_str(), 0700);
  }
  // Through a link as well: what it leads to, and the folder it stands in.
  fs::create_directories(folder / "b");
  fs::create_directory_symlink("../a/store", folder / "b/link");
  EXPECT_EQ(code_of_opening(folder / "b/link", "demo"), ExitCode::done);
  chmod((folder / "a").c_str(), 0777);
  EXPECT_EQ(code_of_opening(folder / "b/link", "demo"), ExitCode::bad_config);
  chmod((folder / "a").c_str(), 0700);
  chmod((folder / "b").c_str(), 0777);
  EXPECT_EQ(code_of_opening(folder / "b/link", "demo"), ExitCode::bad_config);
}

TEST(StoreAccess, LinksThatLeadOutOrToAnotherTenantAreRefused) {
  ScratchFolder const folder;
  if (!world().is_root()) return;
  fs::path const tenant = folder / "store/demo";
  fs::create_directories(tenant / "nights/2026-11-20");
  fs::create_symlink("nights/2026-11-20", tenant / "current");
  EXPECT_EQ(code_of_opening(folder / "store", "demo"), ExitCode::done);
  for (char const* target : {"..", "/etc", "../../other", "/nowhere/at/all", "current/../../../x"}) {
    for (char const* place : {"runs", "nights/2026-11-21", "out"}) {
      fs::create_symlink(target, tenant / place);
      bool const leads_out = place != std::string("nights/2026-11-21") || target != std::string("..");
      EXPECT_EQ(code_of_opening(folder / "store", "demo"), leads_out ? ExitCode::bad_config : ExitCode::done)
          << place << " -> " << target;
      fs::remove(tenant / place);
    }
  }
  for (char const* target : {"/etc", "../other", "demo"}) {
    fs::create_directory_symlink(target, folder / "store/guest");
    EXPECT_EQ(code_of_opening(folder / "store", "guest"), ExitCode::bad_config) << target;
    fs::remove(folder / "store/guest");
  }
}

}  // namespace
}  // namespace tidemill::io
