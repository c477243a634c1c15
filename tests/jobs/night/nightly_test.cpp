#include <gtest/gtest.h>

#include "io/error.hpp"
#include "io/store/night.hpp"
#include "io/store/posix.hpp"
#include "jobs/commands.hpp"
#include "jobs/options.hpp"
#include "tests/support/world.hpp"

namespace tidemill::jobs {
namespace {

using tests::ScratchFolder;
using tests::world;

struct Outcome {
  ExitCode code = ExitCode::done;
  std::string message;
};

/// `tidemill nightly ARGUMENTS` with `config` as its file.
Outcome nightly(std::vector<std::string> arguments, std::string const& config) {
  try {
    arguments.insert(arguments.end(), {"--config", "night.cfg"});
    Command const command = make_nightly_command();
    ParsedOptions const parsed = parse_options(command, arguments, [&](std::string const&) { return config; });
    io::Progress progress(world(), io::Progress::Level::quiet);
    command.run({world(), progress, parsed.common.seed, false, parsed.config_text, parsed.values});
    return {};
  } catch (Error const& error) {
    return {error.code(), error.what()};
  }
}

bool has(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

/// A month of two items at one place, in the layout of the generic adapter.
std::string example_sales() {
  std::string text = "location,time,order_id,line_id,item_key,item_name,category,qty,gross,net\n";
  for (int day = 1; day <= 28; ++day) {
    for (int line = 0; line < 6; ++line) {
      std::string const number = std::to_string(day * 10 + line);
      bool const soup = line < 2 + day % 3;
      text += "Quay,2026-06-" + std::string(day < 10 ? "0" : "") + std::to_string(day) + " 12:00:00,o" + number + ",l" +
              number + (soup ? ",1,Soup,Mains,1,5.00,5.00\n" : ",2,=Pie,Mains,2,8.00,8.00\n");
    }
  }
  return text;
}

std::string small_config(std::string const& extra = {}) {
  return "[ingest]\nsource = generic: sales.csv\n[forecast]\nhorizon = 2\nblock = 2\ntrees = 3\nquantile-trees = 2\n"
         "min-rows-in-leaf = 2\ncalibration-days = 3\n[backtest]\norigins = 1\nstep = 2\n[menu]\nresamples = 5\n" +
         extra;
}

class Nightly : public testing::Test {
 protected:
  Nightly() {
    io::agree(world(), "input", [&] {
      if (world().is_root()) io::write_file(folder_ / "sales.csv", example_sales());
    });
  }
  std::vector<std::string> flags() const {
    return {"--store", (folder_ / "store").string(), "--input", folder_.path().string()};
  }
  ScratchFolder folder_;
};

TEST_F(Nightly, UnknownKeysAreRefusedWithTheNearestOne) {
  Outcome const outcome = nightly(flags(), "[forecast]\nhorison = 3\n");
  EXPECT_EQ(outcome.code, ExitCode::bad_config);
  EXPECT_TRUE(has(outcome.message, "forecast.horison") && has(outcome.message, "forecast.horizon")) << outcome.message;
  EXPECT_EQ(nightly(flags(), "[price]\ndemand = hope\n").code, ExitCode::bad_config);
  EXPECT_EQ(nightly(flags(), "[ingest]\nsource = toast\n").code, ExitCode::bad_config);
  EXPECT_EQ(nightly(flags(), "[ingest]\nsource = tosat: *.csv\n").code, ExitCode::bad_config);
  EXPECT_EQ(nightly(flags(), small_config("[price]\nmax-change = x\n")).code, ExitCode::bad_config);
  std::vector<std::string> arguments = flags();
  arguments.insert(arguments.end(), {"--date", "2026-02-30"});
  EXPECT_EQ(nightly(arguments, small_config()).code, ExitCode::bad_config);
  arguments.back() = "2026-06-20";
  arguments.insert(arguments.end(), {"--stop-after", "forcast"});
  Outcome const step = nightly(arguments, small_config());
  EXPECT_TRUE(step.code == ExitCode::bad_config && has(step.message, "'forecast'")) << step.message;
}

TEST_F(Nightly, MissingInputIsBadData) {
  Outcome const outcome = nightly(flags(), "[ingest]\nsource = toast: none/*.csv\n");
  EXPECT_EQ(outcome.code, ExitCode::bad_data);
  EXPECT_TRUE(has(outcome.message, "none/*.csv")) << outcome.message;
  EXPECT_EQ(nightly({"--store", (folder_ / "empty").string()}, "").code, ExitCode::bad_data);
}

TEST_F(Nightly, StoppedNightGoesOnToTheSameDigest) {
  std::vector<std::string> stopped = flags();
  stopped.insert(stopped.end(), {"--stop-after", "daily"});
  EXPECT_EQ(nightly(stopped, small_config()).code, ExitCode::resume_later);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "store/main/current"));
  Outcome const first = nightly(flags(), small_config());
  ASSERT_EQ(first.code, ExitCode::done) << first.message;
  std::string const digest = io::verify_night(world(), folder_ / "store/main/current").digest;
  EXPECT_EQ(nightly(flags(), small_config()).code, ExitCode::done);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "store/main/nights/2026-06-28.2"));
  std::vector<std::string> elsewhere = flags();
  elsewhere[1] = (folder_ / "other").string();
  EXPECT_EQ(nightly(elsewhere, small_config()).code, ExitCode::done);
  EXPECT_EQ(io::verify_night(world(), folder_ / "other/main/current").digest, digest);
  EXPECT_TRUE(has(io::read_file(folder_ / "store/main/current/csv/item_days.csv"), "'=Pie"));
  EXPECT_TRUE(has(io::read_file(folder_ / "store/main/current/report.html"), "=Pie"));
}

}  // namespace
}  // namespace tidemill::jobs
