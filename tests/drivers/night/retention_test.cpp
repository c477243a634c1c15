#include "drivers/night/retention.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "drivers/night/gate_record.hpp"
#include "drivers/night/run_steps.hpp"
#include "io/store/commit.hpp"
#include "io/store/current.hpp"
#include "io/store/night.hpp"
#include "io/store/night_list.hpp"
#include "io/store/pins.hpp"
#include "io/store/posix.hpp"
#include "io/store/registry.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using tests::ScratchFolder;
using tests::world;
namespace fs = std::filesystem;

std::string key_of_day(int day, std::string const& step) {
  return std::string(step == "daily" ? 14 : 15, 'a') + std::to_string(day) + (step == "daily" ? "bb" : "b");
}

/// A store with one night a day, each with a run and the steps it names: made once, copied for each test, on rank 0
/// alone.
class RetentionStore : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    example_ = std::make_unique<ScratchFolder>();
    for (int day = 1; day <= 6 && world().is_root(); ++day) add_day_to(example_->path(), day);
  }
  static void TearDownTestSuite() { example_.reset(); }
  void SetUp() override {
    if (!world().is_root()) GTEST_SKIP() << "rank 0 only";
    fs::copy(example_->path(), tenant(), fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  }
  void add_day(int day, std::string const& result = "") const { add_day_to(tenant(), day, result); }
  static void add_day_to(fs::path const& tenant, int day, std::string const& result = "") {
    io::Comm const self = io::Comm::self();
    RunRecord run;
    run.run = "2026110" + std::to_string(day) + "T010000-1";
    run.state = "published";
    for (char const* name : {"daily", "forecast"}) {
      StepRecord step;
      step.name = name;
      step.key = key_of_day(std::string(name) == "daily" ? 1 : day, name);  // all share one step
      run.steps.push_back(step);
      io::make_folders(folder_of_step(tenant / "cache", name, step.key));
      io::write_file(folder_of_step(tenant / "cache", name, step.key) / "step.json", "{}");
    }
    io::make_folders(tenant / "runs" / run.run);
    io::write_file(tenant / "runs" / run.run / "record.json", to_json(run));
    std::string const date = "2026-11-0" + std::to_string(day);
    io::Lease const lease(self, tenant / "lock");
    fs::path const prepared = io::begin_night(self, tenant, date, &lease);
    io::commit_text(self, prepared / "csv/a.csv", date + std::string(1000, 'x') + result);
    io::commit_text(self, prepared / "record.json", to_json(run));
    io::publish_night(self, tenant, date, prepared, {}, {&lease});
  }
  fs::path tenant() const { return folder_.path(); }
  RetentionPlan plan(int keep, double grace = 0) const { return plan_retention({tenant(), keep, grace}); }
  std::set<std::string> going(RetentionPlan const& plan, std::string const& kind) const {
    std::set<std::string> names;
    for (Removal const& removal : plan.removals) {
      if (removal.kind == kind) names.insert(removal.path.filename().string());
    }
    return names;
  }
  void apply(RetentionPlan const& plan) const {
    io::LeaseFile const lease(tenant() / "lock");
    apply_retention(lease, plan);
  }
  static std::unique_ptr<ScratchFolder> example_;
  ScratchFolder folder_;
};

std::unique_ptr<ScratchFolder> RetentionStore::example_;

using RemovedNames = std::set<std::string>;

/// A version that only its name stands for.
void add_version(fs::path const& tenant, std::string const& model, std::string const& version) {
  io::make_folders(tenant / "models" / model);
  io::write_file(tenant / "models" / model / (version + ".h5"), std::string(500, 'v'));
}

