#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "io/error.hpp"
#include "io/store/posix.hpp"
#include "tests/support/run_command.hpp"

namespace tidemill::jobs {
namespace {

using tests::run_command;
using tests::ScratchFolder;
using tests::world;

struct Malformed {
  std::string what;
  std::string bytes;
  std::vector<std::string> options;
  int code;
  std::vector<std::string> says;  ///< parts of the message: place and cure
};

std::vector<Malformed> malformed_pairs() {
  std::vector<std::string> const value{"--value", "stars"}, time{"--time", "day"};
  return {
      {"nothing", "", {}, 3, {"line 1", "export it again"}},
      {"blank lines only", "\n\n \n", {}, 3, {"line 1", "export it again"}},
      {"header only", "user,item\n", {}, 3, {"no interactions", "another file"}},
      {"one column", "user\n1\n2\n", {}, 3, {"line 1", "one column", "--format userlist"}},
      {"no user", "user,item\n1,2\n,3\n", {}, 3, {"line 3", "'user'", "remove the row"}},
      {"no item", "user,item\n\n1,2\n4,\n", {}, 3, {"line 4", "'item'", "remove the row"}},
      {"row too short", "user,item,stars\n1,2,3\n4,5\n", {}, 3, {"line 3", "3"}},
      {"row too long", "user,item\n1,2\n1,2,3\n", {}, 3, {"line 3", "2"}},
      {"quote not closed", "user,item\na,b\n\"c,d\ne,f\n", {}, 3, {"line 3", "quote"}},
      {"text after a quote", "user,item\na,b\n\"c\"d,e\n", {}, 3, {"line 3", "quote"}},
      {"NUL bytes", std::string("user,item\n1,\0002\n", 14), {}, 3, {"NUL", "text"}},
      {"UTF-16", std::string("\xff\xfeu\0s\0e\0r\0", 10), {}, 3, {"UTF-16", "UTF-8"}},
      {"old line ends", "user,item\r1,2\r3,4\r", {}, 3, {"line", "line feed"}},
      {"a name twice", "user,item,user\n1,2,3\n", {}, 3, {"'user' twice", "rename"}},
      {"unknown user column", "who,item\n1,2\n", {"--user", "whom"}, 3, {"'who'", "--user"}},
      {"column number too large", "1,2\n", {"--item", "3"}, 3, {"no column '3'", "--item"}},
      {"user is item", "1,2\n", {"--user", "2"}, 2, {"--user and --item", "column_2"}},
      {"value is text", "user,item,stars\n1,2,five\n", value, 3, {"'stars'", "five", "repair it"}},
      {"no value", "user,item,stars\n1,2,5\n\n1,3,\n", value, 3, {"line 4", "'stars'", "remove the row"}},
      {"value too large", "user,item,stars\n1,2,5\n1,3,1e999\n", value, 3, {"line 3", "'stars'", "correct it"}},
      {"time is text", "user,item,day\n1,2,monday\n", time, 3, {"'day'", "monday", "repair it"}},
      {"no time", "user,item,day\n1,2,2026-01-01\n1,3,\n", time, 3, {"line 3", "'day'", "remove the row"}},
      {"time too large", "user,item,day\n1,2,1e300\n", time, 3, {"'day'", "another column"}},
      {"fractions as ids", "user,item\n1,2\n1,2.5\n", {}, 3, {"line 3", "2.5", "whole numbers"}},
      {"dates as ids", "user,item\n2026-01-01,2\n", {}, 3, {"'user'", "date", "another column"}},
      {"threshold above all",
       "user,item,stars\n1,2,3\n",
       {"--value", "stars", "--min-value", "4"},
       3,
       {"1 below the threshold", "lower --min-value"}},
      {"threshold without values", "1,2\n", {"--min-value", "4"}, 2, {"--value"}},
      {"threshold no number", "1,2\n", {"--value", "2", "--min-value", "four"}, 2, {"min-value"}},
      {"order and time", "1,2,3\n", {"--ordered", "--time", "3"}, 2, {"--ordered and --time"}},
      {"damaged gzip", std::string("\x1f\x8b\x08\0\0\0\0\0\0\3garbage", 17), {}, 3, {"damaged"}},
      {"damaged zstd", std::string("\x28\xb5\x2f\xfdgarbage and more", 20), {}, 3, {"damaged"}},
      {"cut HDF5", std::string("\x89HDF\r\n\x1a\n\0\0\0\0", 12), {}, 3, {"HDF5"}},
  };
}

std::vector<Malformed> malformed_lists() {
  std::vector<Malformed> cases{
      {"commas", "1 2 3\n4,5,6\n", {}, 3, {"line 2", "column 1", "--format pairs"}},
      {"semicolons", "1 2 3\n4 5;6\n", {}, 3, {"line 2", "column 2", "--format pairs"}},
      {"quotes", "1 2 3\n\n4 \"5\n6 7\n", {}, 3, {"line 3", "column 2", "--format pairs"}},
      {"control characters", "1 2\n3 4\x01\n", {}, 3, {"line 2", "column 2", "export it again"}},
      {"no UTF-8", "1 2\n3 caf\xe9\n", {}, 3, {"line 2", "column 2", "UTF-8"}},
      {"NUL bytes", std::string("1 2\n3 \0\n", 8), {}, 3, {"NUL"}},
      {"nothing", "", {}, 3, {"line 1", "export it again"}},
      {"users only", "1\n2\n", {}, 3, {"no interactions", "another file"}},
      {"a time column", "1 2\n", {"--time", "3"}, 2, {"--time is for --format pairs"}},
      {"a threshold", "1 2\n", {"--min-value", "3"}, 2, {"--value"}},
  };
  for (Malformed& one : cases) one.options.insert(one.options.end(), {"--format", "userlist"});
  return cases;
}

/// Collective. A file as it is, without the care that results get.
void write(std::filesystem::path const& path, std::string const& bytes) {
  if (world().is_root()) std::ofstream(path, std::ios::binary) << bytes;
  world().barrier();
}

/// Expects the error of one case on every rank, naming file, place and cure.
void expect_refused(Malformed const& one, std::string const& path, std::string const& output) {
  std::vector<std::string> arguments{"--model", "popularity", "--interactions", path, "--output", output};
  arguments.insert(arguments.end(), one.options.begin(), one.options.end());
  try {
    run_command(world(), "train", arguments);
    ADD_FAILURE() << one.what << " was accepted";
  } catch (Error const& error) {
    std::string const message = error.what();
    EXPECT_EQ(static_cast<int>(error.code()), one.code) << one.what << ": " << message;
    if (one.code == 3) {
      EXPECT_NE(message.find(path), std::string::npos) << one.what << " does not name the file: " << message;
    }
    for (std::string const& part : one.says) {
      EXPECT_NE(message.find(part), std::string::npos) << one.what << " does not say '" << part << "': " << message;
    }
  }
  EXPECT_FALSE(std::filesystem::exists(output)) << one.what;
}

TEST(MalformedInteractions, AreRefusedWithFilePlaceAndCure) {
  ScratchFolder const folder;
  std::vector<Malformed> cases = malformed_pairs();
  std::vector<Malformed> const lists = malformed_lists();
  cases.insert(cases.end(), lists.begin(), lists.end());
  EXPECT_GE(cases.size(), 30U);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    std::filesystem::path const path = folder / ("file " + std::to_string(i));
    write(path, cases[i].bytes);
    expect_refused(cases[i], path, folder / "m.h5");
  }
  expect_refused({"no such file", "", {}, 3, {"cannot open", "check that it exists"}}, folder / "absent.csv",
                 folder / "m.h5");
  expect_refused({"a folder", "", {}, 3, {"folder"}}, folder.path(), folder / "m.h5");
}

TEST(MalformedInteractions, OddButSoundFilesAreReadAndEveryRowIsAccountedFor) {
  ScratchFolder const folder;
  struct Odd {
    std::string bytes;
    std::vector<std::string> options;
    std::int64_t read, pairs, below, repeated;
  };
  for (Odd const& odd : std::vector<Odd>{
           {"\xef\xbb\xbfuser,item,stars\r\n1,2,3\r\n\r\n1,2,4\r\n7,2,1\r\n",
            {"--value", "stars", "--min-value", "2"},
            3,
            1,
            1,
            1},
           {"user;item\n\"a;b\";x\n\"a\n b\";x\na;x", {}, 3, 3, 0, 0},
           {"1 2\n\n  3\t4 4 \n5\n1 2 9", {"--format", "userlist"}, 5, 3, 0, 2},
           {"1 2\r\n3 4\r\n", {"--format", "userlist"}, 2, 2, 0, 0},
           {"ann,apple\nben,apple\n", {"--no-header"}, 2, 2, 0, 0},
           {"1|2|0.5\n1|3|1.5\n", {"--value", "3", "--min-value", "1"}, 2, 1, 1, 0},
       }) {
    std::string const path = folder / "odd.txt";
    write(path, odd.bytes);
    std::vector<std::string> arguments{"--model",  "popularity",    "--interactions", path,
                                       "--output", folder / "m.h5", "--json"};
    arguments.insert(arguments.end(), odd.options.begin(), odd.options.end());
    testing::internal::CaptureStdout();
    run_command(world(), "train", arguments);
    std::string const text = testing::internal::GetCapturedStdout();
    if (!world().is_root()) continue;
    nlohmann::json const result = nlohmann::json::parse(text);
    EXPECT_EQ(result["read"], odd.read) << odd.bytes;
    EXPECT_EQ(result["pairs"], odd.pairs) << odd.bytes;
    EXPECT_EQ(result["below_threshold"], odd.below) << odd.bytes;
    EXPECT_EQ(result["repeated"], odd.repeated) << odd.bytes;
    EXPECT_EQ(odd.read, odd.pairs + odd.below + odd.repeated);
    EXPECT_EQ(result["quarantined"], 0);
  }
}

TEST(MalformedInteractions, AFewBadRowsAreWrittenWhereTheOptionSays) {
  ScratchFolder const folder;
  std::string text = "user,item\n";
  for (int i = 0; i < 60; ++i) text += std::to_string(i) + "," + std::to_string(i % 7) + (i == 30 ? ",9\n" : "\n");
  std::string const path = folder / "pairs.csv";
  write(path, text);
  std::vector<std::string> arguments{"--model",       "popularity",   "--interactions",   path,    "--output",
                                     folder / "m.h5", "--quarantine", folder / "bad.csv", "--json"};
  testing::internal::CaptureStdout();
  run_command(world(), "train", arguments);
  std::string const printed = testing::internal::GetCapturedStdout();
  if (world().is_root()) {
    EXPECT_EQ(nlohmann::json::parse(printed)["quarantined"], 1);
    EXPECT_EQ(io::read_file(folder / "bad.csv"),
              "file,line,column,reason\n" + path + ",32,,\"expected 2 fields, found 3\"\n");
  }
  world().barrier();
  arguments.insert(arguments.end(), {"--max-bad-share", "0"});
  EXPECT_THROW(run_command(world(), "train", arguments), DataError);
}

}  // namespace
}  // namespace tidemill::jobs
