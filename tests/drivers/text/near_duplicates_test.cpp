#include "drivers/text/near_duplicates.hpp"

#include <gtest/gtest.h>

#include <string>

#include "io/error.hpp"
#include "kernels/random/philox.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using io::Comm;
using tests::world;

TEST(MinHash, BandProbabilityOfTheWorkedNumber) { EXPECT_NEAR(kernels::band_probability({4, 20}, .5), .724941, 5e-7); }

TEST(MinHash, PlacesAgreeAsOftenAsSetsOverlap) {
  // Two sets of 600 with 300 in common: J = 1/3. One row per band: keys are the places themselves.
  std::vector<std::uint32_t> a, b;
  for (std::uint32_t i = 0; i < 600; ++i) a.push_back(i * 31), b.push_back((i + 300) * 31);
  kernels::MinHashBands const places{1, 4000};
  std::vector<std::uint64_t> keys_a(4000), keys_b(4000);
  kernels::band_keys(a, places, keys_a);
  kernels::band_keys(b, places, keys_b);
  int equal = 0;
  for (std::size_t i = 0; i < 4000; ++i) equal += keys_a[i] == keys_b[i];
  EXPECT_NEAR(equal / 4000.0, 1.0 / 3, .03);
  EXPECT_DOUBLE_EQ(kernels::jaccard_of(a, b), 1.0 / 3);
  EXPECT_EQ(kernels::jaccard_of({}, {}), 0);
}

/// Sentences of eleven words; every third repeats the one before it with one word changed, every tenth exactly.
std::vector<std::string> sentences(Comm const& comm, std::int64_t total) {
  io::RowRange const range = io::even_share(total, comm.rank(), comm.size());
  std::vector<std::string> texts;
  for (std::int64_t row = range.first; row < range.end(); ++row) {
    bool const changes = row % 3 == 1, copies = row % 10 == 9;
    std::int64_t const origin = changes || copies ? row - 1 : row;
    std::string text;
    for (std::uint32_t i = 0; i < 11; ++i) {
      auto const draw = kernels::Philox::block(3, static_cast<std::uint64_t>(origin), i, 0);
      text += "word" + std::to_string(draw.word[0] % 400) + (changes && i == 10 ? "x " : " ");
    }
    texts.push_back(row % 50 == 49 ? "" : text);
  }
  return texts;
}

std::vector<NearDuplicate> found_by(Comm const& comm, std::int64_t total) {
  std::vector<std::string> const texts = sentences(comm, total);
  std::vector<std::string_view> const views(texts.begin(), texts.end());
  NearDuplicateParams params;
  params.ngrams = {1, 1, 0, 0, 26};
  return near_duplicates(comm, views, params);
}

TEST(NearDuplicates, SameForAnyNumberOfRanksAndAsByComparingAll) {
  for (std::int64_t const total : {0, 1, 300}) {
    std::vector<NearDuplicate> const together = found_by(world(), total), alone = found_by(Comm::self(), total);
    ASSERT_EQ(together.size(), alone.size()) << total;
    for (std::size_t i = 0; i < alone.size(); ++i) {
      EXPECT_EQ(together[i].first, alone[i].first);
      EXPECT_EQ(together[i].second, alone[i].second);
      EXPECT_EQ(together[i].jaccard, alone[i].jaccard);
    }
  }
  std::vector<std::string> const texts = sentences(Comm::self(), 300);
  std::vector<std::string_view> const views(texts.begin(), texts.end());
  kernels::SparseRows const sets = kernels::count_ngrams(views, {1, 1, 0, 0, 26}).rows;
  std::vector<NearDuplicate> const found = found_by(Comm::self(), 300);
  std::size_t at = 0, wanted = 0;
  for (std::int64_t a = 0; a < 300; ++a) {
    for (std::int64_t b = a + 1; b < 300; ++b) {
      double const jaccard = kernels::jaccard_of(sets.terms_of(a), sets.terms_of(b));
      if (jaccard < .8) continue;
      ++wanted;
      bool const is_listed = at < found.size() && found[at].first == a && found[at].second == b;
      if (!is_listed) continue;
      EXPECT_EQ(found[at++].jaccard, jaccard);
    }
  }
  EXPECT_EQ(at, found.size());  // nothing false
  EXPECT_GT(wanted, 80u);
  EXPECT_GE(found.size() + 3, wanted);  // J >= .8 is missed with probability (1 - .8^4)^20 = 3e-5; copies are chained
}

TEST(NearDuplicates, CopiesAreChainedToTheFirst) {
  std::vector<std::string> const texts{"same old song", "other", "Same OLD song!", "", "same old song"};
  std::vector<std::string_view> const views(texts.begin(), texts.end());
  std::vector<NearDuplicate> const found = near_duplicates(Comm::self(), views);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].second, 2);
  EXPECT_EQ(found[1].first, 0);
  EXPECT_EQ(found[1].second, 4);
}

TEST(NearDuplicates, BadSettings) {
  NearDuplicateParams params;
  params.least_jaccard = 0;
  EXPECT_THROW(near_duplicates(world(), {}, params), ConfigError);
}

}  // namespace
}  // namespace tidemill::drivers
