#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "io/store/night.hpp"
#include "io/store/posix.hpp"
#include "io/store/registry.hpp"
#include "tests/jobs/night/night_fixture.hpp"

namespace tidemill::jobs {
namespace {

using tests::world;

constexpr std::int64_t first_second = 1767225600;  // 2026-01-01

/// Users of two tastes: odd users have odd assets, even ones even assets, week by week.
std::string two_tastes() {
  std::string text = "user,item,time\n";
  for (int user = 0; user < 40; ++user) {
    for (int week = 0; week < 10; ++week) {
      int const item = (user * 3 + week * 5 + week * week * (user % 3)) % 16 * 2 + user % 2;
      text += std::to_string(user) + "," + std::to_string(item) + "," +
              std::to_string(first_second + (week * 7 + user % 7) * std::int64_t{86400}) + "\n";
    }
  }
  return text;
}

class AssetGate : public NightFixture {
 protected:
  AssetGate() {
    io::agree(world(), "input", [&] {
      if (world().is_root()) io::write_file(folder_ / "pairs.csv", two_tastes());
    });
  }
  ExitCode nightly(std::string const& date, std::string const& models, std::vector<std::string> more = {}) {
    std::string const config =
        "[asset]\ninteractions = pairs.csv\ntime = time\nfactors = 4\nsweeps = 4\nwarm-sweeps = 1\n"
        "k = 5\ntrend-min-count = 500\nmodels = " +
        models + "\n[gate]\nresamples = 100\ntolerance = 0.99\n";
    return run_nightly(date, config, std::move(more));
  }
  std::filesystem::path current() const { return folder_ / "store/main/current"; }
  io::ModelAliases recommender() const { return io::read_aliases(world(), current()).in_use.at("recommender"); }
  nlohmann::json verdict() const { return nlohmann::json::parse(io::read_file(current() / "recommender_gate.json")); }
  std::string csv(std::string const& name) const { return io::read_file(current() / "csv" / (name + ".csv")); }
};

TEST_F(AssetGate, LearnsOnRefusesAndKeepsTheChampionsLists) {
  // Nights of many small files: more ranks than processors make them slow, and other nights have the steps too.
  if (world().size() > 2) GTEST_SKIP() << "run on one or two ranks";
  ASSERT_EQ(nightly("2026-02-20", "ials"), ExitCode::done) << message_;
  std::string const first = recommender().champion;
  EXPECT_TRUE(first.starts_with("2026-02-20-")) << first;
  EXPECT_EQ(verdict()["compared_with"], "popularity");
  EXPECT_TRUE(csv("model_metrics").find("\nials,validation,none,") != std::string::npos) << csv("model_metrics");

  // The same options on newer data: begun at the version in use, which stays as the previous one.
  ASSERT_EQ(nightly("2026-02-27", "ials", {"--asset.compare-cold", "1"}), ExitCode::done) << message_;
  std::string const second = recommender().champion;
  EXPECT_NE(second, first);
  EXPECT_EQ(recommender().previous, first);
  EXPECT_EQ(verdict()["compared_with"], first);
  EXPECT_EQ(verdict()["verdict"]["refresh"], true);
  EXPECT_NE(csv("model_metrics").find("\nials,test," + first + ","), std::string::npos) << csv("model_metrics");
  EXPECT_NE(csv("model_metrics").find("\nials-cold,test,none,"), std::string::npos) << csv("model_metrics");
  io::VersionInfo const info = io::read_version(world(), folder_ / "store/main", "recommender", second);
  EXPECT_EQ(info.lineage.parent, first);
  EXPECT_TRUE(info.lineage.provenance.inputs.contains("begun at " + first));

  // What everyone has is no better than two tastes: refused. The recipe in use learns on and makes the lists.
  EXPECT_EQ(nightly("2026-03-06", "popularity"), ExitCode::refused);
  EXPECT_NE(message_.find("stays out"), std::string::npos) << message_;
  std::string const refused = verdict()["version"], again = verdict()["refreshed"]["version"];
  EXPECT_EQ(verdict()["refreshed"]["compared_with"], second);
  EXPECT_EQ(verdict()["refreshed"]["verdict"]["promoted"], true);
  EXPECT_EQ(recommender(), (io::ModelAliases{again, second}));
  EXPECT_TRUE(again.starts_with("2026-03-06-")) << again;
  io::VersionInfo const learnt = io::read_version(world(), folder_ / "store/main", "recommender", again);
  EXPECT_TRUE(learnt.lineage.provenance.inputs.contains("begun at " + second));
  EXPECT_EQ(learnt.lineage.provenance.config, info.lineage.provenance.config);
  EXPECT_EQ(verdict()["rung"], "champion");
  std::string const lists = csv("recommendations");
  for (int user = 0; user < 40; ++user) {  // each user's first asset is of their taste
    std::size_t const row = lists.find("\n" + std::to_string(user) + ",1,");
    ASSERT_NE(row, std::string::npos) << user;
    EXPECT_EQ(std::stoi(lists.substr(lists.find(",1,", row) + 3)) % 2, user % 2) << lists.substr(row, 20);
  }
  EXPECT_NE(io::read_file(current() / "report.html").find("It stays out"), std::string::npos);

  EXPECT_EQ(models({"list", "--json"}), ExitCode::done) << message_;
  if (world().is_root()) {
    EXPECT_EQ(nlohmann::json::parse(printed_)["models"].size(), 4u) << printed_;
  }
  EXPECT_EQ(models({"show", "recommender"}), ExitCode::done) << message_;
  EXPECT_EQ(models({"verify"}), ExitCode::done) << message_;

  // Back to the one before, and to one that passed; what was refused needs force.
  EXPECT_EQ(models({"promote", "recommender", second}), ExitCode::done) << message_;
  EXPECT_EQ(recommender(), (io::ModelAliases{second, again}));
  EXPECT_EQ(models({"promote", "recommender", first}), ExitCode::done) << message_;
  EXPECT_EQ(recommender(), (io::ModelAliases{first, second}));
  EXPECT_EQ(models({"promote", "recommender", refused}), ExitCode::refused);
  EXPECT_NE(message_.find("refused it"), std::string::npos) << message_;

  // Old versions go, but not what nights that stay have in use or judged.
  auto const gone = [&](std::string const& keep) {
    EXPECT_EQ(code_of([&] {
                tests::run_command(world(), "gc",
                                   {"--store", (folder_ / "store").string(), "--keep", keep, "--grace-minutes", "0",
                                    "--dry-run", "--json"});
              }),
              ExitCode::done)
        << message_;
    std::set<std::string> versions;
    if (!world().is_root()) return versions;
    for (auto const& removal : nlohmann::json::parse(printed_)["removed"]) {
      if (removal["kind"] == "model") {
        versions.insert(std::filesystem::path(removal["path"].get<std::string>()).stem().string());
      }
    }
    return versions;
  };
  EXPECT_EQ(gone("9"), std::set<std::string>());
  EXPECT_EQ(gone("1"), std::set<std::string>());  // the night in use names all four
}

TEST_F(AssetGate, AKilledNightEndsTheSame) {
  if (world().size() > 2) GTEST_SKIP() << "run on one or two ranks";
  ASSERT_EQ(nightly("2026-02-20", "ials"), ExitCode::done) << message_;
  EXPECT_EQ(nightly("2026-02-27", "ials", {"--stop-after", "champion"}), ExitCode::resume_later);
  ASSERT_EQ(nightly("2026-02-27", "ials"), ExitCode::done) << message_;
  std::string const stopped = io::verify_night(world(), current()).digest;
  std::string const version = recommender().champion;
  // From the same first night, undisturbed and without anything to reuse.
  io::agree(world(), "forget the second night", [&] {
    if (!world().is_root()) return;
    std::filesystem::path const tenant = folder_ / "store/main";
    std::filesystem::remove_all(tenant / "cache");
    std::filesystem::remove_all(tenant / "nights/2026-02-27");
    std::filesystem::remove(tenant / ("models/recommender/" + version + ".h5"));
    std::filesystem::remove(tenant / "current");
    std::filesystem::create_symlink("nights/2026-02-20", tenant / "current");
  });
  ASSERT_EQ(nightly("2026-02-27", "ials"), ExitCode::done) << message_;
  EXPECT_EQ(recommender().champion, version);
  EXPECT_EQ(io::verify_night(world(), current()).digest, stopped);
}

TEST_F(AssetGate, LikesBlocksAndContentShapeTheLists) {
  if (world().size() > 2) GTEST_SKIP() << "run on one or two ranks";
  io::agree(world(), "more input", [&] {
    if (!world().is_root()) return;
    std::string catalogue = "id,name,tags\n";
    for (int asset = 0; asset < 34; ++asset) {  // 32 and 33 are new: no one has had them
      catalogue += std::to_string(asset) + "," + (asset % 2 == 0 ? "even round" : "odd square") + ",\n";
    }
    io::write_file(folder_ / "catalogue.csv", catalogue);
    io::write_file(folder_ / "likes.csv", "user,item\n900,5\n900,7\n");
    io::write_file(folder_ / "blocks.csv", "user,item\n900,1\n900,3\n900,33\n2,32\n");
    io::write_file(folder_ / "all.csv", "item\n33\n4\n");
  });
  std::vector<std::string> const more{"--asset.catalogue", "catalogue.csv", "--asset.likes", "likes.csv"};
  auto with = [&](std::string const& blocks) {
    std::vector<std::string> arguments = more;
    arguments.insert(arguments.end(), {"--asset.blocks", blocks});
    return nightly("2026-02-27", "ials", arguments);
  };
  ASSERT_EQ(with("blocks.csv"), ExitCode::done) << message_;
  std::string const lists = csv("recommendations");
  auto const has = [&](std::string const& text, std::string const& user, int item) {
    for (int rank = 1; rank <= 5; ++rank) {
      std::string const row = "\n" + user + "," + std::to_string(rank) + "," + std::to_string(item) + ",";
      if (text.find(row) != std::string::npos) return true;
    }
    return false;
  };
  EXPECT_NE(lists.find("\n900,1,"), std::string::npos) << "who only liked gets a list";
  for (int const item : {1, 3, 5, 7, 33}) EXPECT_FALSE(has(lists, "900", item)) << item;
  EXPECT_FALSE(has(lists, "2", 32));
  EXPECT_TRUE(has(lists, "4", 32)) << "the new even asset by its words";
  EXPECT_TRUE(has(lists, "5", 33));
  EXPECT_NE(lists.find(",content,\n"), std::string::npos) << lists;
  EXPECT_NE(csv("audience").find("\n41,0,2,4,0,0,"), std::string::npos) << csv("audience");

  ASSERT_EQ(with("all.csv"), ExitCode::done) << message_;
  std::string const without = csv("recommendations"), near = csv("similar");
  for (int user = 0; user < 40; ++user) {
    EXPECT_FALSE(has(without, std::to_string(user), 4) || has(without, std::to_string(user), 33)) << user;
  }
  for (int asset = 0; asset < 32; ++asset) EXPECT_FALSE(has(near, std::to_string(asset), 4)) << asset;
}

TEST_F(AssetGate, TextsAreLabelled) {
  if (world().size() > 2) GTEST_SKIP() << "run on one or two ranks";
  io::agree(world(), "texts", [&] {
    if (!world().is_root()) return;
    std::string texts = "id,text,intent,tags\n";
    for (int row = 0; row < 90; ++row) {
      bool const is_labelled = row % 10 != 9;
      std::string const topic = row % 3 == 0 ? "table" : row % 3 == 1 ? "menu" : "hours";
      texts += "t" + std::to_string(row) + ",please the " + topic + " number " + std::to_string(row) +
               (row % 2 == 0 ? " soon" : "") + "," + (is_labelled ? topic : "") + "," +
               (is_labelled ? topic + (row % 2 == 0 ? ";urgent" : "") : "") + "\n";
    }
    io::write_file(folder_ / "texts.csv", texts);
  });
  ASSERT_EQ(nightly("2026-02-27", "popularity", {"--asset.texts", "texts.csv", "--asset.texts-target", "intent"}),
            ExitCode::done)
      << message_;
  EXPECT_NE(csv("text_quality").find("accuracy,1,"), std::string::npos) << csv("text_quality");
  std::string const intents = csv("text_labels");
  EXPECT_NE(intents.find("\nt9,table,,"), std::string::npos) << intents;  // 9 has no label in the file
  EXPECT_NE(io::read_file(current() / "report.html").find("id=\"texts\""), std::string::npos);
  auto const used = [&] { return io::read_aliases(world(), current()).in_use.at("texts"); };
  std::string const first = used().champion;
  EXPECT_TRUE(first.starts_with("2026-02-27-")) << first;
  EXPECT_NE(intents.find("," + first + ",champion\n"), std::string::npos) << intents;

  // One that rejects most texts is no better: it stays out, and the champion labels.
  EXPECT_EQ(nightly("2026-02-28", "popularity",
                    {"--asset.texts", "texts.csv", "--asset.texts-target", "intent", "--asset.texts-in-scope-recall",
                     "0.05"}),
            ExitCode::refused);
  EXPECT_NE(message_.find("the new texts model"), std::string::npos) << message_;
  EXPECT_EQ(used(), (io::ModelAliases{first, ""}));
  EXPECT_EQ(csv("text_labels"), intents);
  EXPECT_EQ(models({"verify", "texts"}), ExitCode::done) << message_;

  // The same on newer data takes its place; the labels of another column have no champion yet.
  ASSERT_EQ(nightly("2026-03-01", "popularity", {"--asset.texts", "texts.csv", "--asset.texts-target", "intent"}),
            ExitCode::done)
      << message_;
  EXPECT_TRUE(used().champion.starts_with("2026-03-01-")) << used().champion;
  EXPECT_EQ(used().previous, first);
  ASSERT_EQ(nightly("2026-03-02", "popularity",
                    {"--asset.texts", "texts.csv", "--asset.texts-target", "tags", "--asset.texts-separator", ";"}),
            ExitCode::done)
      << message_;
  EXPECT_TRUE(used().champion.starts_with("2026-03-02-")) << used().champion;
  EXPECT_NE(csv("text_labels").find("\nt29,hours,,"), std::string::npos) << csv("text_labels");
  EXPECT_NE(csv("text_labels").find("\nt49,menu,,"), std::string::npos) << csv("text_labels");
  EXPECT_EQ(nightly("2026-02-27", "popularity", {"--asset.texts", "texts.csv", "--asset.texts-target", "none"}),
            ExitCode::bad_data);
}

TEST_F(AssetGate, OptionsThatCannotBe) {
  EXPECT_EQ(nightly("2026-02-20", "ials", {"--asset.gate-metrics", "ndgc"}), ExitCode::bad_config);
  EXPECT_NE(message_.find("'ndcg'"), std::string::npos) << message_;
  EXPECT_EQ(nightly("2026-02-20", "ials", {"--asset.warm-sweeps", "-1"}), ExitCode::bad_config);
}

}  // namespace
}  // namespace tidemill::jobs
