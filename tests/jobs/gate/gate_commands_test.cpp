#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "io/csv/write_csv.hpp"
#include "io/error.hpp"
#include "tests/support/example_tables.hpp"
#include "tests/support/run_command.hpp"

namespace tidemill::jobs {
namespace {

using tests::draw;
using tests::ScratchFolder;
using tests::world;

struct CommandResult {
  ExitCode code = ExitCode::done;
  std::string message;
  nlohmann::json printed;
};

CommandResult json_of(std::string const& name, std::vector<std::string> arguments) {
  arguments.push_back("--json");
  CommandResult result;
  testing::internal::CaptureStdout();
  try {
    tests::run_command(world(), name, arguments);
  } catch (Error const& error) {
    result.code = error.code();
    result.message = error.what();
  }
  std::string const text = world().broadcast(testing::internal::GetCapturedStdout());
  if (!text.empty()) result.printed = nlohmann::json::parse(text);
  return result;
}

io::Table rows_of_test(std::int64_t total, std::string const& name, double (*value)(std::int64_t)) {
  io::Table table;
  table.range = io::even_share(total, world().rank(), world().size());
  std::vector<double> values;
  std::vector<std::int64_t> row, shop;
  for (std::int64_t i = table.range.first; i < table.range.end(); ++i) {
    values.push_back(value(i));
    row.push_back(i);
    shop.push_back(i % 40);
  }
  table.add(io::integer_column("row", row));
  table.add(io::integer_column("shop", shop));
  table.add(io::real_column(name, values));
  return table;
}

double gate_outcome(std::int64_t i) { return i % 50 == 7 ? std::nan("") : 10 * draw(i, 1); }
double rough_forecast(std::int64_t i) { return 10 * draw(i, 1) + 2 * (draw(i, 2) - .5); }
double close_forecast(std::int64_t i) { return 10 * draw(i, 1) + draw(i, 3) - .5; }

TEST(GateCommand, PromotesTheBetterAndRefusesTheWorse) {
  ScratchFolder const folder;
  io::write_csv(world(), folder / "actual.csv", rows_of_test(600, "y", gate_outcome));
  io::write_csv(world(), folder / "rough.csv", rows_of_test(600, "prediction", rough_forecast));
  io::write_csv(world(), folder / "close.csv", rows_of_test(600, "prediction", close_forecast));
  auto const line = [&](std::string const& champion, std::string const& challenger, std::string const& metrics) {
    return std::vector<std::string>{"--champion",   folder / champion,
                                    "--challenger", folder / challenger,
                                    "--actual",     folder / "actual.csv",
                                    "--target",     "y",
                                    "--unit",       "shop",
                                    "--metrics",    metrics,
                                    "--resamples",  "200"};
  };
  CommandResult const better = json_of("gate", line("rough.csv", "close.csv", "rmse,wape"));
  EXPECT_EQ(better.code, ExitCode::done) << better.message;
  EXPECT_EQ(better.printed["promoted"], true);
  EXPECT_EQ(better.printed["units"], 40);
  EXPECT_EQ(better.printed["rows"], 588);
  CommandResult const worse = json_of("gate", line("close.csv", "rough.csv", "rmse,wape"));
  EXPECT_EQ(worse.code, ExitCode::refused);
  EXPECT_EQ(worse.printed["promoted"], false);
  EXPECT_LT(worse.printed["metrics"][0]["improvement"].get<double>(), 0);
  EXPECT_EQ(json_of("gate", line("close.csv", "rough.csv", "rsme")).code, ExitCode::bad_config);
}

TEST(AbtestCommand, ReportsAndRefuses) {
  ScratchFolder const folder;
  io::Table table = rows_of_test(400, "y", [](std::int64_t i) { return draw(i, 2) + (i % 2 == 0 ? .5 : 0); });
  std::vector<std::string> arm;
  for (std::int64_t i = table.range.first; i < table.range.end(); ++i) arm.push_back(i % 2 == 0 ? "b" : "a");
  table.add(io::text_column(world(), "arm", arm));
  io::write_csv(world(), folder / "units.csv", table);
  std::vector<std::string> line{"--input", folder / "units.csv", "--group", "arm", "--metric", "y"};
  CommandResult const found = json_of("abtest", line);
  EXPECT_EQ(found.code, ExitCode::done) << found.message;
  EXPECT_NEAR(found.printed["results"][0]["welch"]["difference"].get<double>(), .5, .1);
  EXPECT_LT(found.printed["results"][0]["sequential"]["p"].get<double>(), 1e-6);
  line.insert(line.end(), {"--expected", "0.8,0.2"});
  EXPECT_EQ(json_of("abtest", line).code, ExitCode::refused);
}

}  // namespace
}  // namespace tidemill::jobs
