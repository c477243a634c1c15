#include "drivers/bpr/bpr.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <numeric>

#include "drivers/bpr/pairwise_samples.hpp"
#include "drivers/recommend/reasons.hpp"
#include "io/error.hpp"
#include "io/signals/stop_request.hpp"
#include "io/store/commit.hpp"
#include "kernels/bpr/pairwise.hpp"
#include "tests/support/example_interactions.hpp"
#include "tests/support/world.hpp"

namespace tidemill::tests {
namespace {

using drivers::Bpr;
using drivers::BprParams;
using drivers::Interactions;

BprParams small_params() {
  BprParams params;
  params.factors = 11;
  params.epochs = 5;
  params.batch = 500;
  params.seed = 3;
  return params;
}

std::unique_ptr<Bpr> train(io::Comm const& comm, Interactions const& data, BprParams const& params,
                           drivers::CheckpointPlace const& checkpoints = {}) {
  io::Progress progress(comm, io::Progress::Level::quiet);
  return Bpr::train(comm, data, params, checkpoints, progress);
}

std::string digest_of(io::Comm const& comm, Bpr const& model, std::filesystem::path const& path) {
  return io::commit_hdf5(comm, path, {"model", "", 1, {}}, [&](io::Hdf5File& file) {
    file.create_group("model");
    model.save(file, "model");
  });
}

template <class T>
kernels::Array<T> device(std::vector<T> const& values) {
  kernels::Array<T> result("test", values.size());
  Kokkos::deep_copy(result, Kokkos::View<T const*, Kokkos::HostSpace>(values.data(), values.size()));
  return result;
}

/// User 0 prefers item 0 to 1 and item 2 to 1, user 1 item 1 to 0; the batch's gradients from the formula.
TEST(Pairwise, GradientsAreThoseOfLnSigma) {
  std::int32_t const width = 8;
  kernels::FactorRows const users("users", 2, width), squares("squares", 2, width), items("items", 3, width);
  auto const x = Kokkos::create_mirror_view(users);
  auto const y = Kokkos::create_mirror_view(items);
  for (std::int32_t c = 0; c < 3; ++c) {
    x(0, c) = .5f + .25f * static_cast<float>(c);
    x(1, c) = .25f - .5f * static_cast<float>(c);
    for (std::int32_t i = 0; i < 3; ++i) y(i, c) = .125f * static_cast<float>(i * c) - .25f;
  }
  x(0, 3) = x(1, 3) = 1;
  Kokkos::deep_copy(users, x);
  Kokkos::deep_copy(items, y);
  std::vector<std::int32_t> const user{0, 0, 1}, preferred{0, 2, 1}, other{1, 1, 0};
  kernels::PairwiseBatch const batch{device(user),
                                     device(preferred),
                                     device(other),
                                     device<std::int32_t>({0, 1}),
                                     device<std::int32_t>({0, 2, 3}),
                                     device<std::int32_t>({0, 2, 5, 6}),
                                     device<std::int32_t>({0, 5, 1, 3, 4, 2})};
  double strength_of[3], loss = 0;
  for (std::size_t t = 0; t < 3; ++t) {
    double difference = 0;
    for (std::int32_t c = 0; c < 4; ++c) difference += double(x(user[t], c)) * (y(preferred[t], c) - y(other[t], c));
    strength_of[t] = 1 / (1 + std::exp(difference));
    loss += std::log1p(std::exp(-difference));
  }
  kernels::Array<float> const strength("strength", 3);
  kernels::Exec const exec;
  std::int64_t const found = kernels::pairwise_strengths(exec, batch, users, items, strength);
  EXPECT_NEAR(static_cast<double>(found) * kernels::gradient_unit, loss, 1e-6);
  Kokkos::View<std::int64_t**, Kokkos::LayoutRight, kernels::DeviceMemory> const gradient("gradient", 3, width);
  kernels::pairwise_item_gradients(exec, batch, users, strength, gradient);
  auto const g = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), gradient);
  for (std::int32_t c = 0; c < width; ++c) {
    double expected[3] = {0, 0, 0};
    for (std::size_t t = 0; t < 3; ++t) {
      expected[preferred[t]] += strength_of[t] * x(user[t], c);
      expected[other[t]] -= strength_of[t] * x(user[t], c);
    }
    for (std::int32_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(static_cast<double>(g(i, c)) * kernels::gradient_unit, expected[i], 1e-6);
    }
  }
  float const before = x(1, 2);
  // Adagrad's first step is the rate in the direction of the gradient.
  kernels::pairwise_user_steps(exec, batch, users, squares, items, strength, {.1f, 0, 3});
  auto const moved = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), users);
  double const slope = strength_of[2] * (y(1, 2) - y(0, 2));
  EXPECT_NEAR(moved(1, 2) - before, slope > 0 ? .1 : -.1, 1e-6);
  EXPECT_EQ(moved(1, 3), 1);
}

