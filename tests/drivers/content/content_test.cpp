#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <set>

#include "drivers/content/content_model.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "tests/support/interactions.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using io::Comm;
using tests::ScratchFolder;
using tests::world;

constexpr float never = -std::numeric_limits<float>::infinity();

EntityIds numbered(std::int64_t count) {
  EntityIds ids;
  for (std::int64_t i = 0; i < count; ++i) ids.integers.push_back(i);
  return ids;
}

/// Items 0 .. count - 1 with up to four of nine attributes and, on request, two numbers; items 5, 15, ... have none.
Catalogue example_catalogue(Comm const& comm, std::int64_t count, bool with_numbers) {
  Catalogue catalogue;
  catalogue.range = io::even_share(count, comm.rank(), comm.size());
  if (with_numbers) catalogue.number_names = {"length", "price"};
  for (std::int64_t i = catalogue.range.first; i < catalogue.range.end(); ++i) {
    catalogue.ids.push_back(std::to_string(i));
    catalogue.texts.emplace_back();
    std::set<std::string> names;
    for (std::int64_t k = 0; i % 10 != 5 && k <= i % 4; ++k)
      names.insert("kind=" + std::to_string((i * 7 + k * k) % 9));
    catalogue.attributes.emplace_back(names.begin(), names.end());
    if (with_numbers) {
      catalogue.numbers.push_back(i % 6 == 1 ? NAN : static_cast<double>(i * i % 17));
      catalogue.numbers.push_back(i % 10 == 5 ? NAN : static_cast<double>(i % 3) * 1e6);
    }
  }
  return catalogue;
}

/// The cosine by the formulas of the domain, with maps.
std::vector<double> reference_scores(std::int64_t count, std::vector<std::int32_t> const& history) {
  Catalogue const all = example_catalogue(Comm::self(), count, false);
  std::map<std::string, double> df;
  for (auto const& names : all.attributes) {
    for (std::string const& name : names) ++df[name];
  }
  std::vector<std::map<std::string, double>> vectors;
  for (auto const& names : all.attributes) {
    std::map<std::string, double> vector;
    double squares = 0;
    for (std::string const& name : names) {
      vector[name] = std::log((1.0 + static_cast<double>(count)) / (1 + df[name])) + 1;
      squares += vector[name] * vector[name];
    }
    for (auto& [name, weight] : vector) weight /= std::sqrt(squares);
    vectors.push_back(vector);
  }
  std::map<std::string, double> profile;
  double squares = 0;
  for (std::int32_t const item : history) {
    for (auto const& [name, weight] : vectors[static_cast<std::size_t>(item)]) profile[name] += weight;
  }
  bool const is_known = !profile.empty();
  for (auto const& [name, weight] : profile) squares += weight * weight;
  std::vector<double> scores;
  for (auto const& vector : vectors) {
    double score = 0;
    for (auto const& [name, weight] : vector) {
      if (profile.contains(name)) score += weight * profile[name] / std::sqrt(squares);
    }
    scores.push_back(vector.empty() || !is_known ? never : score);
  }
  return scores;
}

TEST(Content, IsTheCosineOfTheDomain) {
  std::int64_t const items = 43;
  std::vector<std::vector<std::int32_t>> const lists{{1, 2, 17}, {}, {5}, {40}, {0, 5, 7, 8, 9, 33}};
  Interactions const histories = tests::make_interactions(world(), items, lists);
  auto const model = ContentModel::train(world(), numbered(items), example_catalogue(world(), items, false), {});
  std::vector<float> scores(static_cast<std::size_t>(histories.users.count * items));
  model->score(histories, 0, histories.users.count, scores);
  for (std::int64_t user = 0; user < histories.users.count; ++user) {
    auto const expected = reference_scores(items, lists[static_cast<std::size_t>(histories.users.first + user)]);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      float const found = scores[static_cast<std::size_t>(user * items) + i];
      if (std::isinf(expected[i])) {
        EXPECT_EQ(found, never) << i;
      } else {
        EXPECT_NEAR(found, expected[i], 1e-6) << user << " " << i;
      }
    }
  }
}

TEST(Content, NumbersAreStandardisedAndUnknownOnesSayNothing) {
  Catalogue catalogue;
  catalogue.range = {0, world().is_root() ? 4 : 0, 4};
  catalogue.number_names = {"size", "same"};
  if (world().is_root()) {
    catalogue.ids = {"0", "1", "2", "3"};
    catalogue.texts.resize(4);
    catalogue.attributes.resize(4);
    catalogue.numbers = {10, 7, 20, 7, 30, 7, NAN, 7};
  } else {
    catalogue.range = {4, 0, 4};
  }
  SparseRows const rows = item_vectors(world(), numbered(4), catalogue, {});
  // 20 is the mean: no entry. The column without spread says nothing.
  EXPECT_EQ(rows.start, (std::vector<std::int64_t>{0, 1, 1, 2, 2}));
  EXPECT_EQ(rows.value, (std::vector<float>{-1, 1}));
}