TEST_F(RetentionStore, OldVersionsOfModelsGoButNotThoseThatKeptNightsName) {
  for (int day = 1; day <= 6; ++day) {
    for (char const* model : {"recommender", "demand"}) add_version(tenant(), model, "2026-11-0" + std::to_string(day));
  }
  io::Aliases aliases;
  aliases.decided["recommender"] = {"2026-11-02", "2026-11-01", {}};
  aliases.in_use["demand"] = {"2026-11-05", "2026-11-04", {{"Mains", "2026-11-01"}}};
  io::write_file(tenant() / "nights/2026-11-06/aliases.json", io::to_json(aliases));
  GateRecord record;
  record.model = "demand";
  record.version = "2026-11-03";
  io::write_file(tenant() / "nights/2026-11-05/gate.json", to_json(record));
  record.model = "recommender";
  record.refreshed = RefreshRecord{"2026-11-04", "", {}};
  io::pin_night(tenant(), "2026-11-01", "audit");
  io::write_file(tenant() / "nights/2026-11-01/recommender_gate.json", to_json(record));
  auto const versions = [&](int keep) {
    std::set<std::string> names;
    for (Removal const& removal : plan(keep).removals) {
      if (removal.kind == "model") {
        names.insert(removal.path.parent_path().filename().string() + " " + removal.path.stem().string());
      }
    }
    return names;
  };
  using Names = std::set<std::string>;
  EXPECT_EQ(versions(6), Names{});
  EXPECT_EQ(versions(1), (Names{"recommender 2026-11-05", "demand 2026-11-02"}));
  // Which versions a night has in use must be known before any goes.
  io::write_file(tenant() / "nights/2026-11-06/aliases.json", "{");
  EXPECT_EQ(versions(1), Names{});
  EXPECT_FALSE(plan(1).notes.empty());
  io::write_file(tenant() / "nights/2026-11-06/aliases.json", io::to_json(aliases));
  apply(plan(1));
  EXPECT_FALSE(fs::exists(tenant() / "models/demand/2026-11-02.h5"));
  EXPECT_TRUE(fs::exists(tenant() / "models/demand/2026-11-01.h5"));
}

TEST_F(RetentionStore, OldNightsGoWithTheRunsAndStepsThatOnlyTheyName) {
  RetentionPlan const removal = plan(3);
  EXPECT_EQ(going(removal, "night"), (RemovedNames{"2026-11-01", "2026-11-02", "2026-11-03"}));
  EXPECT_EQ(going(removal, "run"), (RemovedNames{"20261101T010000-1", "20261102T010000-1", "20261103T010000-1"}));
  EXPECT_EQ(going(removal, "step").size(), 3u);
  EXPECT_FALSE(going(removal, "step").contains("daily-" + key_of_day(1, "daily").substr(0, 16)));
  EXPECT_GT(removal.bytes, 3000);
  EXPECT_EQ(io::list_nights(tenant()).size(), 6u);  // a plan removes nothing
  apply(removal);
  EXPECT_EQ(io::list_nights(tenant()).size(), 3u);
  EXPECT_TRUE(plan(3).removals.empty());
  EXPECT_NO_THROW(io::verify_night(io::Comm::self(), tenant() / "current"));
  add_day(7);
  EXPECT_EQ(io::current_night(tenant()), "2026-11-07");
}

TEST_F(RetentionStore, CurrentPreviousAndPinnedNightsStay) {
  io::pin_night(tenant(), "2026-11-01", "audit of 2026");
  {
    io::LeaseFile const lease(tenant() / "lock");
    io::move_current(lease, tenant(), "2026-11-03", "rollback");
    io::move_current(lease, tenant(), "2026-11-02", "rollback");
  }
  RetentionPlan const removal = plan(1);
  EXPECT_EQ(going(removal, "night"), (RemovedNames{"2026-11-04", "2026-11-05"}));
  EXPECT_EQ(removal.kept.at("2026-11-01"), "pinned: audit of 2026");
  EXPECT_EQ(removal.kept.at("2026-11-02"), "current");
  EXPECT_EQ(removal.kept.at("2026-11-03"), "previous");
  EXPECT_EQ(removal.kept.at("2026-11-06"), "one of the newest");
  io::unpin_night(tenant(), "2026-11-01");
  EXPECT_TRUE(going(plan(1), "night").contains("2026-11-01"));
}

TEST_F(RetentionStore, NightsLeftAMomentAgoStayForTheirReaders) {
  EXPECT_TRUE(going(plan(1, 3600), "night").empty());
  EXPECT_EQ(going(plan(1), "night").size(), 4u);
}

