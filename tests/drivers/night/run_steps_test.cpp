#include "drivers/night/run_steps.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "io/error.hpp"
#include "io/signals/stop_request.hpp"
#include "io/store/checkpoint.hpp"
#include "io/store/commit.hpp"
#include "io/store/posix.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using tests::ScratchFolder;
using tests::world;

/// Three toy steps, raw -> doubled -> total, over an outside file; counts how often each really ran.
struct Toy {
  std::filesystem::path root;
  std::string factor = "2";
  int version = 1;
  bool interrupt = false;
  std::map<std::string, int> runs{};

  std::vector<Step> steps() {
    Step raw{"raw",
             "Read",
             1,
             {},
             "",
             [this] { return outside(); },
             [this](StepWork const& work) {
               ++runs["raw"];
               return write(work, io::read_file(root / "input.txt"));
             }};
    Step doubled{"doubled", "Double", version, {"raw"}, "factor = " + factor, {}, [this](StepWork const& work) {
                   ++runs["doubled"];
                   io::CheckpointStore checkpoints(work.comm, work.folder / "checkpoints", work.key, 0);
                   std::int64_t from = checkpoints.load_newest([](io::Hdf5File&) {}).value_or(0);
                   runs["first pass"] = static_cast<int>(from);
                   if (interrupt) {
                     checkpoints.save(5, [](io::Hdf5File&) {});
                     io::commit_text(work.comm, work.folder / "half.txt", work.comm.is_root() ? "half" : "");
                     throw StoppedAtCheckpoint("asked to stop");
                   }
                   int const value = std::stoi(io::read_file(work.folder_of("raw") / "out.txt"));
                   return write(work, std::to_string(value * std::stoi(factor)));
                 }};
    Step total{"total", "Add", 1, {"raw", "doubled"}, "", {}, [this](StepWork const& work) {
                 ++runs["total"];
                 return write(work, std::to_string(std::stoi(io::read_file(work.folder_of("raw") / "out.txt")) +
                                                   std::stoi(io::read_file(work.folder_of("doubled") / "out.txt"))));
               }};
    return {raw, doubled, total};
  }
  std::map<std::string, std::string> outside() const {
    return {{"input.txt", io::digest_of_file(world(), root / "input.txt")}};
  }
  static StepOutcome write(StepWork const& work, std::string const& text) {
    io::commit_text(work.comm, work.folder / "out.txt", work.comm.is_root() ? text : "");
    return {1, "wrote " + text};
  }
  void set_input(std::string const& text) const {
    io::agree(world(), "input", [&] {
      if (world().is_root()) io::write_file(root / "input.txt", text);
    });
  }
  std::vector<StepRecord> run(std::string const& stop_after = {}) {
    runs.clear();
    io::Progress progress(world(), io::Progress::Level::quiet);
    progress.plan({{"Read", 0}, {"Double", 0}, {"Add", 0}});
    return run_steps(world(), progress, steps(), {root / "cache", stop_after});
  }
  std::string result(std::vector<StepRecord> const& records) const {
    return io::read_file(folder_of_step(root / "cache", "total", records.back().key) / "out.txt");
  }
};

TEST(RunSteps, EqualKeysAreReused) {
  ScratchFolder const folder;
  Toy toy{folder.path()};
  toy.set_input("7");
  std::vector<StepRecord> const first = toy.run();
  EXPECT_EQ(toy.result(first), "21");
  EXPECT_EQ(toy.runs["raw"] + toy.runs["doubled"] + toy.runs["total"], 3);
  std::vector<StepRecord> const second = toy.run();
  EXPECT_EQ(toy.runs["raw"] + toy.runs["doubled"] + toy.runs["total"], 0);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_FALSE(first[i].reused);
    EXPECT_TRUE(second[i].reused);
    EXPECT_EQ(first[i].key, second[i].key);
    EXPECT_EQ(second[i].summary, first[i].summary);
  }
  EXPECT_EQ(static_cast<int>(first[0].peak_memory.size()), world().size());
  EXPECT_GT(first[0].peak_memory[0], 0);
  EXPECT_GT(first[0].bytes_written, 0);
}

