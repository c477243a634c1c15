#include "jobs/models.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "io/csv/write_csv.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/store/posix.hpp"
#include "io/tables/read_table.hpp"
#include "tests/support/example_tables.hpp"
#include "tests/support/run_command.hpp"

namespace tidemill::jobs {
namespace {

using io::Comm;
using tests::run_command;
using tests::ScratchFolder;
using tests::world;

struct ModelCase {
  std::string model, task, target;
};

std::string others(std::string const& target) {
  std::string text;
  for (std::string const name : {"amount", "class", "size", "count"}) {
    if (name != target) text += name + ",";
  }
  return text;
}

std::vector<std::string> train_line(ModelCase const& one, std::string const& input, std::string const& output) {
  std::vector<std::string> line{"--model",  one.model,  "--task",   one.task,           "--input",  input,
                                "--target", one.target, "--ignore", others(one.target), "--output", output};
  if (one.model == "boost" || one.model == "forest") line.insert(line.end(), {"--trees", "8", "--max-depth", "4"});
  return line;
}

TEST(ModelCommands, SameModelForAnyNumberOfRanks) {
  ScratchFolder const folder;
  std::string const input = folder / "train.csv";
  io::write_csv(world(), input, tests::learning_table(world(), 1500));
  std::vector<ModelCase> cases;
  for (ModelKind const& kind : model_kinds()) {
    for (auto const& [task, target] : std::vector<std::pair<std::string, std::string>>{
             {"regression", "amount"}, {"binary", "class"}, {"multiclass", "size"}, {"poisson", "count"}}) {
      if (kind.name == "forest" && task == "poisson") continue;
      cases.push_back({kind.name, task, target});
    }
  }
  for (ModelCase const& one : cases) {
    testing::internal::CaptureStdout();
    run_command(world(), "train", train_line(one, input, folder / "together.h5"));
    if (world().is_root()) run_command(Comm::self(), "train", train_line(one, input, folder / "alone.h5"));
    testing::internal::GetCapturedStdout();
    std::string alone;
    if (world().is_root()) alone = io::digest_of_file(Comm::self(), folder / "alone.h5");
    EXPECT_EQ(io::digest_of_file(world(), folder / "together.h5"), world().broadcast(alone))
        << one.model << " " << one.task;
  }
}

TEST(ModelCommands, TrainScoreEvaluate) {
  ScratchFolder const folder;
  std::string const input = folder / "t.csv", model = folder / "m.h5", predictions = folder / "p.csv";
  io::write_csv(world(), input, tests::learning_table(world(), 1200));
  for (auto const& [one, metric, least] :
       std::vector<std::tuple<ModelCase, std::string, double>>{{{"linear", "regression", "amount"}, "r2", .98},
                                                               {{"forest", "regression", "amount"}, "r2", .8},
                                                               {{"forest", "binary", "class"}, "auc", .9},
                                                               {{"forest", "multiclass", "size"}, "accuracy", .8},
                                                               {{"boost", "multiclass", "size"}, "accuracy", .7},
                                                               {{"linear", "binary", "class"}, "auc", .9},
                                                               {{"linear", "multiclass", "size"}, "accuracy", .8},
                                                               {{"baseline", "quantile", "amount"}, "coverage", .79}}) {
    testing::internal::CaptureStdout();
    run_command(world(), "train", train_line(one, input, model));
    run_command(world(), "score", {"--model", model, "--input", input, "--output", predictions});
    testing::internal::GetCapturedStdout();
    testing::internal::CaptureStdout();
    run_command(world(), "evaluate",
                {"--predictions", predictions, "--actual", input, "--target", one.target, "--json"});
    std::string const text = testing::internal::GetCapturedStdout();
    if (!world().is_root()) continue;
    nlohmann::json const result = nlohmann::json::parse(text);
    EXPECT_EQ(result["rows"], 1200);
    EXPECT_GE(result[metric].get<double>(), least) << text;
  }
}

TEST(ModelCommands, TrainSaysWhatItsCheckpointsTook) {
  ScratchFolder const folder;
  std::string const input = folder / "t.csv";
  io::write_csv(world(), input, tests::learning_table(world(), 300));
  for (bool const has_checkpoints : {true, false}) {
    std::vector<std::string> line = train_line({"boost", "regression", "amount"}, input, folder / "m.h5");
    line.insert(line.end(), {"--json", "--checkpoint-interval", "0"});
    if (has_checkpoints) line.insert(line.end(), {"--checkpoints", folder / "c"});
    testing::internal::CaptureStdout();
    run_command(world(), "train", line);
    std::string const text = testing::internal::GetCapturedStdout();
    if (!world().is_root()) continue;
    nlohmann::json const result = nlohmann::json::parse(text);
    EXPECT_EQ(result.contains("checkpoints"), has_checkpoints);
    if (!has_checkpoints) continue;
    EXPECT_EQ(result["checkpoints"]["saved"], 7) << text;  // none behind the last tree
    EXPECT_EQ(result["checkpoints"]["loaded"], 0) << text;
    EXPECT_GT(result["checkpoints"]["share"].get<double>(), 0) << text;
  }
}

TEST(ModelCommands, ContributionsAddUpToThePrediction) {
  ScratchFolder const folder;
  std::string const input = folder / "t.csv", model = folder / "m.h5";
  io::write_csv(world(), input, tests::learning_table(world(), 300));
  for (ModelCase const& one : {ModelCase{"boost", "regression", "amount"}, ModelCase{"forest", "binary", "class"},
                               ModelCase{"forest", "multiclass", "size"}}) {
    std::vector<std::string> line = train_line(one, input, model);
    line.insert(line.end(), {"--importance", folder / "i.csv"});
    testing::internal::CaptureStdout();
    run_command(world(), "train", line);
    run_command(world(), "score",
                {"--model", model, "--input", input, "--output", folder / "p.h5", "--shap", folder / "s.h5"});
    testing::internal::GetCapturedStdout();
    io::Table const predicted = io::read_table(Comm::self(), folder / "p.h5");
    io::Table const shap = io::read_table(Comm::self(), folder / "s.h5");
    std::size_t const outputs = predicted.columns.size() - 1;
    ASSERT_EQ(shap.rows(), 300 * static_cast<std::int64_t>(outputs));
    for (std::int64_t i = 0; i < shap.rows(); ++i) {
      double sum = 0;
      for (char const* column : {"x1", "x2", "x3", "kind", "(mean)"}) sum += shap.at(column).number(i);
      auto const k = static_cast<std::size_t>(i) % outputs;
      EXPECT_NEAR(sum, predicted.columns[1 + k].number(i / static_cast<std::int64_t>(outputs)), 1e-6);
    }
    io::Table const importance = io::read_table(Comm::self(), folder / "i.csv");
    ASSERT_EQ(importance.rows(), 4);
    EXPECT_GT(importance.at("gain").number(0), importance.at("gain").number(2));
  }
}

TEST(ModelCommands, TargetByNumberAndFileWithoutHeader) {
  ScratchFolder const folder;
  if (world().is_root()) io::write_file(folder / "plain.csv", "1,2.5,7\n2,3.5,9\n3,1.5,11\n4,9.5,13\n");
  world().barrier();
  testing::internal::CaptureStdout();
  run_command(world(), "train",
              {"--model", "linear", "--input", folder / "plain.csv", "--target", "3", "--ridge", "0", "--output",
               folder / "m.h5"});
  run_command(world(), "score",
              {"--model", folder / "m.h5", "--input", folder / "plain.csv", "--output", folder / "p.csv"});
  testing::internal::GetCapturedStdout();
  io::Table const table = io::read_table(world(), folder / "p.csv");
  for (std::int64_t i = 0; i < table.rows(); ++i) {
    EXPECT_NEAR(table.at("prediction").number(i), 7.0 + 2 * static_cast<double>(table.range.first + i), 1e-6);
  }
}

TEST(ModelCommands, MistakesAreNamed) {
  ScratchFolder const folder;
  std::string const input = folder / "t.csv";
  io::write_csv(world(), input, tests::learning_table(world(), 50));
  auto const message = [&](std::vector<std::string> const& arguments) {
    try {
      run_command(world(), "train", arguments);
    } catch (Error const& error) {
      return std::to_string(static_cast<int>(error.code())) + " " + error.what();
    }
    return std::string("no error");
  };
  std::string const out = folder / "m.h5";
  EXPECT_NE(message({"--model", "linaer", "--input", input, "--target", "amount", "--output", out})
                .find("did you mean 'linear'"),
            std::string::npos);
  EXPECT_NE(message({"--model", "linear", "--input", input, "--target", "amont", "--output", out})
                .find("did you mean 'amount'"),
            std::string::npos);
  EXPECT_EQ(message({"--model", "linear", "--input", input, "--target", "kind", "--output", out}).substr(0, 2), "3 ");
  EXPECT_EQ(message({"--model", "linear", "--task", "poison", "--input", input, "--target", "count", "--output", out})
                .substr(0, 2),
            "2 ");
}

}  // namespace
}  // namespace tidemill::jobs
