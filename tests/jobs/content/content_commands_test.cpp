#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "drivers/generate/asset_world.hpp"
#include "drivers/generate/generate.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "tests/support/run_command.hpp"

namespace tidemill::jobs {
namespace {

using io::Comm;
using tests::run_command;
using tests::ScratchFolder;
using tests::world;

using Arguments = std::vector<std::string>;

void run(Comm const& comm, std::string const& name, Arguments const& arguments) {
  testing::internal::CaptureStdout();
  try {
    run_command(comm, name, arguments);
  } catch (...) {
    testing::internal::GetCapturedStdout();
    throw;
  }
  testing::internal::GetCapturedStdout();
}

std::string bytes_of(std::filesystem::path const& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// The demo's interactions of every third user and its catalogue. Made once for all tests.
class ContentCommands : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_folder = std::make_unique<ScratchFolder>();
    ScratchFolder const& folder = *shared_folder;
    drivers::generate_assets(world(), drivers::DemoSize::small, 3, folder / "demo");
    std::istringstream all(bytes_of(folder / "demo/interactions.csv"));
    std::string few, line;
    for (int number = 0; std::getline(all, line); ++number) {
      if (number == 0 || std::stoi(line) % 3 == 0) few += line + "\n";
    }
    io::commit_text(world(), folder / "few.csv", world().is_root() ? few : "");
    io::commit_text(world(), folder / "other.csv", world().is_root() ? "user,item\n1,5\n2,7\n" : "");
  }
  static void TearDownTestSuite() { shared_folder.reset(); }
  Arguments train(std::string const& model, std::string const& output, Arguments const& more) const {
    Arguments line{"--model", model,  "--interactions", folder / "few.csv",
                   "--time",  "time", "--output",       folder / output};
    line.insert(line.end(), more.begin(), more.end());
    return line;
  }
  Arguments catalogue() const {
    return {"--catalogue", folder / "demo/catalogue.csv", "--catalogue-texts",
            "name,text",   "--catalogue-attributes",      "category,tags"};
  }
  /// user -> items, best first; and the reasons.
  std::map<std::string, std::vector<std::string>> lists(std::string const& name, int column) const {
    std::map<std::string, std::vector<std::string>> result;
    std::istringstream rows(bytes_of(folder / name));
    std::string row;
    std::getline(rows, row);
    while (std::getline(rows, row)) {
      std::vector<std::string> cells;
      std::istringstream parts(row + ",");
      for (std::string cell; std::getline(parts, cell, ',');) cells.push_back(cell);
      result[cells[0]].push_back(cells[static_cast<std::size_t>(column)]);
    }
    return result;
  }
  static inline std::unique_ptr<ScratchFolder> shared_folder;
  ScratchFolder const& folder = *shared_folder;
};

TEST_F(ContentCommands, SameFilesForAnyNumberOfRanks) {
  Arguments hybrid = catalogue();
  hybrid.insert(hybrid.end(), {"--members", "transitions,content,popularity"});
  Arguments ranks = hybrid;
  ranks.insert(ranks.end(), {"--blend", "reciprocal-rank", "--weights", "1,0.5,0.25"});
  struct Case {
    std::string model;
    Arguments more;
  };
  for (Case const& one :
       std::vector<Case>{{"content", catalogue()},
                         {"hybrid", hybrid},
                         {"hybrid", ranks},
                         {"context", {"--base", "transitions", "--contexts", "daypart,weekday,season,channel"}}}) {
    run(world(), "train", train(one.model, "together.h5", one.more));
    run(world(), "recommend",
        {"--model", folder / "together.h5", "--k", "5", "--reasons", "--output", folder / "together.csv"});
    if (!world().is_root()) continue;
    run(Comm::self(), "train", train(one.model, "alone.h5", one.more));
    run(Comm::self(), "recommend",
        {"--model", folder / "alone.h5", "--k", "5", "--reasons", "--output", folder / "alone.csv"});
    EXPECT_EQ(io::digest_of_file(Comm::self(), folder / "alone.h5"),
              io::digest_of_file(Comm::self(), folder / "together.h5"))
        << one.model;
    EXPECT_EQ(bytes_of(folder / "alone.csv"), bytes_of(folder / "together.csv")) << one.model;
  }
}

TEST_F(ContentCommands, ContentStaysInTheThemeAndSaysWhy) {
  run(world(), "train", train("content", "m.h5", catalogue()));
  run(world(), "recommend", {"--model", folder / "m.h5", "--k", "5", "--reasons", "--output", folder / "r.csv"});
  auto const items = lists("r.csv", 2), reasons = lists("r.csv", 5);
  std::map<std::string, std::set<std::string>> had;
  std::istringstream rows(bytes_of(folder / "few.csv"));
  for (std::string row; std::getline(rows, row);) {
    std::size_t const comma = row.find(',');
    had[row.substr(0, comma)].insert(row.substr(comma + 1, row.find(',', comma + 1) - comma - 1));
  }
  int own = 0, all = 0;
  EXPECT_EQ(items.size(), 100u);
  for (auto const& [user, list] : items) {
    EXPECT_EQ(list.size(), 5u);
    for (std::size_t place = 0; place < list.size(); ++place) {
      std::string const& because = reasons.at(user)[place];
      EXPECT_TRUE(had[user].contains(because)) << because;
      EXPECT_FALSE(had[user].contains(list[place]));
      EXPECT_EQ(std::stoi(because) % 8, std::stoi(list[place]) % 8);
      own += std::stoi(list[place]) % 8 == std::stoi(user) * 5 % 8;
      ++all;
    }
  }
  EXPECT_GT(own, .8 * all);
}

TEST_F(ContentCommands, TheMomentMattersOnlyWhenGiven) {
  Arguments const what{"--base", "transitions", "--contexts", "daypart,channel", "--context-weight", "2"};
  run(world(), "train", train("context", "context.h5", what));
  run(world(), "train", train("transitions", "base.h5", {}));
  auto const recommend = [&](std::string const& model, std::string const& output, Arguments const& more) {
    Arguments line{"--model", folder / model, "--k", "10", "--output", folder / output};
    line.insert(line.end(), more.begin(), more.end());
    run(world(), "recommend", line);
  };
  recommend("base.h5", "base.csv", {});
  recommend("context.h5", "any.csv", {});
  recommend("context.h5", "breakfast.csv", {"--context", "daypart=breakfast"});
  EXPECT_EQ(bytes_of(folder / "base.csv"), bytes_of(folder / "any.csv"));
  auto const breakfasts = [&](std::string const& name) {
    int count = 0;
    for (auto const& [user, list] : lists(name, 2)) {
      for (std::string const& item : list) count += std::stoi(item) % 8 == 0;
    }
    return count;
  };
  EXPECT_GT(breakfasts("breakfast.csv"), 3 * breakfasts("any.csv") / 2);
  EXPECT_THROW(recommend("context.h5", "x.csv", {"--context", "daypart=brunch"}), ConfigError);
  EXPECT_THROW(recommend("context.h5", "x.csv", {"--context", "lunch"}), ConfigError);
  EXPECT_THROW(recommend("base.h5", "x.csv", {"--context", "daypart=lunch"}), ConfigError);
}

/// Rows that are no pairs, or below the threshold, are no events of a column of the file either.
TEST_F(ContentCommands, ContextOfAColumnSetsBadRowsAside) {
  std::istringstream all(bytes_of(folder / "few.csv"));
  std::string good, spoilt, line;
  for (int number = 0; std::getline(all, line); ++number) {
    good += line + "\n";
    spoilt += line + "\n";
    if (number == 3) spoilt += "12,40,2,1767260000\n";                   // a field is missing
    if (number == 5) spoilt += "12,,2,1767260000,kiosk\n";               // no item
    if (number == 9) spoilt += "12,40.5,2,1767260000,kiosk\n";           // an id that is a fraction
    if (number == 40) spoilt += "12,40,two,1767260000,kiosk\n";          // no number
    if (number == 41) spoilt += "12,40,2,tomorrow,kiosk\n";              // no time
    if (number == 50) spoilt += "12,40,0,1767260000,no such channel\n";  // below the threshold
  }
  io::commit_text(world(), folder / "good.csv", world().is_root() ? good : "");
  io::commit_text(world(), folder / "spoilt.csv", world().is_root() ? spoilt : "");
  Arguments const options{"--model",     "context", "--base",       "popularity",    "--contexts",
                          "channel",     "--value", "value",        "--time",        "time",
                          "--min-value", "1",       "--quarantine", folder / "q.csv"};
  for (char const* name : {"good", "spoilt"}) {
    Arguments line_of = options;
    line_of.insert(line_of.end(), {"--interactions", folder / (name + std::string(".csv")), "--output",
                                   folder / (name + std::string(".h5"))});
    run(world(), "train", line_of);
  }
  std::string const quarantine = bytes_of(folder / "q.csv");
  EXPECT_EQ(std::count(quarantine.begin(), quarantine.end(), '\n'), 6) << quarantine;
  if (!world().is_root()) return;
  auto lifts_of = [&](std::string const& name) {
    io::Hdf5File file = io::Hdf5File::open(Comm::self(), folder / name);
    EXPECT_EQ(file.read_texts("model/contexts/00/values"), (std::vector<std::string>{"app", "kiosk", "web"}));
    return file.read_all<float>("model/contexts/00/log_lift");
  };
  EXPECT_EQ(lifts_of("good.h5"), lifts_of("spoilt.h5"));
}

TEST_F(ContentCommands, SayWhatIsMissing) {
  EXPECT_THROW(run(world(), "train", train("content", "x.h5", {})), ConfigError);
  EXPECT_THROW(run(world(), "train", train("hybrid", "x.h5", {})), ConfigError);
  EXPECT_THROW(run(world(), "train", train("hybrid", "x.h5", {"--members", "popularity,hybrid"})), ConfigError);
  EXPECT_THROW(
      run(world(), "train", train("hybrid", "x.h5", {"--members", "popularity,transitions", "--weights", "1"})),
      ConfigError);
  EXPECT_THROW(run(world(), "train", train("context", "x.h5", {"--contexts", "daypart"})), ConfigError);
  EXPECT_THROW(run(world(), "train", train("context", "x.h5", {"--base", "popularity"})), ConfigError);
  EXPECT_THROW(run(world(), "train", train("context", "x.h5", {"--base", "popularity", "--contexts", "mood"})),
               DataError);
}

TEST_F(ContentCommands, TrainedFilesMayBeMembers) {
  run(world(), "train", train("popularity", "p.h5", catalogue()));
  Arguments more = catalogue();
  more.insert(more.end(), {"--members", "content," + (folder / "p.h5").string(), "--weights", "0.7,0.3"});
  run(world(), "train", train("hybrid", "m.h5", more));
  // One file is enough: the member's own may go.
  if (world().is_root()) std::filesystem::remove(folder / "p.h5");
  world().barrier();
  run(world(), "recommend", {"--model", folder / "m.h5", "--k", "3", "--output", folder / "r.csv"});
  EXPECT_EQ(lists("r.csv", 2).size(), 100u);
  run(world(), "train",
      {"--model", "popularity", "--interactions", folder / "other.csv", "--output", folder / "other.h5"});
  more[more.size() - 3] = "content," + (folder / "other.h5").string();
  EXPECT_THROW(run(world(), "train", train("hybrid", "x.h5", more)), ConfigError);
}

}  // namespace
}  // namespace tidemill::jobs
