#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <string>

#include "drivers/text/text_classifier.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "kernels/random/philox.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using io::Comm;
using tests::ScratchFolder;
using tests::world;

/// Made-up questions of 20 classes (a word of its own now and then, else common words) and of none ("other").
struct Questions {
  std::vector<std::string> texts, names;
  io::Column target;
  io::RowRange range;
  LabelledTexts labelled;

  Questions(Comm const& comm, std::int64_t total, std::uint64_t seed, bool has_tags = false)
      : range(io::even_share(total, comm.rank(), comm.size())) {
    for (std::int64_t row = range.first; row < range.end(); ++row) {
      auto const draw = kernels::Philox::block(seed, static_cast<std::uint64_t>(row), 0, 0);
      std::uint32_t const topic = draw.word[0] % 21, second = draw.word[1] % 20;
      std::string text = "please tell me";
      if (topic < 20) text += " about subject" + std::to_string(topic * 7919);
      if (has_tags) text += " and subject" + std::to_string(second * 7919);
      text += " filler" + std::to_string(draw.word[2] % 50);
      texts.push_back(text);
      std::string name = topic < 20 ? "topic " + std::to_string(topic) : has_tags ? "" : "other";
      if (has_tags) name += "; topic " + std::to_string(second);
      names.push_back(name);
    }
    target = io::text_column(comm, "target", names);
    labelled.texts.assign(texts.begin(), texts.end());
    labelled.labels = row_labels(comm, target, range, has_tags ? ';' : '\0');
  }
};

TextParams small_params() {
  TextParams params;
  params.tfidf.ngrams = {1, 2, 3, 4, 16};
  params.costs.sweeps = 8;
  params.out_of_scope = "other";
  params.folds = 2;
  return params;
}

TextClassifier train(Comm const& comm, Questions const& questions, TextParams const& params,
                     CheckpointPlace const& place = {}) {
  io::Progress progress(comm, io::Progress::Level::quiet);
  return TextClassifier::train(comm, questions.labelled, nullptr, params, place, progress);
}

std::string digest(Comm const& comm, TextClassifier const& model, std::filesystem::path const& path) {
  return io::commit_hdf5(comm, path, {"model", "", 1, {}}, [&](io::Hdf5File& file) { model.save(file, "m"); });
}