TEST_F(RetentionStore, ARevisionNumberIsNotUsedAgain) {
  add_day(6, "b");
  add_day(6, "c");
  EXPECT_EQ(io::current_night(tenant()), "2026-11-06.3");
  fs::remove_all(tenant() / "nights/2026-11-06");
  fs::remove_all(tenant() / "nights/2026-11-06.2");
  add_day(6, "c");
  EXPECT_EQ(io::current_night(tenant()), "2026-11-06.3");  // the same results: published before
  add_day(6, "d");
  EXPECT_EQ(io::current_night(tenant()), "2026-11-06.4");
}

TEST_F(RetentionStore, UnfinishedWorkStaysWhileItMayGoOn) {
  fs::path const unfinished = tenant() / "cache" / ("forecast-" + std::string(16, 'c'));
  io::make_folders(unfinished / "checkpoints");
  EXPECT_EQ(going(plan(6), "step"), RemovedNames{unfinished.filename().string()});
  RunRecord run;
  run.run = "20261107T010000-1";
  run.state = "running";
  io::make_folders(tenant() / "runs" / run.run);
  io::write_file(tenant() / "runs" / run.run / "record.json", to_json(run));
  EXPECT_TRUE(going(plan(6), "step").empty());
  io::write_file(tenant() / "runs" / run.run / "record.json", "{");  // nothing is known of it: no step goes
  EXPECT_TRUE(going(plan(1), "step").empty());
  EXPECT_EQ(plan(1).notes.size(), 1u);
}

TEST_F(RetentionStore, LeftoversGoAndStrangersStay) {
  io::make_folders(tenant() / "nights/.2026-11-07.3.tmp/csv");
  io::make_folders(tenant() / "nights/.trash.2026-11-01");
  io::make_folders(tenant() / "nights/notes");
  io::make_folders(tenant() / "cache/my-own-things");
  io::write_file(tenant() / "audit.head.tmp", "");
  RetentionPlan const removal = plan(6);
  EXPECT_EQ(going(removal, "leftover"), (RemovedNames{".2026-11-07.3.tmp", ".trash.2026-11-01", "audit.head.tmp"}));
  EXPECT_EQ(removal.removals.size(), 3u);
  EXPECT_EQ(going(plan(6, 3600), "leftover"), RemovedNames{".trash.2026-11-01"});  // the others may be at work
  apply(removal);
  EXPECT_TRUE(fs::exists(tenant() / "nights/notes") && fs::exists(tenant() / "cache/my-own-things"));
}

TEST_F(RetentionStore, SharedFilesFreeNothingUntilTheLastOfThemGoes) {
  for (char const* night : {"2026-11-02", "2026-11-06"}) {
    fs::remove(tenant() / "nights" / night / "csv/a.csv");
    fs::create_hard_link(tenant() / "nights/2026-11-01/csv/a.csv", tenant() / "nights" / night / "csv/a.csv");
  }
  auto const night_bytes = [&](RetentionPlan const& removal) {
    std::vector<std::int64_t> bytes;
    for (Removal const& one : removal.removals) {
      if (one.kind == "night") bytes.push_back(one.bytes);
    }
    return bytes;
  };
  std::vector<std::int64_t> const bytes = night_bytes(plan(3));
  ASSERT_EQ(bytes.size(), 3u);
  EXPECT_EQ(bytes[2] - bytes[0], 1010);
  EXPECT_EQ(bytes[2] - bytes[1], 1010);
}

/// A removal that is ended anywhere leaves no half night under its name, and the next one ends it.
TEST_F(RetentionStore, AFencedRemovalStops) {
  RetentionPlan const removal = plan(1);
  io::LeaseFile const lost(tenant() / "lock");
  fs::create_symlink("elsewhere 1 1 - 2026-01-01T00:00:00Z 120", tenant() / "lock" / std::to_string(lost.number() + 1));
  EXPECT_ANY_THROW(apply_retention(lost, removal));
  EXPECT_EQ(io::list_nights(tenant()).size(), 6u);
}

}  // namespace
}  // namespace tidemill::drivers
