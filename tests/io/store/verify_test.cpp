#include "io/store/verify.hpp"

#include <gtest/gtest.h>

#include "io/error.hpp"
#include "io/store/checkpoint.hpp"
#include "io/store/commit.hpp"
#include "io/store/night.hpp"
#include "io/store/posix.hpp"
#include "io/store/seal.hpp"
#include "tests/support/world.hpp"

namespace tidemill::io {
namespace {

using tests::ScratchFolder;
using tests::world;
namespace fs = std::filesystem;

void as_root(std::function<void()> const& work) {
  agree(world(), "test", [&] {
    if (world().is_root()) work();
  });
}

/// A tenant with two nights, a table and a cached step, all whole.
class VerifiedStore : public testing::Test {
 protected:
  VerifiedStore() {
    publish_small("2026-11-19", "1,2\n");
    publish_small("2026-11-20", "1,3\n");
    commit_numbers("tables/sales/a.h5", 7);
    fs::path const step = tenant_ / "cache" / "menu-0123456789abcdef";
    commit_text(world(), step / "menu.csv", world().is_root() ? "x\n" : "");
    std::string const digest = digest_of_file(world(), step / "menu.csv");
    commit_text(world(), step / "step.json",
                world().is_root()
                    ? with_seal(R"({"name":"menu","key":"0123456789abcdef77","files":{"menu.csv":")" + digest + "\"}}")
                    : "");
  }
  void publish_small(std::string const& date, std::string const& result) {
    fs::path const prepared = begin_night(world(), tenant_, date);
    commit_text(world(), prepared / "a.csv", world().is_root() ? result : "");
    publish_night(world(), tenant_, date, prepared);
  }
  void commit_numbers(std::string const& name, std::int64_t value) {
    commit_hdf5(world(), tenant_ / name, {"table", "", 1, {}},
                [&](Hdf5File& file) { file.write_all("values", std::vector<std::int64_t>(100, value)); });
  }
  /// "PATH WHAT" of each fault, paths below the tenant.
  std::vector<std::string> faults(fs::path const& path) const {
    VerifyReport report;
    verify_path(world(), path, report);
    std::vector<std::string> texts;
    for (StoreFault const& fault : report.faults) {
      texts.push_back(fs::path(fault.path).lexically_relative(tenant_).generic_string() + " " + fault.what);
    }
    return texts;
  }
  void expect_one_fault(std::string const& part) const {
    std::vector<std::string> const found = faults(folder_.path());
    ASSERT_EQ(found.size(), 1u) << part;
    EXPECT_NE(found[0].find(part), std::string::npos) << found[0];
  }
  ScratchFolder folder_;
  fs::path tenant_ = folder_ / "store/demo";
};

TEST_F(VerifiedStore, WholeStoreIsCounted) {
  as_root([&] {
    write_file(tenant_ / "tables/sales/b.h5.tmp", "half");  // what a killed run leaves is nobody's
    make_folders(tenant_ / "nights/.2026-11-21.tmp");
  });
  VerifyReport report;
  verify_path(world(), folder_ / "store", report);
  EXPECT_EQ(report.faults.size(), 0u) << report.faults[0].path << report.faults[0].what;
  EXPECT_EQ(report.nights, 2);
  EXPECT_EQ(report.steps, 1);
  EXPECT_EQ(report.files, 4);
  for (char const* part : {"nights", "current", "current/", "nights/2026-11-19/a.csv", "nights/2026-11-19/night.json",
                           "cache/menu-0123456789abcdef/menu.csv", "tables/sales/a.h5"}) {
    EXPECT_TRUE(faults(tenant_ / part).empty()) << part;
  }
}

TEST_F(VerifiedStore, WhatIsNoneOfOursIsAFault) {
  as_root([&] { write_file(folder_ / "notes.txt", "x"); });
  EXPECT_EQ(faults(folder_ / "notes.txt").size(), 1u);
  EXPECT_EQ(faults(folder_ / "nowhere").size(), 1u);
  EXPECT_EQ(faults(tenant_ / "tables/sales/none.h5").size(), 1u);
}

TEST_F(VerifiedStore, EveryKindOfDamageIsOneLine) {
  as_root([&] { write_file(tenant_ / "nights/2026-11-19/a.csv", "1,9\n"); });
  expect_one_fault("nights/2026-11-19 a.csv is ");
  as_root([&] { write_file(tenant_ / "nights/2026-11-19/a.csv", "1,2\n"); });

  fs::path const table = tenant_ / "tables/sales/a.h5";
  std::string const bytes = read_file(table);
  world().barrier();
  as_root([&] { write_file(table, bytes.substr(0, bytes.size() - 1)); });
  expect_one_fault("tables/sales/a.h5 ");
  as_root([&] { write_file(table, bytes); });

  fs::path const step = tenant_ / "cache/menu-0123456789abcdef";
  as_root([&] { rename_file(step, tenant_ / "cache/menu-f123456789abcdef"); });
  expect_one_fault("its record is that of the step menu-0123456789abcdef");
  as_root([&] { rename_file(tenant_ / "cache/menu-f123456789abcdef", step); });

  as_root([&] { rename_file(tenant_ / "nights/2026-11-19", tenant_ / "nights/2026-11-18"); });
  expect_one_fault("the night 2026-11-19 under another one's name");
}

TEST_F(VerifiedStore, RecordsAreSealed) {
  fs::path const record = tenant_ / "nights/2026-11-20/night.json";
  std::string text = read_file(record);
  text.replace(text.find("2026-11-20"), 10, "2026-11-21");  // the date: no file's digest tells
  world().barrier();
  as_root([&] { write_file(record, text); });
  expect_one_fault("does not fit its seal");
  EXPECT_THROW(read_manifest(world(), tenant_ / "current"), Error);
}

TEST_F(VerifiedStore, CurrentMustLeadToTheNightOfTheLog) {
  auto const point_to = [&](std::string const& target) {
    as_root([&] {
      remove_if_present(tenant_ / "current");
      make_link(target, tenant_ / "current");
    });
  };
  point_to("nights/2026-11-21");
  expect_one_fault("no published night");
  point_to("nightr/2026-11-20");
  expect_one_fault("no published night");
  point_to("nights/2026-11-19");
  EXPECT_TRUE(faults(tenant_).empty());  // nobody says that it may not
  as_root([&] {
    write_file(tenant_ / "audit.jsonl", R"({"details":{"state":"done","from":"2026-11-19","to":"2026-11-20"}})"
                                        "\n");
  });
  expect_one_fault("leads to 2026-11-19, the audit log says 2026-11-20");
  as_root([&] { remove_if_present(tenant_ / "current"); });
  expect_one_fault("is missing though nights are published");
}

TEST_F(VerifiedStore, CheckpointUnderAnotherNameIsNotUsed) {
  CheckpointStore store(world(), tenant_ / "checkpoints", "key", 0);
  store.save(3, [](Hdf5File& file) { file.write_all("state", std::vector<double>{1.5}); });
  as_root([&] { io::copy_file(tenant_ / "checkpoints/checkpoint-3.h5", tenant_ / "checkpoints/checkpoint-9.h5"); });
  expect_one_fault("it is the checkpoint of step 3");
  EXPECT_EQ(store.load_newest([](Hdf5File&) {}), 3);
}

}  // namespace
}  // namespace tidemill::io