TEST(Labels, TagsAreSplit) {
  EXPECT_EQ(split_labels(" b;a ;;b; ", ';'), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(split_labels("a;b", '\0'), (std::vector<std::string>{"a;b"}));
  EXPECT_TRUE(split_labels("", ';').empty());
}

TEST(TextClassifier, LearnsWhatWordsSay) {
  Questions const learned(world(), 900, 1), asked(world(), 300, 2);
  TextClassifier const model = train(world(), learned, small_params());
  TextPredictions const said = model.predict(asked.labelled.texts);
  std::int64_t right[3] = {0, 0, 0};
  for (std::size_t row = 0; row < asked.texts.size(); ++row) {
    bool const is_other = asked.names[row] == "other";
    right[0] += is_other ? 0 : 1;
    right[1] += !is_other && said.in_scope[row] == 1 &&
                model.classes()[static_cast<std::size_t>(said.best[row])] == asked.names[row];
    right[2] += is_other && said.in_scope[row] == 1;
    double sum = 0;
    for (std::size_t c = 0; c < model.classes().size(); ++c) sum += said.probability[row * model.classes().size() + c];
    EXPECT_NEAR(sum, 1, 1e-9);
  }
  world().sum(std::span<std::int64_t>(right));
  EXPECT_GT(static_cast<double>(right[1]), .93 * static_cast<double>(right[0]));
  EXPECT_LE(right[2], 2);
}

TEST(TextClassifier, SameForAnyNumberOfRanksAndFromItsFile) {
  ScratchFolder const folder;
  for (bool const has_tags : {false, true}) {
    TextParams params = small_params();
    params.has_tags = has_tags;
    if (has_tags) params.out_of_scope.clear();
    if (!has_tags) params.part_weight = .5, params.out_of_scope_weight = .5, params.tfidf.ngrams.pair_distance = 3;
    auto const make = [&](Comm const& comm) { return train(comm, Questions(comm, 151, 3, has_tags), params); };
    TextClassifier const model = make(world());
    std::string const together = digest(world(), model, folder / "together.h5");
    std::string alone;
    if (world().is_root()) alone = digest(Comm::self(), make(Comm::self()), folder / "alone.h5");
    EXPECT_EQ(world().broadcast(alone), together) << has_tags;

    io::Hdf5File file = io::Hdf5File::open(world(), folder / "together.h5");
    TextClassifier const loaded = TextClassifier::load(file, "m");
    file.close();
    std::vector<std::string_view> const texts{"tell me about subject7919", "", "\xFF\xFE", "subject15838 filler3"};
    EXPECT_EQ(loaded.predict(texts).probability, model.predict(texts).probability);
    EXPECT_EQ(loaded.predict(texts).in_scope, model.predict(texts).in_scope);
  }
}

TEST(TextClassifier, ResumesToTheSameBits) {
  ScratchFolder const folder;
  Questions const questions(world(), 100, 4);
  TextParams params = small_params();
  params.costs.tolerance = 0;
  std::string const whole = digest(world(), train(world(), questions, params), folder / "whole.h5");
  // Cut off after three sweeps, then continued to the full number.
  CheckpointPlace const place{folder / "checkpoints", "key", 0};
  TextParams cut = params;
  cut.costs.sweeps = 3;
  train(world(), questions, cut, place);
  std::string const resumed = digest(world(), train(world(), questions, params, place), folder / "resumed.h5");
  EXPECT_EQ(resumed, whole);
}

TEST(TextClassifier, TagsHaveTheirOwnThresholds) {
  Questions const learned(world(), 900, 5, true), asked(world(), 200, 6, true);
  TextParams params = small_params();
  params.has_tags = true;
  params.out_of_scope.clear();
  TextClassifier const model = train(world(), learned, params);
  TextPredictions const said = model.predict(asked.labelled.texts);
  std::int64_t hits[3] = {0, 0, 0};
  for (std::size_t row = 0; row < asked.texts.size(); ++row) {
    std::vector<std::string> given;
    for (std::int32_t const tag : said.tags[row]) given.push_back(model.classes()[static_cast<std::size_t>(tag)]);
    std::vector<std::string> const wanted = split_labels(asked.names[row], ';');
    hits[0] += static_cast<std::int64_t>(wanted.size());
    hits[1] += static_cast<std::int64_t>(given.size());
    for (std::string const& name : wanted) hits[2] += std::find(given.begin(), given.end(), name) != given.end();
  }
  world().sum(std::span<std::int64_t>(hits));
  EXPECT_GT(2.0 * static_cast<double>(hits[2]) / static_cast<double>(hits[0] + hits[1]), .95);
}

TEST(TextClassifier, SaysWhatIsWrong) {
  Questions const questions(world(), 60, 7);
  TextParams params = small_params();
  params.out_of_scope = "othre";
  EXPECT_THROW(train(world(), questions, params), DataError);
  Questions one_class(world(), 10, 7);
  for (std::string& name : one_class.names) name = "same";
  one_class.target = io::text_column(world(), "target", one_class.names);
  one_class.labelled.labels = row_labels(world(), one_class.target, one_class.range, '\0');
  EXPECT_THROW(train(world(), one_class, small_params()), DataError);
}

TEST(PartClasses, AddTheMarginsOfEachPart) {
  ClassProblem problem;
  problem.classes = 3;
  problem.columns = 5;
  problem.label_start = {0};
  for (std::int32_t row = 0; row < 12; ++row) {
    for (std::uint32_t column = 0; column < 5; ++column) {
      if ((column + static_cast<std::uint32_t>(row)) % 3 == 0 && row != 7) {
        problem.rows.term.push_back(column);
        problem.rows.weight.push_back(.5F + .1F * static_cast<float>(row % 4));
      }
    }
    problem.rows.start.push_back(problem.rows.size());
    problem.label.push_back(row * 5 % 3);
    problem.label_start.push_back(row + 1);
  }
  std::vector<std::uint32_t> const chosen{0, 1, 2, 4, 5, 6, 7, 8, 9, 11};
  std::vector<ColumnPart> const parts{{"first", 0, 2, 2}, {"rest", 2, 5, .5}};
  io::Progress progress(world(), io::Progress::Level::quiet);
  auto const solve = [&](ClassProblem const& of) {
    return solve_classes(world(), of, chosen, {}, 1, {}, "alone", progress);
  };
  std::vector<float> const found =
      margins_of(problem.rows, solve_with_parts(world(), problem, chosen, parts, .25, {}, 1, {}, "together", progress));
  std::vector<float> expected = margins_of(problem.rows, solve(problem));
  for (ColumnPart const& part : parts) {
    // The same columns, scaled, among all: the others have no values and so no weights.
    ClassProblem masked = problem;
    for (std::size_t i = 0; i < masked.rows.term.size(); ++i) {
      bool const is_in = masked.rows.term[i] >= part.first && masked.rows.term[i] < part.end;
      masked.rows.weight[i] *= is_in ? static_cast<float>(part.scale) : 0;
    }
    std::vector<float> const own = margins_of(masked.rows, solve(masked));
    for (std::size_t i = 0; i < own.size(); ++i) expected[i] += .25F * own[i];
  }
  ASSERT_EQ(found.size(), 36U);
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 2e-5) << i;
}

TEST(Calibration, TheOutOfScopeMarginLowersTheScore) {
  std::vector<float> const margins{2, .5F, 1};
  EXPECT_DOUBLE_EQ(scope_score(margins, {1, .5}), scope_score(margins) - .25);
  EXPECT_DOUBLE_EQ(scope_score(margins, {-1, .5}), scope_score(margins));
}

TEST(Calibration, ThresholdKeepsTheStatedRecall) {
  // Ten in-scope rows of two classes with margins 1 .. 10 for the right class, 0 for the other.
  std::vector<float> margins;
  std::vector<std::int32_t> actual;
  for (int i = 1; i <= 10; ++i) {
    margins.insert(margins.end(), {static_cast<float>(i), 0});
    actual.push_back(0);
  }
  Calibration const c = calibrate_classes(margins, actual, 2, {}, .8);
  EXPECT_DOUBLE_EQ(c.threshold[0], scope_score(std::span(margins).subspan(4, 2)));  // 8 of 10 reach the third's
}

TEST(Calibration, TagThresholdHasTheLargestF1) {
  // By falling margin: hit hit miss hit miss; F1 of the first 2: .8, of the first 4: 6/7.
  std::vector<float> const margins{.9F, .7F, .5F, .3F, .1F};
  std::vector<std::int8_t> const member{1, 1, 0, 1, 0};
  Calibration const c = calibrate_tags(margins, member, 1);
  EXPECT_NEAR(c.threshold[0], .2, 1e-6);
  std::vector<double> p(1);
  probabilities_of(c, true, std::span(margins).first(1), p);
  double const high = p[0];
  probabilities_of(c, true, std::span(margins).subspan(4, 1), p);
  EXPECT_GT(high, p[0]);
}

}  // namespace
}  // namespace tidemill::drivers
