#include "tests/reference/word_network.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "kernels/linalg/host_product.hpp"
#include "kernels/random/philox.hpp"
#include "kernels/text/adam.hpp"
#include "kernels/text/word_network_trainer.hpp"

namespace tidemill::kernels {
namespace {

float network_draw(std::uint64_t id, std::uint32_t purpose) {
  return Philox::uniform(Philox::block(11, id, 0, purpose).word[0]) - 0.5F;
}

/// Texts of 0 to 6 words, one of them unknown, and three classes.
struct TinyTexts {
  std::vector<std::string_view> texts{
      "",        "one",      "two one two one two one", "fish and chips", "one strange", "Xy",
      "and and", "fish two", "chips, one and two fish"};
  NgramRules rules{1, 1, 2, 3, 12};
  std::vector<std::uint32_t> known;
  WordTexts words;
  WordNetworkShape shape;
  std::vector<std::int32_t> label{0, 1, 2, 0, 1, 2, 0, 1, 2};

  explicit TinyTexts(std::int64_t dimensions) {
    FoldedWords folded = fold_words(texts);
    known = terms_of_texts(folded, rules, 2);
    words.terms = spell_words(folded.spellings, rules, known);
    words.start = folded.start;
    words.word = folded.word;
    shape = {static_cast<std::int64_t>(known.size()), 0, 3, dimensions, 16, 3};
    for (std::uint32_t const term : known) shape.word_terms += term < rules.first_character_term() ? 1 : 0;
  }
};

TEST(HostProduct, IsTheSumInOrderForAnyShape) {
  std::vector<float> packed;
  for (auto const [rows, columns, depth] :
       {std::array<int, 3>{1, 1, 1}, {5, 17, 3}, {4, 16, 8}, {7, 33, 5}, {0, 4, 2}, {2, 3, 0}}) {
    for (bool const transposed : {false, true}) {
      std::vector<float> a(static_cast<std::size_t>(rows * depth)), b(static_cast<std::size_t>(depth * columns));
      for (std::size_t i = 0; i < a.size(); ++i) a[i] = network_draw(i, 1);
      for (std::size_t i = 0; i < b.size(); ++i) b[i] = network_draw(i, 2);
      std::vector<float> out(static_cast<std::size_t>(rows * columns), 9), expected = out;
      for (int r = 0; r < rows; ++r) {
        for (int c = 0; c < columns; ++c) {
          float sum = 0;
          for (int k = 0; k < depth; ++k) {
            sum += a[static_cast<std::size_t>(r * depth + k)] *
                   b[static_cast<std::size_t>(transposed ? c * depth + k : k * columns + c)];
          }
          expected[static_cast<std::size_t>(r * columns + c)] = sum;
        }
      }
      host_product({rows, columns, depth, transposed}, a.data(), b.data(), out.data(), packed);
      EXPECT_EQ(out, expected) << rows << ' ' << columns << ' ' << depth << ' ' << transposed;
    }
  }
}

TEST(WordTexts, WordsAreThemselvesAndTheirKnownNgrams) {
  std::vector<std::string_view> const texts{"Ab ab", "ab c", "c"};
  NgramRules const rules{1, 1, 2, 2, 16};
  FoldedWords const folded = fold_words(texts);
  EXPECT_EQ(folded.spellings, (std::vector<std::string>{"ab", "c"}));
  EXPECT_EQ(folded.word, (std::vector<std::uint32_t>{0, 0, 0, 1, 1}));
  EXPECT_EQ(folded.start, (std::vector<std::int64_t>{0, 2, 4, 5}));
  // Both words are in two texts, and so are " a", "ab", "b ", " c" and "c ".
  std::vector<std::uint32_t> const known = terms_of_texts(folded, rules, 2);
  EXPECT_EQ(known.size(), 7U);
  EXPECT_TRUE(terms_of_texts(folded, rules, 3).empty());
  SparseRows const terms = spell_words(folded.spellings, rules, known);
  ASSERT_EQ(terms.start, (std::vector<std::int64_t>{0, 4, 7}));
  EXPECT_EQ(terms.weight[0], 1);
  EXPECT_FLOAT_EQ(terms.weight[1], 1 / std::sqrt(3.0F));
  EXPECT_FLOAT_EQ(terms.weight[6], 1 / std::sqrt(2.0F));
  // The n-grams of "b" are not known; of "cab" the last two are.
  SparseRows const others = spell_words(std::vector<std::string>{"b", "cab", ""}, rules, known);
  EXPECT_EQ(others.start[1], 1);
  EXPECT_EQ(others.start[2] - others.start[1], 3);
  EXPECT_EQ(others.start[3], others.start[2]);
}

TEST(WordNetwork, GivesTheProbabilitiesOfThePlainReference) {
  for (std::int64_t const dimensions : {1, 5, 8}) {
    TinyTexts const tiny(dimensions);
    std::vector<float> values = WordNetworkTrainer(tiny.shape, {}, 3).values();
    for (std::int64_t i = tiny.shape.bias_at(); i < tiny.shape.output_at(); ++i) {
      values[static_cast<std::size_t>(i)] = network_draw(static_cast<std::uint64_t>(i), 3);
    }
    std::vector<float> found(tiny.texts.size() * 3, 1);
    add_log_probabilities(tiny.shape, values, tiny.words, 2, found);
    std::vector<double> const exact(values.begin(), values.end());
    for (std::size_t text = 0; text < tiny.texts.size(); ++text) {
      auto const expected =
          reference::word_network_log_probabilities(tiny.shape, exact, tiny.words, static_cast<std::int64_t>(text));
      for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(found[text * 3 + c], 1 + 2 * expected[c], 1e-5) << text;
    }
  }
}

/// Without noise: the derivative of the reference's loss by every number. With noise: of the trainer's own loss.
TEST(WordNetwork, DifferentiatesItsLoss) {
  TinyTexts const tiny(5);
  std::vector<std::uint32_t> const rows{8, 0, 2, 4, 3, 1};
  WordNetworkRules plain;
  plain.drop_word = plain.drop_spelling = plain.drop_value = plain.drop_pooled = 0;
  plain.smoothing = .1;
  WordNetworkTrainer trainer(tiny.shape, plain, 4);
  double const loss = trainer.differentiate(tiny.words, tiny.label, rows, 0);
  std::vector<float> const gradient = trainer.gradient();
  std::vector<double> values(trainer.values().begin(), trainer.values().end());
  auto const reference_loss = [&] {
    double sum = 0;
    for (std::uint32_t const row : rows) {
      auto const log_p = reference::word_network_log_probabilities(tiny.shape, values, tiny.words, row);
      for (int c = 0; c < 3; ++c) {
        double const target = (tiny.label[row] == c ? .9 : 0) + .1 / 3;
        sum -= target * log_p[static_cast<std::size_t>(c)] / static_cast<double>(rows.size());
      }
    }
    return sum;
  };
  EXPECT_NEAR(loss, reference_loss(), 1e-5);
  double largest = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    // Biases of 0 sit on the kink of empty texts.
    if (static_cast<std::int64_t>(i) >= tiny.shape.bias_at() && static_cast<std::int64_t>(i) < tiny.shape.output_at()) {
      continue;
    }
    double const kept = values[i];
    values[i] = kept + 1e-6;
    double const above = reference_loss();
    values[i] = kept - 1e-6;
    double const slope = (above - reference_loss()) / 2e-6;
    values[i] = kept;
    ASSERT_NEAR(gradient[i], slope, 2e-5) << i;
    largest = std::max(largest, std::abs(slope));
  }
  EXPECT_GT(largest, .01);
}

TEST(WordNetwork, DropsWhatItSays) {
  TinyTexts const tiny(5);
  std::vector<std::uint32_t> const rows{2, 3, 8};
  auto const largest = [&](WordNetworkRules const& rules, std::int64_t first, std::int64_t end) {
    WordNetworkTrainer trainer(tiny.shape, rules, 4);
    trainer.differentiate(tiny.words, tiny.label, rows, 0);
    float most = 0;
    std::vector<float> const gradient = trainer.gradient();
    for (std::int64_t i = first; i < end; ++i) most = std::max(most, std::abs(gradient[static_cast<std::size_t>(i)]));
    return most;
  };
  WordNetworkRules rules;
  rules.drop_word = rules.drop_spelling = rules.drop_value = rules.drop_pooled = 0;
  std::int64_t const words = tiny.shape.word_terms * tiny.shape.dimensions, terms = tiny.shape.filter_at();
  EXPECT_GT(largest(rules, 0, words), 0);
  rules.drop_spelling = 1;
  EXPECT_EQ(largest(rules, 0, words), 0);
  EXPECT_GT(largest(rules, words, terms), 0);
  rules.drop_word = 1;
  EXPECT_EQ(largest(rules, 0, terms), 0);
}

TEST(WordNetwork, LearnsTheSameFromItsState) {
  TinyTexts const tiny(8);
  WordNetworkRules rules;
  rules.passes = 30;
  rules.batch = 4;
  rules.rate = .01;
  std::vector<std::uint32_t> const order{8, 1, 2, 7, 3, 6};
  WordNetworkTrainer whole(tiny.shape, rules, 9), resumed(tiny.shape, rules, 10);
  double first = 0, last = 0;
  for (std::int64_t pass = 0; pass < rules.passes; ++pass) {
    if (pass == 13) resumed.set_state(whole.state());
    last = whole.pass(tiny.words, tiny.label, order, pass);
    if (pass == 0) first = last;
  }
  WordNetworkTrainer same_seed(tiny.shape, rules, 9);
  same_seed.set_state(resumed.state());
  for (std::int64_t pass = 13; pass < rules.passes; ++pass) same_seed.pass(tiny.words, tiny.label, order, pass);
  EXPECT_EQ(same_seed.values(), whole.values());
  EXPECT_LT(last, .8 * first);
  std::vector<float> log_p(tiny.texts.size() * 3, 0);
  add_log_probabilities(tiny.shape, whole.values(), tiny.words, 1, log_p);
  for (std::uint32_t const row : order)
    EXPECT_GT(log_p[row * 3 + static_cast<std::size_t>(tiny.label[row])], -.7) << row;
}

TEST(Adam, StepsAsPublished) {
  std::vector<float> value{1, -2, 3}, first(3, 0), second(3, 0);
  std::vector<double> exact{1, -2, 3}, m(3, 0), v(3, 0);
  for (int t = 1; t <= 4; ++t) {
    std::vector<float> const gradient{.5F * static_cast<float>(t), -1, t == 2 ? 1.0F : 0.0F};
    step_adam(adam_step(.01, t), 3, gradient.data(), value.data(), first.data(), second.data());
    for (std::size_t i = 0; i < 3; ++i) {
      double const g = static_cast<double>(gradient[i]);
      m[i] = .9 * m[i] + .1 * g;
      v[i] = .999 * v[i] + .001 * g * g;
      exact[i] -= .01 * (m[i] / (1 - std::pow(.9, t))) / (std::sqrt(v[i] / (1 - std::pow(.999, t))) + 1e-8);
      EXPECT_NEAR(value[i], exact[i], 1e-6) << t;
    }
  }
}

}  // namespace
}  // namespace tidemill::kernels
