#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "drivers/interactions/read_interactions.hpp"
#include "drivers/popularity/popularity.hpp"
#include "drivers/recommend/card.hpp"
#include "drivers/recommend/cold_items.hpp"
#include "drivers/recommend/ladder.hpp"
#include "drivers/recommend/list_table.hpp"
#include "drivers/recommend/recommender.hpp"
#include "drivers/recommend/select_top.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "kernels/random/philox.hpp"
#include "tests/support/digest_of_table.hpp"

namespace tidemill::drivers {
namespace {

using tests::ScratchFolder;
using tests::world;

TEST(SelectTop, SameAsSortingEverything) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (std::size_t const n : {0U, 1U, 7U, 64U, 1000U, 5000U}) {
    for (std::size_t const k : {1U, 5U, 64U, 2000U}) {
      std::vector<float> scores;
      for (std::size_t i = 0; i < n; ++i) {
        auto const block = kernels::Philox::block(1, i, static_cast<std::uint32_t>(k), 0);
        scores.push_back(block.word[0] % 10 == 0 ? -infinity : static_cast<float>(block.word[1] % 50) - 25);
      }
      if (n > 10) scores[3] = std::nanf("");
      std::vector<std::int32_t> expected;
      for (std::size_t i = 0; i < n; ++i) {
        if (scores[i] > -infinity) expected.push_back(static_cast<std::int32_t>(i));
      }
      std::stable_sort(expected.begin(), expected.end(), [&](std::int32_t a, std::int32_t b) {
        return scores[static_cast<std::size_t>(a)] > scores[static_cast<std::size_t>(b)];
      });
      expected.resize(k, -1);
      std::vector<std::int32_t> item(k);
      std::vector<float> score(k);
      select_top(scores, item, score);
      EXPECT_EQ(item, expected) << n << " " << k;
      for (std::size_t place = 0; place < k; ++place) {
        EXPECT_EQ(score[place], item[place] < 0 ? 0 : scores[static_cast<std::size_t>(item[place])]);
      }
    }
  }
}

/// 60 users, 80 items, some users without items; text ids when asked for.
Interactions example(io::Comm const& comm, bool text_ids) {
  PairRows rows;
  io::RowRange const mine = io::even_share(600, comm.rank(), comm.size());
  std::vector<std::string> users, items;
  for (std::int64_t i = mine.first; i < mine.end(); ++i) {
    auto const block = kernels::Philox::block(9, static_cast<std::uint64_t>(i), 0, 0);
    std::int64_t const user = block.word[0] % 60, item = block.word[1] % 80 * (block.word[2] % 80) / 80;
    rows.user.is_text = rows.item.is_text = text_ids;
    if (text_ids) {
      rows.user.codes.push_back(static_cast<std::int32_t>(rows.user.dictionary.size()));
      rows.user.dictionary.push_back("user " + std::to_string(user));
      rows.item.codes.push_back(static_cast<std::int32_t>(rows.item.dictionary.size()));
      rows.item.dictionary.push_back("item " + std::to_string(item));
    } else {
      rows.user.integers.push_back(user);
      rows.item.integers.push_back(item);
    }
    rows.time.push_back(static_cast<std::int64_t>(block.word[3] % 100) * 86400);
    rows.order.push_back(i);
  }
  if (comm.is_root() && !text_ids) rows.users_alone.integers = {1000, 1001};
  Interactions all = gather_interactions(comm, rows);
  all.value.clear();
  return all;
}

/// Scores that depend on the user's history, to be ranked by the default top_k.
class SumOfDistances : public Recommender {
 public:
  std::int64_t items() const override { return 0; }  // any number of them
  void save(io::Hdf5File&, std::string const&) const override {}
  void score(Interactions const& histories, std::int64_t first, std::int64_t count,
             std::span<float> scores) const override {
    for (std::int64_t u = 0; u < count; ++u) {
      for (std::int64_t i = 0; i < histories.items; ++i) {
        float sum = 0;
        for (std::int32_t const j : histories.items_of(first + u)) sum -= static_cast<float>(std::abs(i - j) / 4);
        scores[static_cast<std::size_t>(u * histories.items + i)] = sum;
      }
    }
  }
};

TEST(Recommender, DefaultListsLeaveOutWhatUsersHaveAndDoNotDependOnRanks) {
  auto const make = [](io::Comm const& comm) {
    Interactions const all = example(comm, false);
    RankedLists const lists = SumOfDistances().top_k(all, all, 15);
    for (std::int64_t u = 0; u < all.users.count; ++u) {
      for (int place = 0; place < 15; ++place) {
        auto const at = static_cast<std::size_t>(u * 15 + place);
        auto const had = all.items_of(u);
        EXPECT_FALSE(std::binary_search(had.begin(), had.end(), lists.item[at]));
        if (place == 0 || lists.item[at] < 0) continue;
        EXPECT_GE(lists.score[at - 1], lists.score[at]);
        if (lists.score[at - 1] == lists.score[at]) {
          EXPECT_LT(lists.item[at - 1], lists.item[at]);
        }
      }
    }
    return list_table(comm, all, lists);
  };
  EXPECT_TRUE(tests::same_on_any_number_of_ranks(make));
}

TEST(Recommender, ListsLongerThanTheCatalogueEnd) {
  Interactions const all = example(world(), false);
  RankedLists const lists = SumOfDistances().top_k(all, all, 200);
  for (std::int64_t u = 0; u < all.users.count; ++u) {
    auto const first = lists.item.begin() + u * 200;
    EXPECT_EQ(std::count(first, first + 200, -1), 200 - all.items + static_cast<std::int64_t>(all.items_of(u).size()));
  }
}

/// Two users who had items 1 and 2; the content model knows items 2, 5, 7 and 9, of which no one had the last three.
TEST(ColdItems, TakeTheLastPlacesAndRespectBlocks) {
  PairRows rows;
  if (world().is_root()) {
    rows.user.integers = {10, 10, 11};
    rows.item.integers = {1, 2, 2};
    rows.order = {0, 1, 2};
    rows.users_alone.integers = {12};
  }
  Interactions const trained = gather_interactions(world(), rows);
  AudienceSources sources;
  sources.blocked.emplace();
  if (world().is_root()) {
    sources.blocked->user.integers = {11};
    sources.blocked->item.integers = {7};
    sources.blocked->order = {0};
  }
  Audience audience = make_audience(world(), trained, sources);
  RankedLists lists = PopularityModel::train(world(), trained, {})->top_k(audience.histories, audience.removed, 3);
  Ladder(world(), trained, {}, 0, {}).complete(audience, {}, lists);

  EntityIds items;
  items.integers = {2, 5, 7, 9};
  Audience const there =
      make_audience(world(), with_items(world(), trained, items), sources, &audience.histories.users);
  PopularityModel const content({4, 1, 3, 2});
  add_cold_items(world(), trained, {content, there, 2}, audience, lists);
  io::Table const table = tidemill::drivers::list_table(world(), audience.histories, lists);
  std::vector<double> const user = tests::all_numbers(world(), table, "user");
  std::vector<double> const item = tests::all_numbers(world(), table, "item");
  std::vector<std::string> const rung = tests::all_texts(world(), table, "rung");
  // 10 has nothing left of the model's two items, 11 one; 12 has no history and keeps the popular ones.
  EXPECT_EQ(user, (std::vector<double>{10, 10, 11, 11, 11, 12, 12}));
  EXPECT_EQ(item, (std::vector<double>{7, 9, 1, 9, 5, 2, 1}));
  EXPECT_EQ(rung, (std::vector<std::string>{"content", "content", "model", "content", "content", "popularity",
                                            "popularity"}));
}

TEST(Popularity, CountsUsersAndForgetsWithAge) {
  Interactions all = example(world(), false);
  std::vector<std::int64_t> const counts = item_counts(world(), all);
  std::vector<float> const plain = popularity_scores(world(), all, {});
  for (std::size_t i = 0; i < counts.size(); ++i) EXPECT_EQ(plain[i], static_cast<float>(counts[i]));
  // Against plain doubles, pair by pair.
  PopularityParams params;
  params.half_life = 10;
  std::vector<float> const decayed = popularity_scores(world(), all, params);
  auto const items = world().gather_all(std::span<std::int32_t const>(all.item));
  auto const times = world().gather_all(std::span<std::int64_t const>(all.time));
  std::int64_t const latest = *std::max_element(times.begin(), times.end());
  std::vector<double> expected(counts.size(), 0);
  for (std::size_t i = 0; i < items.size(); ++i) {
    expected[static_cast<std::size_t>(items[i])] += std::pow(.5, static_cast<double>(latest - times[i]) / 86400 / 10);
  }
  for (std::size_t i = 0; i < counts.size(); ++i) EXPECT_NEAR(decayed[i], expected[i], 1e-6 * (1 + expected[i]));
  all.time.clear();
  EXPECT_THROW(popularity_scores(world(), all, params), ConfigError);
}

TEST(Popularity, OwnListsAreThoseOfTheDefault) {
  Interactions const all = example(world(), false);
  auto const model = PopularityModel::train(world(), all, {});
  RankedLists const own = model->top_k(all, all, 12), plain = model->Recommender::top_k(all, all, 12);
  EXPECT_EQ(own.item, plain.item);
  EXPECT_EQ(own.score, plain.score);
}

std::string save_example(io::Comm const& comm, std::filesystem::path const& path, bool text_ids) {
  RecommenderCard const card{"popularity", "k = v\n", example(comm, text_ids)};
  return io::commit_hdf5(comm, path, {"model", "", 1, {}},
                         [&](io::Hdf5File& file) { save_recommender_card(comm, file, card); });
}

TEST(RecommenderCard, RoundTripAndDigest) {
  ScratchFolder const folder;
  for (bool const text_ids : {false, true}) {
    std::string const together = save_example(world(), folder / "together.h5", text_ids);
    std::string alone;
    if (world().is_root()) alone = save_example(io::Comm::self(), folder / "alone.h5", text_ids);
    EXPECT_EQ(together, world().broadcast(alone));
    io::Hdf5File file = io::Hdf5File::open(world(), folder / "together.h5");
    RecommenderCard const card = load_recommender_card(world(), file);
    file.close();
    // Without repeats, so that both are cut by the same numbers of pairs.
    Interactions const expected = gather_interactions(world(), as_pairs(example(world(), text_ids)));
    EXPECT_EQ(card.kind, "popularity");
    EXPECT_EQ(card.options, "k = v\n");
    EXPECT_EQ(card.histories.users.first, expected.users.first);
    EXPECT_EQ(card.histories.users.count, expected.users.count);
    EXPECT_EQ(card.histories.start, expected.start);
    EXPECT_EQ(card.histories.item, expected.item);
    EXPECT_EQ(card.histories.time, expected.time);
    EXPECT_EQ(card.histories.user_ids.integers, expected.user_ids.integers);
    EXPECT_EQ(card.histories.user_ids.texts, expected.user_ids.texts);
    EXPECT_EQ(card.histories.item_ids.integers, expected.item_ids.integers);
    EXPECT_EQ(card.histories.item_ids.texts, expected.item_ids.texts);
  }
}

}  // namespace
}  // namespace tidemill::drivers
