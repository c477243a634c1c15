#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "drivers/factors/factor_model.hpp"
#include "drivers/factors/pair_weights.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "kernels/random/philox.hpp"
#include "tests/reference/implicit_als.hpp"
#include "tests/support/world.hpp"

namespace tidemill::tests {
namespace {

using drivers::FactorLoss;
using drivers::FactorModel;
using drivers::FactorParams;
using drivers::Interactions;
using kernels::RowSolverKind;
using reference::DenseAls;

double noise(std::int64_t a, std::int64_t b) {
  auto const block = kernels::Philox::block(5, static_cast<std::uint64_t>(a), static_cast<std::uint32_t>(b), 77);
  return kernels::Philox::uniform(block.word[0], block.word[1]);
}

/// Users like the items of their own kind; user 0 has nothing, and nobody has the last item.
struct Example {
  std::int64_t users = 90, items = 70, first_item = 0;
  bool with_values = false;

  bool has(std::int64_t user, std::int64_t item) const {
    if (user == 0 || item + 1 == items) return false;
    return noise(user, item + first_item) < (user % 4 == (item + first_item) % 4 ? .35 : .03);
  }
  Interactions on(io::Comm const& comm) const {
    Interactions all;
    all.users = io::even_share(users, comm.rank(), comm.size());
    all.items = items;
    for (std::int64_t user = all.users.first; user < all.users.end(); ++user) {
      for (std::int64_t item = 0; item < items; ++item) {
        if (!has(user, item)) continue;
        all.item.push_back(static_cast<std::int32_t>(item));
        if (with_values) all.value.push_back(static_cast<float>(1 + (user + item) % 5));
      }
      all.start.push_back(all.size());
      all.user_ids.integers.push_back(user);
    }
    for (std::int64_t item = 0; item < items; ++item) all.item_ids.integers.push_back(item + first_item);
    return all;
  }
};

FactorParams small(RowSolverKind kind = RowSolverKind::exact) {
  FactorParams params;
  params.factors = 20;
  params.sweeps = 4;
  params.unobserved_weight = .05;
  params.regularisation = .02;
  params.solver = {kind, 3, 16};
  return params;
}

std::unique_ptr<FactorModel> train(io::Comm const& comm, Example const& example, FactorParams const& params,
                                   drivers::CheckpointPlace const& place = {},
                                   drivers::WarmStart const* warm = nullptr) {
  io::Progress progress(comm, io::Progress::Level::quiet);
  return FactorModel::train(comm, example.on(comm), params, warm, place, progress);
}

std::string digest_of(io::Comm const& comm, FactorModel const& model, std::filesystem::path const& path) {
  return io::commit_hdf5(comm, path, {"model", "", 1, {}}, [&](io::Hdf5File& file) {
    file.create_group("model");
    model.save(file, "model");
  });
}

TEST(FactorModel, FollowsTheDenseReferenceSweepBySweep) {
  struct Rule {
    FactorLoss loss;
    double discount;
  };
  for (auto const [loss, discount] :
       {Rule{FactorLoss::revisited, 0}, Rule{FactorLoss::revisited, .7}, Rule{FactorLoss::confidence, 0}}) {
    Example const example{.users = 90, .items = 70, .with_values = true};
    FactorParams params = small();
    params.popularity_discount = discount;
    params.loss = loss;
    params.alpha = 3;
    if (loss == FactorLoss::confidence) params.frequency_scaling = 0, params.regularisation = 4;
    params.objective_each_sweep = true;
    auto const model = train(world(), example, params);

    Interactions const all = example.on(io::Comm::self());
    std::vector<std::vector<int>> items_of;
    std::vector<std::vector<double>> ratings;
    for (std::int64_t u = 0; u < all.users.count; ++u) {
      auto const items = all.items_of(u);
      items_of.emplace_back(items.begin(), items.end());
      ratings.emplace_back();
      for (int const item : items) ratings.back().push_back(static_cast<double>(1 + (u + item) % 5));
    }
    DenseAls als = loss == FactorLoss::revisited
                       ? DenseAls::revisited(items_of, 70, params.unobserved_weight, params.regularisation, 1, discount)
                       : DenseAls::confident(items_of, ratings, 70, params.alpha, params.regularisation);
    kernels::FactorMatrix const start("start", 70, 32);
    kernels::draw_factors(kernels::Exec(), params.seed, kernels::FactorSeries::items, 0, 20,
                          params.initial_sd / std::sqrt(20), start);
    auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), start);
    als.x.assign(90, std::vector<double>(20));
    als.y.assign(70, std::vector<double>(20));
    for (std::size_t i = 0; i + 1 < 70; ++i) {
      for (std::size_t k = 0; k < 20; ++k) als.y[i][k] = static_cast<double>(host(i, k));
    }
    for (int sweep = 1; sweep <= params.sweeps; ++sweep) {
      als.solve_users();
      als.solve_items();
      double const found = model->facts().at("objective_00" + std::to_string(sweep));
      EXPECT_NEAR(found / als.loss(), 1, 1e-5) << sweep;
    }
    std::vector<float> const y = model->item_factors();
    for (std::size_t i = 0; i < 70; ++i) {
      for (std::size_t k = 0; k < 20; ++k) EXPECT_NEAR(static_cast<double>(y[i * 20 + k]), als.y[i][k], 2e-3);
    }
  }
}

