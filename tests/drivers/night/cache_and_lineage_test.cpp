#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "drivers/night/cache_bounds.hpp"
#include "drivers/night/lineage.hpp"
#include "drivers/night/retention.hpp"
#include "drivers/night/run_steps.hpp"
#include "drivers/report/lineage_chart.hpp"
#include "io/error.hpp"
#include "io/store/pins.hpp"
#include "io/store/posix.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using tests::ScratchFolder;
using tests::world;
namespace fs = std::filesystem;

StepRecord step_of(std::string const& name, std::map<std::string, std::string> inputs,
                   std::map<std::string, std::string> files) {
  StepRecord step;
  step.name = name;
  step.title = "Title of " + name;
  step.key = name + std::string(40 - name.size(), 'k');
  step.inputs = std::move(inputs);
  step.files = std::move(files);
  return step;
}

/// raw -> ingest -> daily -> forecast -> results, daily -> results.
RunRecord run_with_lineage() {
  RunRecord run;
  run.steps = {step_of("ingest", {{"0000 generic", "r"}}, {{"stored.txt", "i"}}),
               step_of("daily", {{"sales/a.h5", "s"}}, {{"daily.h5", "d"}}),
               step_of("forecast", {{"daily/daily.h5", "d"}}, {{"forecast.h5", "f"}}),
               step_of("results", {{"daily/daily.h5", "d"}, {"forecast/forecast.h5", "f"}, {"gone/x.h5", "x"}},
                       {{"results.h5", "o"}, {"copy.h5", "f"}})};
  run.steps.push_back({});  // publishing has no key
  return run;
}

TEST(Lineage, LeadsFromAFileToWhatCameFromOutside) {
  LineageGraph const graph = lineage_of(run_with_lineage());
  ASSERT_EQ(graph.steps.size(), 4u);
  EXPECT_EQ(graph.parents_of(3), (std::vector<int>{1, 2}));
  EXPECT_EQ(graph.parents_of(1), std::vector<int>{0});
  EXPECT_EQ(graph.steps[0].inputs[0].from, -1);
  EXPECT_EQ(graph.steps[3].inputs[2].from, -1);
  EXPECT_EQ(graph.steps[3].level, 3);
  EXPECT_EQ(maker_of(graph, "results.h5", "o"), 3);
  EXPECT_EQ(maker_of(graph, "forecast.h5", "f"), 2);
  EXPECT_EQ(maker_of(graph, "other-name.h5", "f"), 3);
  EXPECT_EQ(maker_of(graph, "report.html", "p"), -1);
  EXPECT_EQ(lineage_text(graph, 2, 0),
            "by step forecast forecastkkkkkkkk (Title of forecast)\n"
            "  from daily/daily.h5  d\n"
            "    by step daily dailykkkkkkkkkkk (Title of daily)\n"
            "      from sales/a.h5  s\n"
            "        by step ingest ingestkkkkkkkkkk (Title of ingest)\n"
            "          from 0000 generic  r  (from outside)\n");
  std::string const all = lineage_text(graph, 3, 0);
  EXPECT_NE(all.find("by step daily dailykkkkkkkkkkk, as above"), std::string::npos) << all;
}

TEST(Lineage, ADigestThatDoesNotFitLeadsNowhere) {
  RunRecord run = run_with_lineage();
  run.steps[2].inputs["daily/daily.h5"] = "changed";
  EXPECT_EQ(lineage_of(run).steps[2].inputs[0].from, -1);
}

TEST(Lineage, TheDrawingHasABoxForEachStepAndALineForEachReading) {
  LineageGraph const graph = lineage_of(run_with_lineage());
  auto const count = [](std::string const& text, std::string const& part) {
    int times = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++times;
    return times;
  };
  for (double const width : {1080.0, 360.0}) {
    std::string const drawing = report::draw_lineage(graph, width);
    EXPECT_EQ(count(drawing, "<rect"), 4);
    EXPECT_EQ(count(drawing, "<line"), 4);
    EXPECT_EQ(count(drawing, "nan"), 0);
  }
  EXPECT_EQ(report::draw_lineage({}, 1080), "");
}

CachedStep cached(std::string const& name, std::int64_t bytes, double made, double last_used, int uses,
                  bool is_needed = false) {
  return {name, bytes, made, last_used, uses, is_needed};
}

std::string going(CacheContent content, CacheBounds const& bounds, double now = 1000) {
  for (CachedStep const& step : content.steps) content.bytes += step.bytes;
  std::string names;
  for (CachedStep const& step : beyond_bounds(content, bounds, now)) names += step.folder.string();
  return names;
}

