#include "jobs/options.hpp"

#include <gtest/gtest.h>

#include <set>

#include "io/error.hpp"
#include "jobs/commands.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct Example {
  int trees = 100;
  std::string model;
  Command command;
  Example() {
    command.name = "example";
    command.summary = "an example";
    command.options.add_options()("trees", po::value(&trees)->default_value(100), "trees")(
        "model", po::value(&model)->required(), "model")("features.lags", po::value<std::string>(), "lags");
  }
};

ParsedOptions parse(Example& example, std::vector<std::string> const& arguments, std::string const& file = {}) {
  return parse_options(example.command, arguments, [&](std::string const&) { return file; });
}

std::string error_of(std::vector<std::string> const& arguments, std::string const& file = {}) {
  Example example;
  try {
    parse(example, arguments, file);
  } catch (ConfigError const& error) {
    return error.what();
  }
  return "no error";
}

TEST(Options, FlagsWinOverTheFile) {
  Example example;
  ParsedOptions const parsed = parse(example, {"--model", "boost", "--trees", "7", "--config", "x.cfg"},
                                     "trees = 9\nseed = 5\n[features]\nlags = 7,14\n");
  EXPECT_EQ(example.trees, 7);
  EXPECT_EQ(parsed.common.seed, 5u);
  EXPECT_EQ(parsed.values["features.lags"].as<std::string>(), "7,14");
}

TEST(Options, UnknownKeysNameTheNearestKnownOne) {
  EXPECT_NE(error_of({"--model", "boost", "--treas", "7"}).find("'trees'"), std::string::npos);
  EXPECT_NE(error_of({"--model", "boost", "--config", "x.cfg"}, "[features]\nlgas = 1\n").find("'features.lags'"),
            std::string::npos);
}

TEST(Options, WrongValuesAndMissingOnesAreConfigErrors) {
  EXPECT_NE(error_of({"--model", "boost", "--trees", "many"}), "no error");
  EXPECT_NE(error_of({}).find("model"), std::string::npos);
  EXPECT_NE(error_of({"--model", "boost", "stray"}), "no error");
  EXPECT_NE(error_of({"--model", "boost", "--config", "x.cfg"}, "no equals sign\n"), "no error");
}

TEST(Options, CanonicalTextDoesNotDependOnOrderOrSource) {
  Example one, two;
  std::string const from_flags = parse(one, {"--trees", "7", "--model", "boost"}).config_text;
  EXPECT_EQ(from_flags, parse(two, {"--model", "boost", "--config", "x.cfg"}, "trees = 7\n").config_text);
  EXPECT_NE(from_flags.find("trees = 7\n"), std::string::npos);
}

TEST(Options, CanonicalTextLeavesPlacesOut) {
  Example one, two;
  std::string input;
  for (Example* example : {&one, &two}) {
    example->command.options.add_options()("input", po::value(&input), "")("output", po::value(&input), "");
  }
  std::string const here = parse(one, {"--model", "m", "--input", "/here/x.csv", "--output", "/here/y"}).config_text;
  EXPECT_EQ(here, parse(two, {"--model", "m", "--input", "x.csv", "--output", "z"}).config_text);
  EXPECT_NE(here.find("input = x.csv"), std::string::npos);
}

TEST(Options, HelpNeedsNoRequiredOption) {
  Example example;
  EXPECT_TRUE(parse(example, {"--help"}).common.help);
  EXPECT_NE(help_text(example.command).find("--trees"), std::string::npos);
}

TEST(Options, HelpShowsDefaultsAsAPersonWroteThem) {
  Command command{"example", "an example", {}, {}, {}};
  command.options.add_options()("share", po::value<double>()->default_value(0.05), "share");
  EXPECT_NE(help_text(command).find("(=0.05)"), std::string::npos);
}

TEST(Options, CommandNamesAreUniqueAndDescribed) {
  std::set<std::string> names;
  for (Command const& command : make_commands()) {
    EXPECT_TRUE(names.insert(command.name).second) << command.name;
    EXPECT_FALSE(command.summary.empty()) << command.name;
  }
}

TEST(Commands, DeclareEachOptionOnce) {
  for (Command const& command : make_commands()) {
    std::set<std::string> names;
    for (auto const& option : command.options.options()) {
      EXPECT_TRUE(names.insert(option->long_name()).second)
          << command.name << " declares --" << option->long_name() << " twice: nobody could use it";
    }
  }
}

}  // namespace
}  // namespace tidemill::jobs