TEST(FactorModel, EverySolverFallsToTheSameObjective) {
  std::vector<double> reached;
  for (RowSolverKind const kind : {RowSolverKind::exact, RowSolverKind::conjugate_gradient, RowSolverKind::blocks}) {
    FactorParams params = small(kind);
    params.sweeps = 200;
    params.objective_each_sweep = true;
    auto const facts = train(world(), {}, params)->facts();
    double last = std::numeric_limits<double>::infinity();
    for (int sweep = 1; sweep <= 30; ++sweep) {
      std::string const number = std::to_string(sweep);
      double const objective = facts.at("objective_" + std::string(3 - number.size(), '0') + number);
      EXPECT_LT(objective, last) << sweep;
      last = objective;
    }
    reached.push_back(facts.at("objective"));
  }
  EXPECT_NEAR(reached[1] / reached[0], 1, 1e-5);
  EXPECT_NEAR(reached[2] / reached[0], 1, 1e-5);
}

TEST(FactorModel, IsTheSameForAnyNumberOfRanks) {
  ScratchFolder const folder;
  std::vector<Example> const examples{{}, {.users = 3, .items = 30}, {.users = 700, .items = 600, .with_values = true}};
  for (Example const& example : examples) {
    for (RowSolverKind const kind : {RowSolverKind::exact, RowSolverKind::conjugate_gradient, RowSolverKind::blocks}) {
      FactorParams params = small(kind);
      params.sweeps = 2;
      if (example.with_values) params.loss = FactorLoss::confidence, params.frequency_scaling = 0;
      if (example.users != 90) params.popularity_discount = .5;
      std::string const together = digest_of(world(), *train(world(), example, params), folder / "together.h5");
      std::string alone;
      if (world().is_root()) {
        io::Comm const self = io::Comm::self();
        alone = digest_of(self, *train(self, example, params), folder / "alone.h5");
      }
      EXPECT_EQ(together, world().broadcast(alone));
    }
  }
}

TEST(FactorModel, ContinuesFromCheckpointsOnOtherRanks) {
  ScratchFolder const folder;
  FactorParams params = small(RowSolverKind::conjugate_gradient);
  params.sweeps = 6;
  params.objective_each_sweep = true;
  auto const undisturbed = train(world(), {}, params);
  drivers::CheckpointPlace const place{folder / "checkpoints", "same", 0};
  // Runs of fewer sweeps leave their checkpoints behind, as if they had been killed after them.
  params.sweeps = 3;
  train(world(), {}, params, place);
  params.sweeps = 5;
  if (world().is_root()) train(io::Comm::self(), {}, params, place);
  world().barrier();
  params.sweeps = 6;
  auto const resumed = train(world(), {}, params, place);
  EXPECT_EQ(digest_of(world(), *resumed, folder / "a.h5"), digest_of(world(), *undisturbed, folder / "b.h5"));
  for (int sweep = 1; sweep <= 6; ++sweep) {
    std::string const name = "objective_00" + std::to_string(sweep);
    EXPECT_EQ(resumed->facts().at(name), undisturbed->facts().at(name));
  }
  // A checkpoint of another number of factors is no use.
  params.factors = 8;
  EXPECT_EQ(train(world(), {}, params, place)->item_factors(), train(world(), {}, params)->item_factors());
}

