#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <tuple>

#include "drivers/doctor/device_check.hpp"
#include "drivers/night/plan_night.hpp"
#include "io/doctor/checks.hpp"
#include "io/error.hpp"
#include "tests/support/run_command.hpp"
#include "tests/support/world.hpp"

namespace tidemill::jobs {
namespace {

using tests::ScratchFolder;
using tests::world;

std::vector<std::string> failed_checks(std::vector<io::Finding> const& findings) {
  std::vector<std::string> failed;
  for (io::Finding const& finding : findings) {
    EXPECT_FALSE(finding.found.empty()) << finding.check;
    EXPECT_EQ(finding.cure.empty(), finding.grade == io::Finding::Grade::ok) << finding.check;
    if (finding.grade == io::Finding::Grade::fail) failed.push_back(finding.check);
  }
  return failed;
}

TEST(Doctor, FindsASoundMachineSoundAndLeavesNothingBehind) {
  ScratchFolder const folder;
  using Names = std::vector<std::string>;
  EXPECT_EQ(failed_checks(io::check_ranks(world())), Names{});
  EXPECT_EQ(failed_checks(io::check_process(world())), Names{});
  EXPECT_EQ(failed_checks(drivers::check_device(world())), Names{});
  EXPECT_EQ(failed_checks(io::check_folder(world(), folder.path())), Names{});
  EXPECT_EQ(failed_checks(io::check_hdf5(world(), folder.path())), Names{});
  EXPECT_EQ(failed_checks(io::check_locks(world(), folder.path())), Names{});
  world().barrier();
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  world().barrier();
}

TEST(Doctor, SaysWhatIsWrong) {
  ScratchFolder const folder;
  using Names = std::vector<std::string>;
  EXPECT_EQ(failed_checks(io::check_folder(world(), folder / "missing")), Names{"folder"});
  EXPECT_EQ(failed_checks(io::check_hdf5(world(), "/proc/nowhere")), Names{"parallel write"});
  EXPECT_THROW(tests::run_command(world(), "doctor", {"--store", (folder / "missing").string()}), Error);
}

TEST(Plan, GrowsWithTheWorkAndFallsWithTheRanks) {
  drivers::NightSize size;
  size.raw_bytes = 300'000'000;
  size.raw_lines = 900'000;
  size.trees = 1000;
  size.origins = 2;
  std::vector<std::string> const names{"ingest", "forecast", "backtest", "of-another-version"};
  auto const plan = drivers::plan_steps(names, size);
  ASSERT_EQ(plan.size(), names.size());
  size.training.ranks = 4;
  auto const shared = drivers::plan_steps(names, size);
  size.raw_bytes *= 2;
  size.raw_lines *= 2;
  auto const larger = drivers::plan_steps(names, size);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(plan[i].name, names[i]);
    EXPECT_GT(plan[i].seconds, shared[i].seconds);
    EXPECT_GT(larger[i].seconds, shared[i].seconds);
    EXPECT_GT(plan[i].peak_memory, shared[i].peak_memory);
    EXPECT_NEAR(static_cast<double>(plan[i].bytes_written) * 2, static_cast<double>(shared[i].bytes_written), 1);
    EXPECT_GT(larger[i].bytes_written, shared[i].bytes_written);
  }
  EXPECT_GT(plan[2].seconds, plan[1].seconds);
  EXPECT_GT(plan[3].seconds, 0);
  EXPECT_DOUBLE_EQ(drivers::checkpoint_interval(0.5, 3600), 60);
}

TEST(Plan, TakesTheTrainersOwnEstimatesAndPlansTheBestModelAsTheDearest) {
  drivers::NightSize size;
  size.training = {100'000, 5000, 1000, false, 2};
  size.reading_memory = 123'000'000;
  auto const without = drivers::plan_steps({"interactions", "model-ials", "model-ease", "champion"}, size);
  size.training_memory["ials"] = [](drivers::TrainingSize const& training) { return 1000 * training.users; };
  size.training_memory["ease"] = [](drivers::TrainingSize const& training) { return 500'000'000 / training.ranks; };
  auto const with = drivers::plan_steps({"interactions", "model-ials", "model-ease", "champion", "results"}, size);
  EXPECT_EQ(with[1].peak_memory - without[1].peak_memory, 5'000'000);
  EXPECT_EQ(with[2].peak_memory - without[2].peak_memory, 250'000'000);
  EXPECT_EQ(with[3].peak_memory, with[2].peak_memory);
  EXPECT_GT(with[3].seconds, std::max(with[1].seconds, with[2].seconds));
  size.reading_memory = 0;
  EXPECT_EQ(with[0].peak_memory - drivers::plan_steps({"interactions"}, size)[0].peak_memory, 123'000'000);
}

using StepNames = std::vector<std::string>;

/// A night that validation/watching/plans.py generated and ran, and what it took. The rates of plan_night.cpp were
/// fitted to others.
struct JudgedNight {
  char const* what;
  drivers::NightSize size;
  bool has_sales;
  StepNames models;
  double seconds, megabytes, written;  ///< memory of a rank; written by all
  std::int64_t files;
};

drivers::NightSize judged_size(std::int64_t lines, std::int64_t trees, std::int64_t origins, int ranks,
                               std::array<std::int64_t, 3> const& pairs_users_assets = {}) {
  drivers::NightSize size;
  size.raw_lines = lines;
  size.raw_bytes = lines * 321;
  size.trees = trees;
  size.origins = origins;
  size.training = {pairs_users_assets[0], pairs_users_assets[1], pairs_users_assets[2], false, ranks};
  size.pictures = pairs_users_assets[0] > 0 ? 80 : 0;
  return size;
}

JudgedNight judged_texts(char const* what, std::int64_t bytes, std::int64_t classes, int ranks,
                         std::array<double, 3> const& measured) {
  JudgedNight night{what, {}, false, {}, 0, 0, 0, 12};
  night.size.text_bytes = bytes;
  night.size.text_classes = classes;
  night.size.training.ranks = ranks;
  std::tie(night.seconds, night.megabytes, night.written) = std::tuple_cat(measured);
  return night;
}

std::vector<JudgedNight> judged_nights() {
  StepNames const usual{"popularity", "itemknn", "ials", "transitions", "content", "hybrid"};
  return {{"toast alone, 3 origins", judged_size(2499, 820, 3, 1), true, {}, 8.0, 48, 14.0, 40},
          {"square and clover, 1 origin", judged_size(470181, 440, 1, 2), true, {}, 28.0, 327, 252.8, 40},
          {"2000 assets", judged_size(0, 0, 0, 1, {67668, 3500, 2000}), false, usual, 24.8, 198, 86.2, 51},
          {"12000 users", judged_size(0, 0, 0, 2, {172538, 12636, 200}), false, usual, 12.9, 98, 147.3, 51},
          {"5000 assets", judged_size(0, 0, 0, 1, {11567, 600, 4930}), false, usual, 10.0, 96, 70.1, 51},
          {"EASE",
           judged_size(0, 0, 0, 1, {35597, 1800, 2200}),
           false,
           {"popularity", "ease", "itemknn"},
           5.9,
           93,
           191.8,
           48},
          {"sales and assets", judged_size(7491, 800, 1, 2, {22515, 1300, 696}), true, usual, 15.1, 110, 75.2, 89},
          judged_texts("20 labels of banking77", 229'721, 20, 1, {1.9, 122, 39.6}),
          judged_texts("60 labels of clinc150", 331'911, 60, 2, {4.5, 159, 293.2}),
          judged_texts("a third of atis", 131'251, 19, 1, {1.3, 115, 21.8})};
}

StepNames steps_of_judged(JudgedNight const& night) {
  StepNames steps;
  if (night.has_sales) {
    steps = {"ingest",     "quality", "daily", "forecast", "backtest",  "gate", "totals",
             "elasticity", "price",   "menu",  "trend",    "promotion", "drift"};
  }
  if (!night.models.empty()) {
    steps.insert(steps.end(), {"catalogue", "interactions", "in_use", "split"});
    for (std::string const& model : night.models) steps.push_back("model-" + model);
    steps.insert(steps.end(), {"judge", "champion", "recommender_gate", "content_rung", "recommend", "similar",
                               "asset_trends", "pictures"});
  }
  if (night.size.text_bytes > 0) steps.insert(steps.end(), {"texts", "text_gate"});
  steps.insert(steps.end(), {"results", "publish"});
  return steps;
}

TEST(Plan, ComesWithinAFactorOfTwoOfNightsThatItsRatesWereNotFittedTo) {
  for (JudgedNight const& night : judged_nights()) {
    drivers::StepPlan whole;
    for (drivers::StepPlan const& step : drivers::plan_steps(steps_of_judged(night), night.size)) {
      whole.seconds += step.seconds;
      whole.peak_memory = std::max(whole.peak_memory, step.peak_memory);
      whole.bytes_written += step.bytes_written;
      whole.files += step.files;
    }
    auto const megabytes = [](std::int64_t bytes) { return static_cast<double>(bytes) / 1e6; };
    for (auto const& [planned, measured] :
         {std::pair(whole.seconds, night.seconds), std::pair(megabytes(whole.peak_memory), night.megabytes),
          std::pair(megabytes(whole.bytes_written), night.written)}) {
      EXPECT_LT(planned, 2 * measured) << night.what;
      EXPECT_GT(planned, measured / 2) << night.what;
    }
    EXPECT_EQ(whole.files, night.files) << night.what;
  }
}

TEST(Plan, IsJudgedByTheStepsThatRan) {
  drivers::RunRecord run;
  run.plan = {{"a", 2, 100, 10, 1}, {"b", 3, 300, 20, 2}, {"publish", 1, 50, 5, 0}};
  drivers::StepRecord a, b;
  a.name = "a";
  a.seconds = 2.5;
  a.peak_memory = {90, 120};
  a.bytes_written = 12;
  a.files = {{"x.h5", "1"}, {"y.h5", "2"}};
  b.name = "b";
  b.reused = true;
  run.steps = {a, b};
  drivers::PlannedAndMeasured const both = drivers::judged_plan(run);
  EXPECT_EQ(both.steps, 1);
  EXPECT_EQ(both.planned.peak_memory, 100);
  EXPECT_EQ(both.measured.peak_memory, 120);
  EXPECT_EQ(both.planned.seconds, 2);
  EXPECT_EQ(both.measured.bytes_written, 12);
  EXPECT_EQ(both.measured.files, 2);
}

}  // namespace
}  // namespace tidemill::jobs
