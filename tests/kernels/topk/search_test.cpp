#include "kernels/topk/search.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "tests/reference/top_k.hpp"
#include "tests/support/random_vectors.hpp"

namespace tidemill::kernels {
namespace {

using tests::RandomVectors;

void expect_same(TopLists const& expected, TopLists const& found) {
  ASSERT_EQ(found.k, expected.k);
  ASSERT_EQ(found.item, expected.item);
  ASSERT_EQ(found.score, expected.score);
}

TEST(ExactSearch, EqualsSortingAllScores) {
  for (std::int32_t const width : {1, 3, 8, 17, 64, 130, 257}) {
    for (std::int64_t const count : {0, 1, 47, 48, 49, 1000, 3001}) {
      RandomVectors const items(count, width, 1), queries(9, width, 2);
      ExactSearch const search(items.rows());
      for (std::int32_t const k : {1, 10, 60}) {
        SCOPED_TRACE(testing::Message() << "width " << width << ", items " << count << ", k " << k);
        expect_same(tests::reference::top_k(items.rows(), queries.rows(), k), search.top_k(queries.rows(), k));
      }
    }
  }
}

TEST(ExactSearch, GivesAQueryTheSameListInAnyCompany) {
  RandomVectors const items(2000, 40, 3), queries(67, 40, 4);
  ExactSearch const search(items.rows());
  TopLists const together = search.top_k(queries.rows(), 12);
  for (std::int64_t q = 0; q < queries.count; ++q) {
    TopLists const alone = search.top_k({queries.rows().row(q), 1, 40}, 12);
    for (std::size_t i = 0; i < 12; ++i) {
      EXPECT_EQ(together.item[static_cast<std::size_t>(q) * 12 + i], alone.item[i]);
      EXPECT_EQ(together.score[static_cast<std::size_t>(q) * 12 + i], alone.score[i]);
    }
  }
}

TEST(ExactSearch, TiesGoToTheSmallerItem) {
  RandomVectors items(900, 20, 5);
  for (std::int64_t row = 0; row < items.count; ++row) {
    for (std::int32_t i = 0; i < 20; ++i) items.row(row)[i] = items.row(row % 7)[i];
  }
  RandomVectors const queries(11, 20, 6);
  expect_same(tests::reference::top_k(items.rows(), queries.rows(), 200),
              ExactSearch(items.rows()).top_k(queries.rows(), 200));
  RandomVectors zeros(500, 20, 7);
  std::fill(zeros.values.begin(), zeros.values.end(), 0.0f);
  expect_same(tests::reference::top_k(zeros.rows(), queries.rows(), 30),
              ExactSearch(zeros.rows()).top_k(queries.rows(), 30));
  expect_same(tests::reference::top_k(items.rows(), zeros.rows(), 30),
              ExactSearch(items.rows()).top_k(zeros.rows(), 30));
}

TEST(ExactSearch, LeavesOutRemovedItems) {
  RandomVectors const items(1500, 33, 8), queries(10, 33, 9);
  TopLists const before = ExactSearch(items.rows(), 100).top_k(queries.rows(), 40);
  std::vector<std::int64_t> start{0};
  std::vector<std::int32_t> item;
  for (std::size_t q = 0; q < 10; ++q) {
    // Every second item of the list, and for query 3 all items.
    std::vector<std::int32_t> gone;
    for (std::size_t i = 0; i < 40; i += 2) gone.push_back(before.item[q * 40 + i]);
    if (q == 3) {
      gone.clear();
      for (std::int32_t i = 100; i < 1600; ++i) gone.push_back(i);
    }
    if (q == 4) gone.clear();
    std::sort(gone.begin(), gone.end());
    item.insert(item.end(), gone.begin(), gone.end());
    start.push_back(static_cast<std::int64_t>(item.size()));
  }
  RemovedItems const removed{start, item};
  TopLists const after = ExactSearch(items.rows(), 100).top_k(queries.rows(), 40, removed);
  expect_same(tests::reference::top_k(items.rows(), queries.rows(), 40, removed, 100), after);
  EXPECT_EQ(after.item[0], before.item[1]);
  EXPECT_EQ(after.item[3 * 40], -1);
}

TEST(ExactSearch, HoldsForVeryUnequalLengths) {
  // Lengths over 60 powers of ten, products beyond the range of floats, single large numbers, equal directions.
  RandomVectors items(1200, 24, 10), queries(16, 24, 11);
  for (std::int64_t row = 0; row < items.count; ++row) {
    auto const factor = static_cast<float>(std::pow(10.0, static_cast<double>(row % 61) - 30));
    for (std::int32_t i = 0; i < 24; ++i) items.row(row)[i] *= factor;
    if (row % 5 == 0) items.row(row)[row % 24] *= 1000;
  }
  for (std::int64_t q = 0; q < queries.count; ++q) {
    auto const factor = static_cast<float>(std::pow(10.0, static_cast<double>(2 * q) - 16));
    for (std::int32_t i = 0; i < 24; ++i) queries.row(q)[i] *= factor;
    if (q % 3 == 0) queries.row(q)[0] *= 5000;
  }
  expect_same(tests::reference::top_k(items.rows(), queries.rows(), 300),
              ExactSearch(items.rows()).top_k(queries.rows(), 300));
}

TEST(ExactSearch, SurvivesMisleadingSamples) {
  // More than 64 blocks of 1024 items, so that long lists start with a sample; in blocks by length. The best items lie
  // all in the sample for one query, all outside for another, and everywhere for the rest.
  constexpr std::int32_t width = 10;
  RandomVectors items(70000, width, 17);
  RandomVectors queries(9, width, 18);
  for (std::int64_t row = 0; row < items.count; ++row) {
    bool const sampled = row / 1024 % 16 == 0;
    double squares = 0;
    items.row(row)[0] = sampled ? 4 : 0;
    items.row(row)[1] = sampled ? 0 : 4;
    for (std::int32_t i = 0; i < width; ++i) squares += std::pow(items.row(row)[i], 2);
    double const length = 2 - 1e-5 * static_cast<double>(row);
    for (std::int32_t i = 0; i < width; ++i) items.row(row)[i] *= static_cast<float>(length / std::sqrt(squares));
  }
  for (std::int32_t i = 0; i < width; ++i) {
    queries.row(0)[i] = i == 0 ? 1 : 0;
    queries.row(1)[i] = i == 1 ? 1 : 0;
  }
  expect_same(tests::reference::top_k(items.rows(), queries.rows(), 150),
              ExactSearch(items.rows()).top_k(queries.rows(), 150));
}

TEST(ExactSearch, RefusesWhatItCannotRank) {
  RandomVectors items(30, 5, 12);
  RandomVectors const queries(3, 5, 13), wide(3, 6, 14);
  ExactSearch const search(items.rows());
  EXPECT_THROW(search.top_k(queries.rows(), 0), std::invalid_argument);
  EXPECT_THROW(search.top_k(wide.rows(), 3), std::invalid_argument);
  for (float const bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    RandomVectors broken = queries;
    broken.row(2)[4] = bad;
    EXPECT_THROW(search.top_k(broken.rows(), 3), std::invalid_argument);
    EXPECT_THROW(ExactSearch{broken.rows()}, std::invalid_argument);
  }
}

TEST(Lists, MergeLikeOneSearch) {
  RandomVectors const items(700, 16, 15), queries(5, 16, 16);
  ExactSearch const first({items.values.data(), 40, 16}), second({items.values.data() + 40 * 16, 660, 16}, 40);
  TopLists const parts[] = {second.top_k(queries.rows(), 50), first.top_k(queries.rows(), 50)};
  expect_same(ExactSearch(items.rows()).top_k(queries.rows(), 50), merge_lists(parts));
}

TEST(Lists, UnitRowsHaveLengthOne) {
  std::vector<float> const values{3, 4, 0, 0, -5, 0};
  EXPECT_EQ(unit_rows({values.data(), 3, 2}), (std::vector<float>{.6f, .8f, 0, 0, -1, 0}));
}

}  // namespace
}  // namespace tidemill::kernels