TEST(FactorModel, ListsAreItsBestScoresAndSurviveTheFile) {
  ScratchFolder const folder;
  Example const example;
  FactorParams params = small();
  params.popularity_discount = .3;
  params.popularity_boost = .2;
  auto const trained = train(world(), example, params);
  digest_of(world(), *trained, folder / "m.h5");
  io::Hdf5File file = io::Hdf5File::open(world(), folder / "m.h5");
  auto const model = FactorModel::load(world(), file, "model");
  file.close();
  Interactions const histories = example.on(world());
  auto const lists = model->top_k(histories, histories, 7);
  std::vector<float> scores(static_cast<std::size_t>(histories.users.count * example.items));
  model->score(histories, 0, histories.users.count, scores);
  int agreeing = 0;
  for (std::int64_t u = 0; u < histories.users.count; ++u) {
    float* const row = scores.data() + u * example.items;
    EXPECT_TRUE(std::isinf(row[example.items - 1])) << "nobody has the last item";
    for (std::int32_t const item : histories.items_of(u)) row[item] = -std::numeric_limits<float>::infinity();
    std::vector<std::int32_t> order(static_cast<std::size_t>(example.items));
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int32_t>(i);
    std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) { return row[a] > row[b]; });
    for (std::size_t rank = 0; rank < 7; ++rank) {
      auto const at = static_cast<std::size_t>(u) * 7 + rank;
      bool const has_history = histories.users.first + u > 0;
      EXPECT_EQ(lists.item[at], has_history ? order[rank] : -1);
      if (!has_history) continue;
      EXPECT_EQ(lists.score[at], row[order[rank]]);
      agreeing += order[rank] % 4 == (histories.users.first + u) % 4 ? 1 : 0;
    }
  }
  EXPECT_GT(world().sum(agreeing), 7 * 89 * 2 / 3) << "users like the items of their kind";
}

TEST(FactorModel, BoostedScoresAreThoseOfTheModelTimesThePopularity) {
  Example const example;
  FactorParams params = small();
  auto const plain = train(world(), example, params);
  params.popularity_boost = .5;
  auto const boosted = train(world(), example, params);
  EXPECT_EQ(plain->item_factors(), boosted->item_factors());
  Interactions const histories = example.on(world());
  std::vector<float> const powers = drivers::popularity_powers(world(), histories, .5);
  auto const size = static_cast<std::size_t>(histories.users.count * example.items);
  std::vector<float> before(size), after(size);
  plain->score(histories, 0, histories.users.count, before);
  boosted->score(histories, 0, histories.users.count, after);
  for (std::size_t at = 0; at < size; ++at) {
    if (std::isinf(before[at])) {
      EXPECT_TRUE(std::isinf(after[at]));
      continue;
    }
    EXPECT_NEAR(after[at], before[at] * powers[at % powers.size()], 1e-5);
  }
}

TEST(FactorModel, NewUsersAreServedAsTheirDoubles) {
  Example const example;
  auto const model = train(world(), example, small());
  // A new user with the history of user 5.
  Interactions const all = example.on(io::Comm::self());
  Interactions twin;
  twin.users = {0, 1, 1};
  twin.items = example.items;
  auto const items = all.items_of(5);
  twin.item.assign(items.begin(), items.end());
  twin.start = {0, twin.size()};
  std::vector<float> expected(70), found(70);
  model->score(all, 5, 1, expected);
  model->score(twin, 0, 1, found);
  EXPECT_EQ(found, expected);
  EXPECT_GT(*std::max_element(found.begin(), found.end()), .2F);
}

TEST(FactorModel, WarmStartMatchesItemsByIdAndSavesSweeps) {
  Example const before{.users = 90, .items = 60, .first_item = 10}, now{.users = 95, .items = 70};
  FactorParams params = small();
  params.sweeps = 12;
  auto const champion = train(world(), before, params);
  auto const cold = train(world(), now, params);
  params.sweeps = 2;
  auto const start = drivers::warm_start(*champion, before.on(world()).item_ids, now.on(world()).item_ids, params);
  EXPECT_EQ(start.item_factors[0], 0) << "item 0 is new";
  EXPECT_EQ(start.item_factors[10 * 20], champion->item_factors()[0]);
  auto const warm = train(world(), now, params, {}, &start);
  auto const short_cold = train(world(), now, params);
  EXPECT_LT(warm->facts().at("objective"), warm->facts().at("objective_start"));
  EXPECT_LT(warm->facts().at("objective"), short_cold->facts().at("objective"));
  EXPECT_LT(warm->facts().at("objective"), 1.02 * cold->facts().at("objective"));
  params.factors = 8;
  EXPECT_THROW(drivers::warm_start(*champion, before.on(world()).item_ids, now.on(world()).item_ids, params),
               ConfigError);
}

}  // namespace
}  // namespace tidemill::tests