TEST(RunSteps, OnlyWhatDependsOnAChangeRunsAgain) {
  ScratchFolder const folder;
  Toy toy{folder.path()};
  toy.set_input("7");
  std::vector<StepRecord> const first = toy.run();
  toy.factor = "3";
  std::vector<StepRecord> const config_changed = toy.run();
  EXPECT_EQ(toy.result(config_changed), "28");
  EXPECT_EQ(toy.runs["raw"], 0);
  EXPECT_EQ(toy.runs["doubled"], 1);
  EXPECT_EQ(toy.runs["total"], 1);
  EXPECT_EQ(config_changed[0].key, first[0].key);
  EXPECT_NE(config_changed[1].key, first[1].key);
  toy.set_input("8");
  EXPECT_EQ(toy.result(toy.run()), "32");
  EXPECT_EQ(toy.runs["raw"] + toy.runs["doubled"] + toy.runs["total"], 3);
  toy.factor = "2";
  toy.set_input("7");
  EXPECT_EQ(toy.run().back().key, first.back().key);
  EXPECT_EQ(toy.runs["total"], 0);  // the first results are still there
  toy.version = 2;                  // other code, but the same result: what comes after it is not done again
  toy.run();
  EXPECT_EQ(toy.runs["doubled"], 1);
  EXPECT_EQ(toy.runs["total"], 0);
}

TEST(RunSteps, DamagedOrMissingFilesAreMadeAgain) {
  ScratchFolder const folder;
  Toy toy{folder.path()};
  toy.set_input("7");
  std::vector<StepRecord> const first = toy.run();
  std::filesystem::path const file = folder_of_step(folder / "cache", "doubled", first[1].key) / "out.txt";
  io::agree(world(), "damage", [&] {
    if (world().is_root()) io::write_file(file, "15");
  });
  EXPECT_EQ(toy.result(toy.run()), "21");
  EXPECT_EQ(toy.runs["raw"], 0);
  EXPECT_EQ(toy.runs["doubled"], 1);
  EXPECT_EQ(toy.runs["total"], 0);  // its input is the same again
  io::agree(world(), "damage", [&] {
    if (world().is_root()) io::remove_if_present(file);
  });
  toy.run();
  EXPECT_EQ(toy.runs["doubled"], 1);
}

TEST(RunSteps, InterruptedStepGoesOnFromItsCheckpoint) {
  ScratchFolder const folder;
  Toy toy{folder.path()};
  toy.set_input("7");
  toy.interrupt = true;
  EXPECT_THROW(toy.run(), StoppedAtCheckpoint);
  toy.interrupt = false;
  std::vector<StepRecord> const records = toy.run();
  EXPECT_EQ(toy.runs["raw"], 0);
  EXPECT_EQ(toy.runs["first pass"], 5);
  EXPECT_EQ(toy.result(records), "21");
  EXPECT_EQ(records[1].files.size(), 1u);  // neither checkpoints nor what was left half done
}

TEST(RunSteps, StopAfterAStepAndGoOn) {
  ScratchFolder const folder;
  Toy toy{folder.path()};
  toy.set_input("7");
  EXPECT_THROW(toy.run("raw"), StoppedAtCheckpoint);
  EXPECT_EQ(toy.runs["doubled"], 0);
  EXPECT_EQ(toy.result(toy.run()), "21");
  EXPECT_EQ(toy.runs["raw"], 0);
}

TEST(StepRecord, JsonComesBack) {
  RunRecord record;
  record.run = "r";
  record.steps.resize(1);
  record.steps[0].files = {{"a.h5", "00"}};
  record.steps[0].peak_memory = {1, 2};
  record.steps[0].summary = "quote \" and \xff";
  RunRecord const back = run_record_from_json(to_json(record), "here");
  EXPECT_EQ(back.steps.at(0).files, record.steps[0].files);
  EXPECT_EQ(back.steps.at(0).peak_memory, record.steps[0].peak_memory);
  EXPECT_THROW(run_record_from_json("{}", "here"), DataError);
  EXPECT_THROW(run_record_from_json("{\"run\":", "here"), DataError);
}

}  // namespace
}  // namespace tidemill::drivers