TEST(PairwiseSamples, EachPairOncePerEpochAgainstAnItemTheUserHasNot) {
  Histories const histories = tasteful_histories(90, 40, 3, 1);
  Interactions const data = interactions_of(world(), histories, 40);
  auto const samples = drivers::draw_samples(data, world().sum_before(data.size()), 4, 9, 2);
  ASSERT_EQ(samples.user.size(), data.item.size());
  std::vector<std::pair<std::int32_t, std::int32_t>> drawn, expected;
  for (std::size_t t = 0; t < samples.user.size(); ++t) {
    drawn.emplace_back(samples.user[t], samples.preferred[t]);
    auto const history = data.items_of(samples.user[t]);
    EXPECT_FALSE(std::binary_search(history.begin(), history.end(), samples.other[t]));
  }
  for (std::int32_t u = 0; u < data.users.count; ++u) {
    for (auto const item : data.items_of(u)) expected.emplace_back(u, item);
  }
  std::sort(drawn.begin(), drawn.end());
  EXPECT_EQ(drawn, expected);
}

TEST(PairwiseSamples, AUserWhoHasEverythingGoesWithout) {
  Interactions const data = interactions_of(world(), {{0, 1, 2}, {1}}, 3);
  auto const samples = drivers::draw_samples(data, world().sum_before(data.size()), 1, 9, 0);
  EXPECT_EQ(world().sum(static_cast<std::int64_t>(samples.user.size())), 1);
}

/// Share of pairs (item of the user's taste, item of another) in the right order.
TEST(Bpr, LearnsTaste) {
  io::Comm const comm = io::Comm::self();  // the same on any ranks, says the next test
  // Even users have even items, odd users odd ones; half of each user's are kept for the test.
  Histories histories(60), held_out(60);
  for (std::size_t u = 0; u < 60; ++u) {
    for (std::int32_t i = 0; i < 20; ++i) {
      auto const word = kernels::Philox::block(5, u, static_cast<std::uint32_t>(i), 0).word[0];
      (word % 2 == 0 ? histories : held_out)[u].push_back(2 * i + static_cast<std::int32_t>(u % 2));
    }
  }
  Interactions const data = interactions_of(comm, histories, 40);
  BprParams params = small_params();
  params.epochs = 40;
  params.batch = 100;
  auto const model = train(comm, data, params);
  EXPECT_LT(model->facts().at("loss"), .3);
  std::vector<float> scores(static_cast<std::size_t>(data.users.count) * 40);
  model->score(data, 0, data.users.count, scores);
  Interactions strangers = data;
  for (auto& id : strangers.user_ids.integers) id += 1000;
  std::vector<float> folded(scores.size());
  model->score(strangers, 0, data.users.count, folded);
  for (auto const* found : {&scores, &folded}) {
    std::int64_t right = 0, pairs = 0;
    for (std::int64_t u = 0; u < data.users.count; ++u) {
      auto const user = static_cast<std::size_t>(data.users.first + u);
      float const* const row = found->data() + u * 40;
      for (auto const i : held_out[user]) {
        for (std::int32_t j = 0; j < 20; ++j, ++pairs) {
          right += row[i] > row[2 * j + 1 - static_cast<std::int32_t>(user % 2)];
        }
      }
    }
    EXPECT_GT(static_cast<double>(comm.sum(right)), .95 * static_cast<double>(comm.sum(pairs)));
  }
}

