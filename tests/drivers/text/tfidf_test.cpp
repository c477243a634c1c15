#include "drivers/text/tfidf.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using io::Comm;
using tests::ScratchFolder;
using tests::world;

/// This rank's share of made-up menu lines, the same for any number of ranks; some are empty.
std::vector<std::string> menu_lines(Comm const& comm, std::int64_t total) {
  static char const* const words[] = {"grilled", "fresh", "pizza", "Salad", "crème", "with",
                                      "BASIL",   "soup",  "of",    "the",   "day",   "борщ"};
  io::RowRange const range = io::even_share(total, comm.rank(), comm.size());
  std::vector<std::string> lines;
  for (std::int64_t row = range.first; row < range.end(); ++row) {
    std::string line;
    for (std::int64_t i = 0; i < row % 7; ++i) line += std::string(words[(row * 5 + i * i * 3) % 12]) + " ";
    lines.push_back(line);
  }
  return lines;
}

std::vector<std::string_view> views(std::vector<std::string> const& texts) { return {texts.begin(), texts.end()}; }

TEST(Tfidf, FollowsTheFormula) {
  // N = 3; "pizza" in 2 texts, "basil" in 1, "day" in 1.
  std::vector<std::string> const texts{"pizza Pizza basil", "pizza", "day"};
  std::vector<std::string_view> const mine = views(texts);
  TfidfParams params;
  params.ngrams = {1, 1, 0, 0, 18};
  kernels::SparseRows const rows = tfidf_rows(Comm::self(), mine, params);
  double const pizza = 2 * (std::log(4.0 / 3) + 1), basil = std::log(4.0 / 2) + 1;
  double const length = std::sqrt(pizza * pizza + basil * basil);
  ASSERT_EQ(rows.rows(), 3);
  auto weights = rows.weights_of(0);
  ASSERT_EQ(weights.size(), 2u);
  EXPECT_NEAR(std::max(weights[0], weights[1]), pizza / length, 1e-6);
  EXPECT_NEAR(std::min(weights[0], weights[1]), basil / length, 1e-6);
  EXPECT_NEAR(rows.weights_of(1)[0], 1, 1e-6);
  params.is_sublinear = true;
  double const damped = (1 + std::log(2.0)) * (std::log(4.0 / 3) + 1);
  kernels::SparseRows const sublinear = tfidf_rows(Comm::self(), mine, params);
  weights = sublinear.weights_of(0);
  EXPECT_NEAR(std::max(weights[0], weights[1]), damped / std::hypot(damped, basil), 1e-6);
}

TEST(Tfidf, BlocksHaveTheirShare) {
  std::vector<std::string> const texts{"pizza basil", "soup"};
  TfidfParams params;
  params.ngrams = {1, 1, 2, 4, 20};
  params.character_weight = .5;
  Tfidf const model(Comm::self(), views(texts), params);
  kernels::SparseRows const rows = model.rows(views(texts));
  double words = 0, characters = 0;
  for (std::size_t i = 0; i < rows.terms_of(0).size(); ++i) {
    double const square = std::pow(rows.weights_of(0)[i], 2);
    (rows.terms_of(0)[i] < params.ngrams.first_character_term() ? words : characters) += square;
  }
  EXPECT_NEAR(words, .8, 1e-5);
  EXPECT_NEAR(characters, .2, 1e-5);
}

TEST(Tfidf, SameForAnyNumberOfRanksAndFromItsFile) {
  ScratchFolder const folder;
  for (std::int64_t const total : {0, 2, 500}) {
    TfidfParams params;
    params.ngrams = {1, 2, 2, 4, 16};
    params.min_texts = 2;
    auto const digest = [&](Comm const& comm, std::string const& name) {
      Tfidf const model(comm, views(menu_lines(comm, total)), params);
      EXPECT_EQ(model.texts(), total);
      return io::commit_hdf5(comm, folder / name, {"model", "", 1, {}},
                             [&](io::Hdf5File& file) { model.save(file, "text"); });
    };
    std::string const together = digest(world(), "together.h5");
    std::string alone;
    if (world().is_root()) alone = digest(Comm::self(), "alone.h5");
    EXPECT_EQ(world().broadcast(alone), together) << total;

    std::vector<std::string> const lines = menu_lines(world(), total);
    Tfidf const model(world(), views(lines), params);
    io::Hdf5File file = io::Hdf5File::open(world(), folder / "together.h5");
    Tfidf const loaded = Tfidf::load(file, "text");
    file.close();
    EXPECT_EQ(loaded.rows(views(lines)).weight, model.rows(views(lines)).weight);
    EXPECT_EQ(loaded.rows(views(lines)).term, model.rows(views(lines)).term);
  }
}

TEST(Tfidf, UnknownTermsAreLeftOut) {
  Tfidf const model(Comm::self(), views({"pizza", "soup of the day"}), {});
  std::vector<std::string> const texts{"sushi", "pizza sushi", ""};
  kernels::SparseRows const rows = model.rows(views(texts));
  EXPECT_EQ(rows.terms_of(0).size(), 0u);
  EXPECT_EQ(rows.terms_of(1).size(), 1u);
  EXPECT_NEAR(rows.weights_of(1)[0], 1, 1e-6);
  EXPECT_EQ(rows.terms_of(2).size(), 0u);
}

TEST(Tfidf, BadRulesAreTheUsersToChange) {
  TfidfParams params;
  for (int const bits : {1, 27, 40}) {
    params.ngrams.hash_bits = bits;
    try {
      Tfidf const model(world(), std::vector<std::string_view>{}, params);
      ADD_FAILURE() << bits;
    } catch (Error const& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_config);
    }
  }
}

}  // namespace
}  // namespace tidemill::drivers
