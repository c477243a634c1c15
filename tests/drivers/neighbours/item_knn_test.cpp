#include "drivers/neighbours/item_knn.hpp"

#include <gtest/gtest.h>

#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "tests/reference/dense_items.hpp"
#include "tests/support/world.hpp"

namespace tidemill::tests {
namespace {

using drivers::Interactions;
using drivers::ItemKnn;
using drivers::ItemKnnParams;
using drivers::ItemWeighting;

Histories const worked_example{{0, 1}, {0, 2}, {0, 1}, {1, 2}};

std::string digest_of(io::Comm const& comm, ItemKnn const& model, std::filesystem::path const& path) {
  return io::commit_hdf5(comm, path, {"model", "", 1, {}}, [&](io::Hdf5File& file) {
    file.create_group("model");
    model.save(file, "model");
  });
}

TEST(ItemKnn, WorkedNumbers) {
  Interactions const data = interactions_of(world(), worked_example, 3);
  auto const cosine = ItemKnn::train(world(), data, {});
  ASSERT_EQ(cosine->start(), (std::vector<std::int64_t>{0, 2, 4, 6}));
  EXPECT_EQ(cosine->neighbour()[0], 1);
  EXPECT_NEAR(cosine->similarity()[0], .666667, 5e-7);
  ItemKnnParams params;
  params.shrink = 10;
  EXPECT_NEAR(ItemKnn::train(world(), data, params)->similarity()[0], .153846, 5e-7);
}

TEST(ItemKnn, EqualsItsFormula) {
  std::size_t const items = 150;
  Histories const histories = tasteful_histories(400, items, 5, 3);
  Interactions const data = interactions_of(world(), histories, items);
  for (auto const& [shrink, keep, user_exponent] :
       {std::tuple{0.0, 20, 0.0}, std::tuple{7.5, 1000, 0.0}, std::tuple{0.0, 10, 1.0}}) {
    ItemKnnParams params;
    params.shrink = shrink;
    params.neighbours = keep;
    params.pairs.user_exponent = user_exponent;
    auto const model = ItemKnn::train(world(), data, params);
    DenseMatrix const overlap = overlap_of(histories, items, user_exponent);
    for (std::size_t i = 0; i < items; ++i) {
      auto const expected = nearest_of(overlap, items, i, shrink, static_cast<std::size_t>(keep));
      auto const first = static_cast<std::size_t>(model->start()[i]);
      ASSERT_EQ(static_cast<std::size_t>(model->start()[i + 1]) - first, expected.size()) << i;
      for (std::size_t k = 0; k < expected.size(); ++k) {
        EXPECT_NEAR(model->similarity()[first + k], expected[k].first, 1e-6);
        // Weighted sums may round two equal similarities apart.
        if (user_exponent == 0) {
          EXPECT_EQ(static_cast<std::size_t>(model->neighbour()[first + k]), expected[k].second);
        }
      }
    }
  }
}

TEST(ItemKnn, TieGoesToTheSmallerItem) {
  // Items 1, 2 and 3 always come together with 0: three equal similarities, two places.
  Interactions const data = interactions_of(world(), {{0, 1, 2, 3}, {0, 1, 2, 3}, {0, 1, 2, 3}}, 4);
  ItemKnnParams params;
  params.neighbours = 2;
  auto const model = ItemKnn::train(world(), data, params);
  EXPECT_EQ(model->neighbour(), (std::vector<std::int32_t>{1, 2, 0, 2, 0, 1, 0, 1}));
}

TEST(ItemKnn, WeightingsChangeWhatUsersSay) {
  // The user of many items says less about a pair than the user of two.
  Histories const histories{{0, 1}, {0, 2, 3, 4, 5, 6, 7, 8, 9}};
  Interactions const data = interactions_of(world(), histories, 10, true);
  for (ItemWeighting const weighting : {ItemWeighting::tfidf, ItemWeighting::bm25}) {
    ItemKnnParams params;
    params.pairs.weighting = weighting;
    auto const model = ItemKnn::train(world(), data, params);
    EXPECT_EQ(model->neighbour()[0], 1) << drivers::name_of(weighting);
  }
  // BM25 by hand: value 1 + (u + i) % 4, k1 1.2, b .75.
  ItemKnnParams params;
  params.pairs.weighting = ItemWeighting::bm25;
  auto const model = ItemKnn::train(world(), data, params);
  double const length[]{1 + 2, 2, 4, 1, 2, 3, 4, 1, 2, 3};
  double mean = 0;
  for (double const one : length) mean += one / 10;
  auto const weight = [&](int item, double value, int history) {
    double const idf = std::log(11.0 / (1 + history)) + 1;
    return value * 2.2 / (value + 1.2 * (.25 + .75 * length[item] / mean)) * idf;
  };
  double const a = weight(0, 1, 2), b = weight(0, 2, 9), c = weight(1, 2, 2);
  EXPECT_NEAR(model->similarity()[0], a * c / (std::sqrt(a * a + b * b) * c), 1e-6);
}

TEST(ItemKnn, ScoresAreSumsOverTheHistory) {
  Histories const histories = tasteful_histories(60, 40, 4, 5);
  Interactions const data = interactions_of(world(), histories, 40);
  ItemKnnParams params;
  params.neighbours = 6;
  auto const model = ItemKnn::train(world(), data, params);
  DenseMatrix const overlap = overlap_of(histories, 40);
  std::vector<float> scores(static_cast<std::size_t>(data.users.count) * 40);
  model->score(data, 0, data.users.count, scores);
  for (std::int64_t u = 0; u < data.users.count; ++u) {
    auto const& history = histories[static_cast<std::size_t>(data.users.first + u)];
    for (std::size_t i = 0; i < 40; ++i) {
      double expected = 0;
      for (auto const& [similarity, j] : nearest_of(overlap, 40, i, 0, 6)) {
        if (std::count(history.begin(), history.end(), static_cast<std::int32_t>(j)) > 0) expected += similarity;
      }
      float const found = scores[static_cast<std::size_t>(u) * 40 + i];
      if (expected == 0) {
        EXPECT_TRUE(std::isinf(found) && found < 0);
      } else {
        EXPECT_NEAR(found, expected, 1e-5);
      }
    }
  }
}

TEST(ItemKnn, SameDigestForAnyNumberOfRanks) {
  ScratchFolder const folder;
  for (std::int64_t const users : {0, 200}) {
    Histories const histories = tasteful_histories(users, 90, 3, 7);
    for (ItemWeighting const weighting : {ItemWeighting::none, ItemWeighting::tfidf, ItemWeighting::bm25}) {
      ItemKnnParams params;
      params.neighbours = 15;
      params.pairs.weighting = weighting;
      params.pairs.user_exponent = weighting == ItemWeighting::none ? 0 : .3;
      auto const digest = [&](io::Comm const& comm, std::string const& name) {
        Interactions const data = interactions_of(comm, histories, 90, weighting == ItemWeighting::bm25);
        return digest_of(comm, *ItemKnn::train(comm, data, params), folder / name);
      };
      std::string alone;
      if (world().is_root()) alone = digest(io::Comm::self(), "alone.h5");
      EXPECT_EQ(digest(world(), "together.h5"), world().broadcast(alone)) << users;
    }
  }
}

TEST(ItemKnn, ComesBackFromItsFile) {
  ScratchFolder const folder;
  Interactions const data = interactions_of(world(), tasteful_histories(100, 50, 3, 1), 50);
  auto const model = ItemKnn::train(world(), data, {});
  digest_of(world(), *model, folder / "m.h5");
  io::Hdf5File file = io::Hdf5File::open(world(), folder / "m.h5");
  auto const back = ItemKnn::load(file, "model");
  std::vector<float> a(static_cast<std::size_t>(data.users.count) * 50), b(a.size());
  model->score(data, 0, data.users.count, a);
  back->score(data, 0, data.users.count, b);
  EXPECT_EQ(a, b);
}

TEST(ItemKnn, BadOptionsAreNamed) {
  Interactions const data = interactions_of(world(), worked_example, 3);
  ItemKnnParams params;
  params.neighbours = 0;
  EXPECT_THROW(ItemKnn::train(world(), data, params), ConfigError);
  params = {};
  params.shrink = -1;
  EXPECT_THROW(ItemKnn::train(world(), data, params), ConfigError);
  EXPECT_THROW(drivers::item_weighting_named("tf"), ConfigError);
}

}  // namespace
}  // namespace tidemill::tests
