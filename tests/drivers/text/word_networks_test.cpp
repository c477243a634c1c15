#include "drivers/text/word_networks.hpp"

#include <gtest/gtest.h>

#include <array>
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

/// Orders where the order of two words says which of three classes it is; words alone do not.
struct WordOrders {
  std::vector<std::string> texts, names;
  io::Column target;
  LabelledTexts labelled;

  WordOrders(Comm const& comm, std::int64_t total, std::uint64_t seed) {
    io::RowRange const range = io::even_share(total, comm.rank(), comm.size());
    for (std::int64_t row = range.first; row < range.end(); ++row) {
      auto const draw = kernels::Philox::block(seed, static_cast<std::uint64_t>(row), 0, 0);
      std::string const filler = " thing" + std::to_string(draw.word[1] % 9);
      std::string const middle[] = {" tea before coffee", " coffee before tea", " coffee tea before"};
      texts.push_back(filler + middle[draw.word[0] % 3] + filler);
      names.push_back("class " + std::to_string(draw.word[0] % 3));
    }
    target = io::text_column(comm, "target", names);
    labelled.texts.assign(texts.begin(), texts.end());
    labelled.labels = row_labels(comm, target, range, '\0');
  }
};

TextParams order_params(int members) {
  TextParams params;
  params.tfidf.ngrams = {1, 1, 3, 3, 16};
  params.costs.sweeps = 4;
  params.folds = 2;
  params.networks.members = members;
  params.networks.passes = 12;
  params.networks.dimensions = 12;
  params.networks.filters = 16;
  return params;
}

TextClassifier train_orders(Comm const& comm, WordOrders const& orders, TextParams const& params,
                            CheckpointPlace const& place = {}) {
  io::Progress progress(comm, io::Progress::Level::quiet);
  return TextClassifier::train(comm, orders.labelled, nullptr, params, place, progress);
}

double share_right(TextClassifier const& model, WordOrders const& asked) {
  TextPredictions const said = model.predict(asked.labelled.texts);
  std::int64_t counts[2] = {0, 0};
  for (std::size_t row = 0; row < asked.texts.size(); ++row) {
    counts[0] += model.classes()[static_cast<std::size_t>(said.best[row])] == asked.names[row] ? 1 : 0;
    ++counts[1];
  }
  world().sum(std::span<std::int64_t>(counts));
  return static_cast<double>(counts[0]) / static_cast<double>(counts[1]);
}

std::string digest_of_networks(Comm const& comm, TextClassifier const& model, std::filesystem::path const& path) {
  return io::commit_hdf5(comm, path, {"model", "", 1, {}}, [&](io::Hdf5File& file) { model.save(file, "m"); });
}

TEST(WordNetworks, SeeTheOrderOfWords) {
  WordOrders const learned(world(), 240, 1), asked(world(), 90, 2);
  EXPECT_LT(share_right(train_orders(world(), learned, order_params(0)), asked), .6);
  EXPECT_GT(share_right(train_orders(world(), learned, order_params(2)), asked), .95);
}

TEST(WordNetworks, SameForAnyNumberOfRanksAndFromTheirFile) {
  ScratchFolder const folder;
  TextParams params = order_params(3);
  params.networks.passes = 3;
  auto const make = [&](Comm const& comm) { return train_orders(comm, WordOrders(comm, 50, 3), params); };
  TextClassifier const model = make(world());
  std::string const together = digest_of_networks(world(), model, folder / "together.h5");
  std::string alone;
  if (world().is_root()) alone = digest_of_networks(Comm::self(), make(Comm::self()), folder / "alone.h5");
  EXPECT_EQ(world().broadcast(alone), together);

  io::Hdf5File file = io::Hdf5File::open(world(), folder / "together.h5");
  TextClassifier const loaded = TextClassifier::load(file, "m");
  file.close();
  std::vector<std::string_view> const texts{"tea before coffee", "", "\xFF\xFE", "unheard-of", "thing3 coffee"};
  std::vector<double> const said = model.predict(texts).probability;
  EXPECT_EQ(loaded.predict(texts).probability, said);
  // A row depends on its text alone.
  std::vector<double> const one = model.predict(std::span(texts).subspan(4)).probability;
  EXPECT_EQ(one, std::vector<double>(said.end() - 3, said.end()));
}

TEST(WordNetworks, ResumeToTheSameBits) {
  ScratchFolder const folder;
  CheckpointPlace const place{folder / "checkpoints", "key", 0};
  WordOrders const orders(world(), 40, 4);
  NetworkProblem problem;
  WordVocabulary const vocabulary = WordVocabulary::learn(world(), orders.labelled.texts, problem.texts);
  problem.terms = vocabulary.size();
  problem.word_terms = vocabulary.words();
  problem.label = world().gather_all(std::span<std::int32_t const>(orders.labelled.labels.label));
  problem.classes = 3;
  std::vector<std::uint32_t> chosen;
  for (std::uint32_t row = 0; row < 40; row += 1 + row % 2) chosen.push_back(row);
  io::Progress progress(world(), io::Progress::Level::quiet);
  NetworkParams networks = order_params(2).networks;
  networks.passes = 3;
  auto const values = [&](CheckpointPlace const& at, std::uint64_t seed) {
    return train_networks(world(), problem, chosen, networks, seed, at, "part", progress).value;
  };
  std::vector<float> const whole = values({}, 5), other = values({}, 6);
  EXPECT_EQ(values(place, 5), whole);
  // Without its newest checkpoint it makes the last pass again.
  auto const drop_newest = [&] {
    world().barrier();
    if (world().is_root()) {
      std::filesystem::path newest;
      for (auto const& entry : std::filesystem::recursive_directory_iterator(place.folder)) {
        if (entry.is_regular_file() && entry.path() > newest) newest = entry.path();
      }
      std::filesystem::remove(newest);
    }
    world().barrier();
  };
  drop_newest();
  EXPECT_EQ(values(place, 5), whole);
  // It does begin there: another seed's last pass alone does not make the other's values.
  drop_newest();
  EXPECT_NE(values(place, 6), other);
}

TEST(WordNetworks, SayWhatIsWrong) {
  TextParams params = order_params(1);
  params.has_tags = true;
  EXPECT_THROW(train_orders(world(), WordOrders(world(), 20, 5), params), ConfigError);
  for (auto const& [members, filters, passes] : {std::array{-1, 16, 1}, {1, 17, 1}, {1, 16, 0}}) {
    NetworkParams networks;
    networks.members = members;
    networks.filters = filters;
    networks.passes = passes;
    EXPECT_THROW(check_network(networks), ConfigError) << members << ' ' << filters << ' ' << passes;
  }
}

}  // namespace
}  // namespace tidemill::drivers