TEST(CacheBounds, ThePolicyChoosesWhatGoesFirst) {
  CacheContent content;
  content.steps = {cached("a", 10, 300, 900, 1), cached("b", 10, 100, 500, 9), cached("c", 10, 200, 700, 2),
                   cached("d", 10, 50, 60, 5, true)};
  EXPECT_EQ(going(content, {40, CachePolicy::lru, 0}), "");
  EXPECT_EQ(going(content, {39, CachePolicy::lru, 0}), "b");
  EXPECT_EQ(going(content, {20, CachePolicy::lru, 0}), "bc");
  EXPECT_EQ(going(content, {20, CachePolicy::lfu, 0}), "ac");
  EXPECT_EQ(going(content, {20, CachePolicy::ttl, 0}), "bc");
  EXPECT_EQ(going(content, {1, CachePolicy::lru, 0}), "bca");  // what is needed stays
  EXPECT_EQ(going(content, {0, CachePolicy::lru, 350}), "b");
  EXPECT_EQ(going(content, {0, CachePolicy::ttl, 750}), "bc");
  EXPECT_EQ(going(content, {20, CachePolicy::lfu, 350}), "ba");  // too old first, then by the policy
  content.is_known = false;
  EXPECT_EQ(going(content, {1, CachePolicy::lru, 1}), "");
  EXPECT_EQ(cache_policy_named("lfu"), CachePolicy::lfu);
  EXPECT_THROW(cache_policy_named("fifo"), ConfigError);
}

/// Runs of three days: each made a step of its own and used one that all share.
class CachedRuns : public testing::Test {
 protected:
  void SetUp() override {
    if (!world().is_root()) GTEST_SKIP() << "rank 0 only";
    for (int day = 1; day <= 3; ++day) add_run(day, "published");
  }
  void add_run(int day, std::string const& state) {
    RunRecord run;
    run.run = "2020110" + std::to_string(day) + "T010000-1";
    run.started = "2020-11-0" + std::to_string(day) + "T01:00:00Z";
    run.state = state;
    run.tenant = "t";
    for (std::string const& name : {std::string("shared"), "own" + std::to_string(day)}) {
      run.steps.push_back(step_of(name, {}, {}));
      fs::path const step = folder_of_step(tenant() / "cache", name, run.steps.back().key);
      io::make_folders(step);
      io::write_file(step / "step.json", std::string(1000, 'x'));
      auto const made = fs::file_time_type::clock::now() - std::chrono::hours(24 * 365 * 20);
      fs::last_write_time(step / "step.json", made);
    }
    for (fs::path const& folder : {tenant() / "runs" / run.run, tenant() / "nights" / run.started.substr(0, 10)}) {
      io::make_folders(folder);
      io::write_file(folder / "record.json", to_json(run));
    }
    io::write_file(tenant() / "nights" / run.started.substr(0, 10) / "night.json", "{}");
  }
  fs::path tenant() const { return folder_.path(); }
  std::string going_of(CacheBounds const& bounds) const {
    RetentionParams params{tenant(), 7, 0};
    params.cache = bounds;
    std::string names;
    for (Removal const& removal : plan_retention(params).removals) {
      if (removal.kind == "step") names += removal.path.filename().string().substr(0, 6) + " ";
    }
    return names;
  }
  ScratchFolder folder_;
};

TEST_F(CachedRuns, UsesAreCountedFromTheRecords) {
  CacheContent const content = read_cache(tenant());
  ASSERT_EQ(content.steps.size(), 4u);
  EXPECT_EQ(content.bytes, 4000);
  EXPECT_EQ(content.steps[0].uses, 1);
  EXPECT_EQ(content.steps[3].uses, 3);  // the night's record is its run's: no use of its own
  EXPECT_EQ(content.steps[3].last_used - content.steps[0].last_used, 2 * 86400);
  EXPECT_EQ(going_of({}), "");
  EXPECT_EQ(going_of({2000, CachePolicy::lru, 0}), "own1-o own2-o ");
  EXPECT_EQ(going_of({1000, CachePolicy::lfu, 0}), "own1-o own2-o own3-o ");
}

TEST_F(CachedRuns, PinnedNightsAndUnfinishedRunsKeepTheirSteps) {
  io::pin_night(tenant(), "2020-11-01", "");
  EXPECT_EQ(going_of({1, CachePolicy::lru, 0}), "own2-o own3-o ");
  add_run(4, "stopped");
  EXPECT_EQ(going_of({1, CachePolicy::lru, 0}), "own2-o own3-o ");
  io::write_file(tenant() / "runs/20201102T010000-1/record.json", "{");
  EXPECT_EQ(going_of({1, CachePolicy::lru, 0}), "");
}

TEST(CacheUse, IsTheShareOfReusedSteps) {
  RunRecord run = run_with_lineage();
  run.steps[0].reused = true;
  run.steps[0].saved_seconds = 2.5;
  CacheUse const use = cache_use_of(run);
  EXPECT_EQ(use.hits, 1);
  EXPECT_EQ(use.hit_rate(), 0.25);
  nlohmann::json const json = nlohmann::json::parse(to_json(run));
  EXPECT_EQ(json["cache"]["saved_seconds"], 2.5);
  EXPECT_EQ(json["cache"]["steps"], 4);
  EXPECT_EQ(run_record_from_json(to_json(run), "record").steps.size(), 5u);
}

}  // namespace
}  // namespace tidemill::drivers
