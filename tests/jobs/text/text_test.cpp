#include <gtest/gtest.h>

#include <fstream>

#include "io/error.hpp"
#include "io/tables/read_table.hpp"
#include "tests/support/digest_of_table.hpp"
#include "tests/support/run_command.hpp"

namespace tidemill {
namespace {

using tests::run_command;
using tests::ScratchFolder;
using tests::world;

void write_file(std::filesystem::path const& path, std::string const& content) {
  if (world().is_root()) std::ofstream(path) << content;
  world().barrier();
}

/// Orders in a few words; every seventh is about nothing on the menu.
std::string orders(int first, int count, bool with_tags = false) {
  static char const* const dishes[] = {"pizza", "soup", "salad", "crème brûlée"};
  std::string text = "text,category\n";
  for (int i = first; i < first + count; ++i) {
    std::string const dish = dishes[i % 4];
    bool const is_other = i % 7 == 0;
    text += "\"I would like " + std::string(is_other ? "the weather of tomorrow" : dish) + " number " +
            std::to_string(i % 13) + (with_tags && i % 2 == 0 ? ", to take away" : "") + "\",";
    text += with_tags ? std::string(is_other ? "" : dish) + (i % 2 == 0 ? ";take away" : "") : is_other ? "oos" : dish;
    text += "\n";
  }
  return text;
}

std::vector<std::string> train_arguments(ScratchFolder const& folder, std::vector<std::string> const& more = {}) {
  std::vector<std::string> all{"--model", "text",        "--input",  folder / "train.csv", "--text",
                               "text",    "--target",    "category", "--output",           folder / "model.h5",
                               "--quiet", "--hash-bits", "16"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

ExitCode code_of(std::string const& command, std::vector<std::string> const& arguments) {
  try {
    run_command(world(), command, arguments);
  } catch (Error const& error) {
    return error.code();
  }
  return ExitCode::done;
}

TEST(TextCommands, TrainScoreEvaluate) {
  ScratchFolder const folder;
  write_file(folder / "train.csv", orders(0, 200));
  write_file(folder / "test.csv", orders(300, 100));
  run_command(world(), "train", train_arguments(folder, {"--out-of-scope", "oos"}));
  run_command(
      world(), "score",
      {"--model", folder / "model.h5", "--input", folder / "test.csv", "--output", folder / "pred.csv", "--quiet"});
  io::Table const predictions = io::read_table(world(), folder / "pred.csv");
  ASSERT_EQ(predictions.range.total, 100);
  std::vector<std::string> names;
  for (io::Column const& column : predictions.columns) names.push_back(column.name);
  EXPECT_EQ(names, (std::vector<std::string>{"row", "prediction", "probability", "in_scope"}));
  std::vector<std::string> const said = tests::all_texts(world(), predictions, "prediction");
  std::vector<double> const in_scope = tests::all_numbers(world(), predictions, "in_scope");
  static char const* const dishes[] = {"pizza", "soup", "salad", "crème brûlée"};
  for (int i = 0; i < 100; ++i) {
    auto const at = static_cast<std::size_t>(i);
    EXPECT_EQ(in_scope[at], (300 + i) % 7 == 0 ? 0 : 1) << i;
    if ((300 + i) % 7 == 0) continue;
    EXPECT_EQ(said[at], dishes[i % 4]) << i;
  }
  run_command(
      world(), "evaluate",
      {"--predictions", folder / "pred.csv", "--actual", folder / "test.csv", "--target", "category", "--out-of-scope",
       "oos", "--metrics", "accuracy,in_scope_accuracy,out_of_scope_recall,calibration_error"});
  EXPECT_EQ(code_of("evaluate", {"--predictions", folder / "pred.csv", "--actual", folder / "test.csv", "--target",
                                 "category", "--metrics", "acuracy"}),
            ExitCode::bad_config);
}

TEST(TextCommands, Tags) {
  ScratchFolder const folder;
  write_file(folder / "train.csv", orders(0, 200, true));
  write_file(folder / "test.csv", orders(300, 60, true));
  run_command(world(), "train", train_arguments(folder, {"--tag-separator", ";"}));
  run_command(
      world(), "score",
      {"--model", folder / "model.h5", "--input", folder / "test.csv", "--output", folder / "pred.csv", "--quiet"});
  io::Table const predictions = io::read_table(world(), folder / "pred.csv");
  EXPECT_TRUE(predictions.has("probability_take away"));
  std::vector<std::string> const said = tests::all_texts(world(), predictions, "prediction");
  int right = 0;
  for (int i = 0; i < 60; ++i) {
    bool const takes_away = said[static_cast<std::size_t>(i)].find("take away") != std::string::npos;
    right += takes_away == ((300 + i) % 2 == 0);
  }
  EXPECT_GE(right, 58);
  run_command(world(), "evaluate",
              {"--predictions", folder / "pred.csv", "--actual", folder / "test.csv", "--target", "category",
               "--tag-separator", ";", "--metrics", "micro_f1,macro_f1,map"});
}

TEST(TextCommands, BadOptionsAndData) {
  ScratchFolder const folder;
  write_file(folder / "train.csv", orders(0, 40));
  for (std::vector<std::string> const& bad : std::vector<std::vector<std::string>>{{"--word-ngrams", "2-1"},
                                                                                   {"--word-ngrams", "two"},
                                                                                   {"--character-ngrams", "3-"},
                                                                                   {"--cost", "0"},
                                                                                   {"--folds", "1"},
                                                                                   {"--in-scope-recall", "1.5"},
                                                                                   {"--tag-separator", ";;"},
                                                                                   {"--networks", "65"},
                                                                                   {"--network-filters", "20"},
                                                                                   {"--trees", "3"}}) {
    EXPECT_EQ(code_of("train", train_arguments(folder, bad)), ExitCode::bad_config) << bad[0] << " " << bad[1];
  }
  EXPECT_EQ(code_of("train", train_arguments(folder, {"--out-of-scope", "none"})), ExitCode::bad_data);
  for (std::string const content :
       {"text,category\n", "text,category\nsoup,a\nmore soup,a\n", "other,category\nsoup,a\n",
        "text,category\nsoup,a\npizza,\n", "text,category\n!!,a\n...,b\n"}) {
    write_file(folder / "train.csv", content);
    EXPECT_EQ(code_of("train", train_arguments(folder)), ExitCode::bad_data) << content;
  }
  // Bytes that are no UTF-8 make a file latin-1; control characters and emoji are no words. All rows are kept.
  std::string odd = "text,category\n";
  for (int i = 0; i < 30; ++i) {
    odd += std::string(i % 2 == 0 ? "sopa caf\xE9 \x01"
                                  : "pi\xF1"
                                    "a ") +
           std::to_string(i) + (i % 2 == 0 ? ",a\n" : ",b\n");
  }
  write_file(folder / "train.csv", odd);
  EXPECT_EQ(code_of("train", train_arguments(folder)), ExitCode::done);
  std::vector<std::string> const networks{"--networks",           "1", "--network-passes",  "1",
                                          "--network-dimensions", "4", "--network-filters", "16"};
  EXPECT_EQ(code_of("train", train_arguments(folder, networks)), ExitCode::done);
  // No word is in two texts: a network without terms.
  write_file(folder / "train.csv", "text,category\nsoup,a\npizza,b\n");
  std::vector<std::string> one_pass = networks;
  one_pass.insert(one_pass.end(), {"--folds", "0"});
  EXPECT_EQ(code_of("train", train_arguments(folder, one_pass)), ExitCode::done);
  EXPECT_EQ(code_of("score", {"--model", folder / "model.h5", "--input", folder / "train.csv", "--output",
                              folder / "pred.csv", "--quiet"}),
            ExitCode::done);
}

}  // namespace
}  // namespace tidemill
