#include "drivers/ease/ease.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "drivers/ease/invert.hpp"
#include "io/error.hpp"
#include "io/signals/stop_request.hpp"
#include "io/store/commit.hpp"
#include "tests/reference/dense_items.hpp"
#include "tests/support/world.hpp"

namespace tidemill::tests {
namespace {

using drivers::Ease;
using drivers::EaseParams;
using drivers::Interactions;

std::unique_ptr<Ease> train(io::Comm const& comm, Interactions const& data, EaseParams const& params,
                            drivers::CheckpointPlace const& checkpoints = {}) {
  io::Progress progress(comm, io::Progress::Level::quiet);
  return Ease::train(comm, data, params, checkpoints, progress);
}

std::string digest_of(io::Comm const& comm, Ease const& model, std::filesystem::path const& path) {
  return io::commit_hdf5(comm, path, {"model", "", 1, {}}, [&](io::Hdf5File& file) {
    file.create_group("model");
    model.save(file, "model");
  });
}

std::vector<float> weights_of(io::Comm const& comm, Ease const& model) {
  return comm.gather_all(std::span<float const>(model.weights()));
}

TEST(Ease, WorkedNumbers) {
  Interactions const data = interactions_of(world(), {{0, 1}, {0, 2}, {0, 1}, {1, 2}}, 3);
  EaseParams params;
  params.lambda = 1;
  std::vector<float> const weights = weights_of(world(), *train(world(), data, params));
  double const expected[]{0, 5. / 11, 1. / 6, 5. / 11, 0, 1. / 6, 2. / 11, 2. / 11, 0};
  ASSERT_EQ(weights.size(), 9u);
  for (std::size_t i = 0; i < 9; ++i) EXPECT_NEAR(weights[i], expected[i], 1e-7) << i;
}

TEST(Ease, EqualsItsFormulaBeyondOneBlock) {
  for (std::size_t const items : {128u, 270u}) {
    Histories const histories = tasteful_histories(700, static_cast<std::int64_t>(items), 6, 2);
    Interactions const data = interactions_of(world(), histories, static_cast<std::int64_t>(items), true);
    EaseParams params;
    params.lambda = 5;
    params.dropout = .25;
    params.user_exponent = .5;
    std::vector<float> const weights = weights_of(world(), *train(world(), data, params));
    DenseMatrix const overlap = overlap_of(histories, items, .5);
    std::vector<double> added(items);
    for (std::size_t i = 0; i < items; ++i) added[i] = 5 + overlap[i * items + i] / 3;
    DenseMatrix const expected = ease_of(overlap, items, added);
    ASSERT_EQ(weights.size(), expected.size());
    for (std::size_t k = 0; k < expected.size(); ++k) ASSERT_NEAR(weights[k], expected[k], 2e-6) << items << " " << k;
  }
}

TEST(Ease, ScoresAreHistoryTimesWeights) {
  ScratchFolder const folder;
  std::size_t const items = 140;
  Histories const histories = tasteful_histories(40, 140, 3, 5);
  Interactions const data = interactions_of(world(), histories, 140);
  EaseParams params;
  params.lambda = 2;
  auto const model = train(world(), data, params);
  digest_of(world(), *model, folder / "m.h5");
  io::Hdf5File file = io::Hdf5File::open(world(), folder / "m.h5");
  auto const whole = Ease::load(file, "model");
  std::vector<float> const weights = weights_of(world(), *model);
  std::vector<float> scores(static_cast<std::size_t>(data.users.count) * items);
  whole->score(data, 0, data.users.count, scores);
  for (std::int64_t u = 0; u < data.users.count; ++u) {
    for (std::size_t j = 0; j < items; ++j) {
      float expected = 0;
      for (auto const i : data.items_of(u)) expected += weights[static_cast<std::size_t>(i) * items + j];
      EXPECT_EQ(scores[static_cast<std::size_t>(u) * items + j], expected);
    }
  }
  if (model->rows().count < model->rows().total) {
    EXPECT_THROW(model->score(data, 0, data.users.count, scores), Error);
  }
}

TEST(Ease, PopularityExponentDividesScores) {
  Histories const histories = tasteful_histories(50, 20, 2, 5);
  Interactions const data = interactions_of(world(), histories, 20);
  EaseParams params;
  std::vector<float> const plain = weights_of(world(), *train(world(), data, params));
  params.popularity_exponent = .5;
  std::vector<float> const divided = weights_of(world(), *train(world(), data, params));
  auto const users = drivers::item_counts(world(), data);
  for (std::size_t k = 0; k < plain.size(); ++k) {
    double const expected = plain[k] / std::sqrt(static_cast<double>(std::max<std::int64_t>(users[k % 20], 1)));
    EXPECT_NEAR(divided[k], expected, 1e-7);
  }
}

TEST(Ease, SameDigestForAnyNumberOfRanks) {
  ScratchFolder const folder;
  for (std::int64_t const items : {3, 300}) {
    Histories const histories = tasteful_histories(items, items, 4, 9);
    EaseParams params;
    params.lambda = 3;
    auto const digest = [&](io::Comm const& comm, std::string const& name) {
      return digest_of(comm, *train(comm, interactions_of(comm, histories, items), params), folder / name);
    };
    std::string alone;
    if (world().is_root()) alone = digest(io::Comm::self(), "alone.h5");
    EXPECT_EQ(digest(world(), "together.h5"), world().broadcast(alone)) << items;
  }
}

TEST(Ease, RefusesWhatCannotFitWithEstimateAndLimit) {
  Interactions const data = interactions_of(world(), tasteful_histories(50, 300, 2, 5), 300);
  EaseParams params;
  params.memory_limit = 100000;
  try {
    train(world(), data, params);
    FAIL() << "it fitted";
  } catch (ConfigError const& error) {
    std::string const message = error.what();
    EXPECT_NE(message.find("300 items needs about"), std::string::npos) << message;
    EXPECT_NE(message.find("--memory-limit"), std::string::npos) << message;
  }
  params = {};
  params.lambda = 0;
  EXPECT_THROW(train(world(), data, params), ConfigError);
  params = {};
  params.dropout = 1;
  EXPECT_THROW(train(world(), data, params), ConfigError);
}

TEST(Ease, AMatrixThatIsNotPositiveDefiniteIsRefused) {
  drivers::LowerBlocks matrix(2, world().rank(), world().size());
  if (matrix.is_mine(0)) {
    for (std::int64_t r = 0; r < drivers::LowerBlocks::block; ++r)
      matrix.row(0)[r * drivers::LowerBlocks::block + r] = 1;
    matrix.row(0)[drivers::LowerBlocks::block] = 2;  // [1 2; 2 1]
  }
  io::CheckpointStore store(world(), {}, "", 1);
  io::Progress progress(world(), io::Progress::Level::quiet);
  EXPECT_THROW(drivers::invert_negated(world(), matrix, store, progress), ConfigError);
}

/// The last test: a stop, once asked for, stays asked for. Every call does one block column, in turn on all ranks and
/// on one.
TEST(EaseRestart, StoppedAfterEveryBlockColumnGivesTheSameModel) {
  ScratchFolder const folder;
  Histories const histories = tasteful_histories(300, 300, 4, 9);
  EaseParams params;
  params.lambda = 3;
  std::string const undisturbed =
      digest_of(world(), *train(world(), interactions_of(world(), histories, 300), params), folder / "undisturbed.h5");
  io::watch_stop_signals();
  std::raise(SIGUSR1);
  drivers::CheckpointPlace const place{folder / "checkpoints", "same", 1e9};
  auto const attempt = [&](io::Comm const& comm) -> std::string {
    try {
      auto const model = train(comm, interactions_of(comm, histories, 300), params, place);
      return digest_of(comm, *model, folder / "resumed.h5");
    } catch (StoppedAtCheckpoint const&) {
      return {};
    }
  };
  int calls = 0;
  std::string digest;
  for (bool together = true; digest.empty() && calls < 10; together = !together, ++calls) {
    if (together) {
      digest = attempt(world());
    } else {
      if (world().is_root()) digest = attempt(io::Comm::self());
      digest = world().broadcast(digest);
    }
  }
  EXPECT_EQ(calls, 3) << "one block column per call";
  EXPECT_EQ(digest, undisturbed);
}

}  // namespace
}  // namespace tidemill::tests