TEST(Bpr, SameDigestForAnyNumberOfRanks) {
  ScratchFolder const folder;
  for (std::int64_t const users : {2, 200}) {
    Histories const histories = tasteful_histories(users, 70, 3, 7);
    auto const digest = [&](io::Comm const& comm, std::string const& name) {
      return digest_of(comm, *train(comm, interactions_of(comm, histories, 70), small_params()), folder / name);
    };
    std::string alone;
    if (world().is_root()) alone = digest(io::Comm::self(), "alone.h5");
    EXPECT_EQ(digest(world(), "together.h5"), world().broadcast(alone)) << users;
  }
}

TEST(Bpr, ComesBackFromItsFile) {
  ScratchFolder const folder;
  Interactions const data = interactions_of(world(), tasteful_histories(50, 30, 3, 1), 30);
  auto const model = train(world(), data, small_params());
  std::string const digest = digest_of(world(), *model, folder / "m.h5");
  io::Hdf5File file = io::Hdf5File::open(world(), folder / "m.h5");
  auto const back = Bpr::load(world(), file, "model", data);
  std::vector<float> a(static_cast<std::size_t>(data.users.count) * 30), b(a.size());
  model->score(data, 0, data.users.count, a);
  back->score(data, 0, data.users.count, b);
  EXPECT_EQ(a, b);
  EXPECT_EQ(digest_of(world(), *back, folder / "again.h5"), digest);
}

/// As on a rank that has them alone: what one item says for another is not what a trained user's factors say.
TEST(Bpr, ReasonsOfUsersDoNotDependOnWhoElseIsThere) {
  io::Comm const self = io::Comm::self();
  auto histories = tasteful_histories(50, 30, 3, 1);
  Interactions const all = interactions_of(self, histories, 30);
  auto const model = train(self, all, small_params());
  std::vector<std::int32_t> const reasons = drivers::reasons_of(*model, all, model->top_k(all, all, 4));
  histories.erase(histories.begin(), histories.begin() + 48);
  Interactions some = interactions_of(self, histories, 30);
  std::iota(some.user_ids.integers.begin(), some.user_ids.integers.end(), 48);
  EXPECT_EQ(drivers::reasons_of(*model, some, model->top_k(some, some, 4)),
            std::vector<std::int32_t>(reasons.begin() + 48 * 4, reasons.end()));
}

TEST(Bpr, BadOptionsAreNamed) {
  Interactions const data = interactions_of(world(), {{0, 1}, {1}}, 3);
  BprParams params = small_params();
  params.factors = 0;
  EXPECT_THROW(train(world(), data, params), ConfigError);
  params = small_params();
  params.learning_rate = 0;
  EXPECT_THROW(train(world(), data, params), ConfigError);
}

/// The last test: a stop, once asked for, stays asked for. Every call does one epoch, in turn on all ranks and on one.
TEST(BprRestart, StoppedAfterEveryEpochGivesTheSameModel) {
  ScratchFolder const folder;
  Histories const histories = tasteful_histories(120, 50, 4, 9);
  BprParams params = small_params();
  params.epochs = 3;
  std::string const undisturbed =
      digest_of(world(), *train(world(), interactions_of(world(), histories, 50), params), folder / "undisturbed.h5");
  io::watch_stop_signals();
  std::raise(SIGUSR1);
  drivers::CheckpointPlace const place{folder / "checkpoints", "same", 1e9};
  auto const attempt = [&](io::Comm const& comm) -> std::string {
    try {
      auto const model = train(comm, interactions_of(comm, histories, 50), params, place);
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
  EXPECT_EQ(calls, 3) << "one epoch per call";
  EXPECT_EQ(digest, undisturbed);
}

}  // namespace
}  // namespace tidemill::tests