TEST(Content, NewerItemsWeighMore) {
  Interactions histories = tests::make_interactions(world(), 4, {{0, 1}});
  if (histories.users.count == 1) histories.time = {200, 100};
  Catalogue catalogue;
  catalogue.range = {world().is_root() ? 0 : 4, world().is_root() ? 4 : 0, 4};
  if (world().is_root()) {
    catalogue.ids = {"0", "1", "2", "3"};
    catalogue.texts.resize(4);
    catalogue.attributes = {{"a"}, {"b"}, {"a"}, {"b"}};
  }
  ContentParams params;
  params.history_decay = .5;
  auto const model = ContentModel::train(world(), numbered(4), catalogue, params);
  if (histories.users.count == 0) return;
  std::vector<float> scores(4);
  model->score(histories, 0, 1, scores);
  EXPECT_NEAR(scores[2], 1 / std::sqrt(1.25), 1e-6);
  EXPECT_NEAR(scores[3], .5 / std::sqrt(1.25), 1e-6);
}

TEST(Content, SameFileForAnyNumberOfRanks) {
  ScratchFolder const folder;
  for (std::int64_t const items : {1, 3, 211}) {
    auto const digest = [&](Comm const& comm, std::string const& name) {
      ContentParams params;
      params.number_weight = .7;
      auto const model = ContentModel::train(comm, numbered(items + 2), example_catalogue(comm, items, true), params);
      return io::commit_hdf5(comm, folder / name, {"model", "", 1, {}}, [&](io::Hdf5File& file) {
        file.create_group("members/0");
        model->save(file, "members/0");
      });
    };
    std::string const together = digest(world(), "together.h5");
    std::string const alone = world().is_root() ? digest(Comm::self(), "alone.h5") : "";
    EXPECT_EQ(world().broadcast(alone), together);

    io::Hdf5File file = io::Hdf5File::open(world(), folder / "together.h5");
    auto const loaded = ContentModel::load(file, "members/0");
    auto const made = ContentModel::train(world(), numbered(items + 2), example_catalogue(world(), items, true), {});
    EXPECT_EQ(loaded->vectors().rows(), items + 2);
    EXPECT_EQ(loaded->vectors().start, made->vectors().start);
  }
}

std::string write(std::filesystem::path const& path, std::string const& text) {
  if (world().is_root()) std::ofstream(path, std::ios::binary) << text;
  world().barrier();
  return path.string();
}

TEST(Catalogue, ReadsTablesAndJson) {
  ScratchFolder const folder;
  std::string const csv = write(
      folder / "items.csv", "id,title,about,tags,size\n7,One,\"sea, salt\",b; a;;b,1.5\n3,,plain,,\n12,3,4,5;6,2\n");
  Catalogue const table = read_catalogue(world(), csv, {"id", {"title", "about"}, {"tags"}, {"size"}, ';'});
  EXPECT_EQ(table.range.total, 3);
  for (std::size_t i = 0; i < table.ids.size(); ++i) {
    if (table.ids[i] == "7") {
      EXPECT_EQ(table.texts[i], "One sea, salt");
      EXPECT_EQ(table.attributes[i], (std::vector<std::string>{"tags=a", "tags=b"}));
      EXPECT_EQ(table.numbers[i], 1.5);
    } else if (table.ids[i] == "3") {
      EXPECT_EQ(table.attributes[i], std::vector<std::string>());
      EXPECT_TRUE(std::isnan(table.numbers[i]));
    } else {
      EXPECT_EQ(table.ids[i], "12");
      EXPECT_EQ(table.texts[i], "3 4");
      EXPECT_EQ(table.attributes[i], (std::vector<std::string>{"tags=5", "tags=6"}));
    }
  }
  Catalogue const json = read_catalogue(world(), write(folder / "a.json", R"({"4": [2, 1, 2], "83": ["x"]})"), {});
  EXPECT_EQ(json.range.total, 2);
  for (std::size_t i = 0; i < json.ids.size(); ++i) {
    EXPECT_EQ(json.attributes[i],
              json.ids[i] == "4" ? (std::vector<std::string>{"1", "2"}) : std::vector<std::string>{"x"});
  }
}

TEST(Catalogue, SaysWhatIsWrong) {
  ScratchFolder const folder;
  struct Case {
    std::string name, text, says;
  };
  for (Case const& one :
       std::vector<Case>{{"twice.csv", "id,tags\n1,a\n2,b\n1,c\n", "item '1' is in the catalogue more than once"},
                         {"no_id.csv", "id,tags\n1,a\n,b\n", "line 3: the item has no id"},
                         {"column.csv", "id,tag\n1,a\n", "tags"},
                         {"list.json", R"({"4": 5})", "item '4' has no list"},
                         {"real.json", R"({"4": [1.5]})", "found 1.5 as an attribute"},
                         {"cut.json", R"({"4": [1, )", "expected JSON of the form"},
                         {"no_json.json", R"({"4" [1]})", "expected JSON of the form"}}) {
    std::string const path = write(folder / one.name, one.text);
    try {
      read_catalogue(world(), path, {"id", {}, {"tags"}, {}, ';'});
      ADD_FAILURE() << one.name << " was read";
    } catch (Error const& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_data) << one.name;
      EXPECT_NE(std::string(error.what()).find(one.says), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace tidemill::drivers
