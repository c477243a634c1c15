#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/store/posix.hpp"
#include "io/tables/read_table.hpp"
#include "kernels/random/philox.hpp"
#include "tests/support/run_command.hpp"

namespace tidemill::jobs {
namespace {

using io::Comm;
using tests::run_command;
using tests::ScratchFolder;
using tests::world;

std::string file_with(ScratchFolder const& folder, std::string const& name, std::string const& text) {
  if (world().is_root()) std::ofstream(folder / name, std::ios::binary) << text;
  world().barrier();
  return folder / name;
}

/// Runs a command and returns what it printed (on the root; empty elsewhere).
std::string printed(Comm const& comm, std::string const& name, std::vector<std::string> const& arguments) {
  testing::internal::CaptureStdout();
  try {
    run_command(comm, name, arguments);
  } catch (...) {
    testing::internal::GetCapturedStdout();
    throw;
  }
  return testing::internal::GetCapturedStdout();
}

/// What a command prints with --json, on every rank.
nlohmann::json result_of(std::string const& name, std::vector<std::string> arguments) {
  arguments.emplace_back("--json");
  return nlohmann::json::parse(world().broadcast(printed(world(), name, arguments)));
}

/// 120 users of two tastes: even users have even items, odd users odd ones; small numbers are more popular.
std::string tastes() {
  std::string text = "user,item,stars,time\n";
  for (std::uint32_t user = 0; user < 120; ++user) {
    for (std::uint32_t i = 0; i < 12; ++i) {
      auto const block = kernels::Philox::block(3, user, i, 1);
      std::uint32_t const item = block.word[0] % 40 * (block.word[1] % 40) / 40 * 2 + user % 2;
      text += "u" + std::to_string(user) + ",i" + std::to_string(item) + "," + std::to_string(block.word[2] % 5 + 1) +
              "," + std::to_string(1700000000 + block.word[3] % 8640000) + "\n";
    }
  }
  return text;
}

struct Row {
  std::int64_t rank;
  std::string item, rung;
};
using Lists = std::map<std::string, std::vector<Row>>;
Lists read_lists(std::string const& path) {
  io::Table const table = io::read_table(Comm::self(), path);
  Lists lists;
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    lists[table.at("user").text(row)].push_back({static_cast<std::int64_t>(table.at("rank").number(row)),
                                                 table.at("item").text(row), table.at("rung").text(row)});
  }
  return lists;
}

TEST(RecommendCommands, SameFilesForAnyNumberOfRanks) {
  ScratchFolder const folder;
  std::string const input = file_with(folder, "pairs.csv", tastes());
  std::string const segments = file_with(folder, "segments.csv", "user,segment\nu0,even\nu2,even\nu1,odd\nnew,odd\n");
  auto const make = [&](Comm const& comm, std::string const& name) {
    printed(comm, "train",
            {"--model", "popularity", "--interactions", input, "--time", "time", "--value", "stars", "--half-life",
             "30", "--output", folder / (name + ".h5")});
    printed(comm, "recommend",
            {"--model", folder / (name + ".h5"), "--k", "7", "--segments", segments, "--min-segment-users", "1",
             "--histories", input, "--half-life", "9", "--output", folder / (name + ".csv")});
  };
  make(world(), "together");
  if (!world().is_root()) return;
  make(Comm::self(), "alone");
  EXPECT_EQ(io::digest_of_file(Comm::self(), folder / "together.h5"),
            io::digest_of_file(Comm::self(), folder / "alone.h5"));
  EXPECT_EQ(io::read_file(folder / "together.csv"), io::read_file(folder / "alone.csv"));
}

TEST(RecommendCommands, TrainCountsWhatItRead) {
  ScratchFolder const folder;
  std::string const input = file_with(folder, "p.csv", "user,item,stars\na,x,5\na,y,1\nb,x,4\na,x,3\nb,z,2\n");
  nlohmann::json const result = result_of("train", {"--model", "popularity", "--interactions", input, "--value",
                                                    "stars", "--min-value", "2", "--output", folder / "m.h5"});
  EXPECT_EQ(result["read"], 5);
  EXPECT_EQ(result["below_threshold"], 1);
  EXPECT_EQ(result["repeated"], 1);
  EXPECT_EQ(result["pairs"], 3);
  EXPECT_EQ(result["users"], 2);
  EXPECT_EQ(result["items"], 2);
}

/// Trains popularity on the tastes and returns the model's path.
std::string trained(ScratchFolder const& folder) {
  std::string const input = file_with(folder, "pairs.csv", tastes());
  printed(world(), "train", {"--model", "popularity", "--interactions", input, "--output", folder / "m.h5"});
  return folder / "m.h5";
}

TEST(Ladder, UnknownUsersGetTheirSegmentsListOrThatOfAll) {
  ScratchFolder const folder;
  std::string const model = trained(folder);
  std::string rows = "user,segment\nnew even,even\nnew odd,odd\nnew rare,rare\nu5,rare\n";
  for (int user = 10; user < 70; ++user) {
    rows += "u" + std::to_string(user) + (user % 2 == 0 ? ",even\n" : ",odd\n");
  }
  std::string const segments = file_with(folder, "segments.csv", rows);
  std::string const users = file_with(folder, "users.csv", "user\nu0\nnobody\nnew even\nnew odd\nnew rare\n");
  nlohmann::json const result =
      result_of("recommend", {"--model", model, "--k", "5", "--users", users, "--segments", segments,
                              "--min-segment-users", "20", "--output", folder / "r.csv"});
  EXPECT_EQ(result["users"], 5);
  EXPECT_EQ(result["users_without_history"], 4);
  EXPECT_EQ(result["rows"], 25);
  EXPECT_EQ(result["rungs"]["model"], 5);
  EXPECT_EQ(result["rungs"]["segment"], 10);
  EXPECT_EQ(result["rungs"]["popularity"], 10);
  if (!world().is_root()) return;
  Lists const lists = read_lists(folder / "r.csv");
  for (Row const& row : lists.at("new even")) {
    EXPECT_EQ(row.rung, "segment");
    EXPECT_EQ(std::stoi(row.item.substr(1)) % 2, 0);
  }
  for (Row const& row : lists.at("new odd")) EXPECT_EQ(std::stoi(row.item.substr(1)) % 2, 1);
  for (Row const& row : lists.at("new rare")) EXPECT_EQ(row.rung, "popularity");
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(lists.at("nobody")[i].item, lists.at("new rare")[i].item);
}

TEST(Ladder, BlocksAndLikesAreNeverRecommended) {
  ScratchFolder const folder;
  std::string const model = trained(folder);
  auto const lists_with = [&](std::vector<std::string> const& more) {
    std::vector<std::string> arguments{"--model", model, "--k", "6", "--output", folder / "r.csv"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    nlohmann::json const result = result_of("recommend", arguments);
    EXPECT_EQ(result["rows"], result["users"].get<int>() * 6);
    world().barrier();
    Lists lists = read_lists(folder / "r.csv");
    world().barrier();
    return lists;
  };
  auto const has = [](std::vector<Row> const& list, std::string const& item) {
    return std::any_of(list.begin(), list.end(), [&](Row const& row) { return row.item == item; });
  };
  Lists const plain = lists_with({});
  EXPECT_EQ(plain.size(), 120U);
  std::string const first = plain.at("u7")[0].item, second = plain.at("u7")[1].item;
  std::string const pair = file_with(folder, "b.csv", "user,item\nu7," + first + "\nu8,no such item\n");
  Lists const blocked = lists_with({"--blocked", pair});
  EXPECT_EQ(blocked.at("u7")[0].item, second);
  for (auto const& [user, list] : plain) {
    if (user != "u7") {
      EXPECT_EQ(list[0].item, blocked.at(user)[0].item);
    }
  }
  std::string const for_all = file_with(folder, "a.csv", "item\n" + first + "\n" + second + "\n");
  for (auto const& [user, list] : lists_with({"--blocked", for_all})) {
    EXPECT_FALSE(has(list, first) || has(list, second)) << user;
  }
  std::string const likes = file_with(folder, "l.csv", "user,item\nu7," + first + "\nfresh," + second + "\n");
  Lists const liked = lists_with({"--liked", likes});
  EXPECT_EQ(liked.size(), 121U);
  EXPECT_EQ(liked.at("u7")[0].item, second);
  EXPECT_EQ(liked.at("fresh")[0].rung, "model");
  EXPECT_FALSE(has(liked.at("fresh"), second));
}

TEST(Ladder, NewUsersComeWithHistoriesInAnyFormat) {
  ScratchFolder const folder;
  std::string const model = trained(folder);
  std::string const histories = file_with(folder, "h.txt", "fresh i0 i2 i4 unheard\nu3 i1\n");
  nlohmann::json const result = result_of(
      "recommend", {"--model", model, "--k", "3", "--users", file_with(folder, "u.csv", "user\nfresh\nghost\n"),
                    "--histories", histories, "--format", "userlist", "--output", folder / "r.csv"});
  EXPECT_EQ(result["users"], 2);
  EXPECT_EQ(result["users_without_history"], 1);
  EXPECT_EQ(result["unknown_items"], 1);
  if (!world().is_root()) return;
  Lists const lists = read_lists(folder / "r.csv");
  EXPECT_EQ(lists.at("fresh")[0].rung, "model");
  for (Row const& row : lists.at("fresh")) EXPECT_TRUE(row.item != "i0" && row.item != "i2" && row.item != "i4");
  EXPECT_EQ(lists.at("ghost")[0].rung, "popularity");
}

TEST(EvaluateCommand, RankingsAgainstWhatHappened) {
  ScratchFolder const folder;
  std::string const lists = file_with(folder, "r.csv",
                                      "user,rank,item,score,rung\n1,2,20,.5,model\n1,1,10,.9,model\n"
                                      "2,1,10,.9,model\n2,2,30,.1,model\n9,1,10,1,model\n");
  std::string const truth = file_with(folder, "t.txt", "1 10 40\n2 30\n3 10\n4\n");
  std::string const train = file_with(folder, "b.txt", "1 20 50\n2 10\n3 20\n");
  nlohmann::json const result = result_of("evaluate", {"--recommendations", lists, "--interactions", truth, "--format",
                                                       "userlist", "--k", "1,2", "--train", train});
  EXPECT_EQ(result["users"], 3);
  EXPECT_EQ(result["users_without_relevant"], 2);
  EXPECT_EQ(result["users_without_list"], 1);
  EXPECT_NEAR(result["recall@1"].get<double>(), .5 / 3, 1e-12);
  EXPECT_NEAR(result["recall@2"].get<double>(), 1.5 / 3, 1e-12);
  EXPECT_NEAR(result["precision@2"].get<double>(), 1.0 / 3, 1e-12);
  EXPECT_NEAR(result["coverage@2"].get<double>(), 3.0 / 5, 1e-12);
  EXPECT_NEAR(result["avg_popularity@2"].get<double>(), (1 + 2 + 1 + 0) / 4.0, 1e-12);
}

std::string refusal(std::string const& command, std::vector<std::string> const& arguments) {
  try {
    printed(world(), command, arguments);
  } catch (ConfigError const& error) {
    return error.what();
  }
  return "not refused";
}

TEST(TrainCommand, FamiliesNameWhatIsMissingOrDoesNotBelong) {
  ScratchFolder const folder;
  std::string const out = folder / "m.h5";
  auto const expect = [&](std::string const& text, std::string const& part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  expect(refusal("train", {"--model", "boost", "--output", out}), "--input, --target");
  expect(refusal("train", {"--model", "popularity", "--output", out}), "needs --interactions");
  expect(refusal("train", {"--model", "popularty", "--output", out}), "did you mean 'popularity'");
  expect(refusal("train", {"--model", "popularity", "--interactions", "x", "--trees", "9", "--output", out}),
         "--trees is for models of tables");
  expect(refusal("train", {"--model", "popularity", "--interactions", "x", "--format", "list", "--output", out}),
         "pairs or userlist");
  expect(refusal("evaluate", {"--recommendations", "x"}), "needs --interactions");
  expect(refusal("evaluate", {"--predictions", "x"}), "--actual, --target");
  expect(refusal("evaluate", {}), "needs one of");
  expect(refusal("evaluate", {"--recommendations", "x", "--interactions", "y", "--metrics", "gini"}), "--train");
  expect(refusal("evaluate", {"--recommendations", "x", "--interactions", "y", "--metrics", "recal"}), "'recall'");
  expect(refusal("recommend", {"--model", out, "--k", "0", "--output", out}), "--k");
}

}  // namespace
}  // namespace tidemill::jobs
