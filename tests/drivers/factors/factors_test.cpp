#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "drivers/factors/factor_model.hpp"
#include "drivers/factors/gram.hpp"
#include "drivers/factors/memory.hpp"
#include "drivers/factors/pair_weights.hpp"
#include "drivers/factors/referenced_rows.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "kernels/factors/initial_factors.hpp"
#include "kernels/factors/principal_axes.hpp"
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

TEST(ReferencedRows, BringsWhatPairsNameWhereverItIs) {
  for (std::int64_t const step : {1, 9}) {  // all rows, or few of them
    constexpr std::int64_t rows = 1000;
    std::vector<std::int32_t> column;
    for (std::int64_t row = world().rank(); row < rows; row += step) column.push_back(static_cast<std::int32_t>(row));
    std::reverse(column.begin(), column.end());
    // Uneven parts; the last rank but one has none.
    std::int64_t const mine = world().size() == 1 ? rows : world().rank() + 2 == world().size() ? 0 : 1;
    std::int64_t const ones = world().sum(mine);
    bool const takes_rest = world().rank() + 1 == world().size();
    io::RowRange const owned = io::range_of_part(world(), takes_rest ? rows - (ones - mine) : mine);
    kernels::FactorMatrix const factors("factors", static_cast<std::size_t>(owned.count), 16);
    auto const host = Kokkos::create_mirror_view(factors);
    for (std::size_t r = 0; r < host.extent(0); ++r)
      host(r, 3) = static_cast<float>(owned.first) + static_cast<float>(r);
    Kokkos::deep_copy(factors, host);
    drivers::ReferencedRows const referenced(world(), column, owned);
    EXPECT_EQ(referenced.size() < rows / 8, step == 9 && world().size() > 1);
    auto const fetched = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), referenced.fetch(factors));
    for (std::size_t p = 0; p < column.size(); ++p) {
      ASSERT_EQ(fetched(static_cast<std::size_t>(referenced.columns()[p]), 3), static_cast<float>(column[p]));
    }
  }
}

TEST(Gram, IsTheSameHoweverRowsAreCut) {
  for (std::int64_t const total : {1, 5, 256, 1100}) {
    auto const gram_on = [&](io::Comm const& comm, io::RowRange range) {
      kernels::FactorMatrix const part("part", static_cast<std::size_t>(range.count), 16);
      kernels::draw_factors(kernels::Exec(), 4, kernels::FactorSeries::users, range.first, 16, 1, part);
      return drivers::gram_of(comm, kernels::Exec(), range, part);
    };
    auto const even = gram_on(world(), io::even_share(total, world().rank(), world().size()));
    // One row on each rank but the last.
    bool const is_last = world().rank() + 1 == world().size();
    std::int64_t const mine = is_last ? std::max<std::int64_t>(total - world().rank(), 0) : world().rank() < total;
    auto const uneven = gram_on(world(), io::range_of_part(world(), mine));
    auto const alone = gram_on(io::Comm::self(), {0, total, total});
    EXPECT_EQ(even, alone);
    EXPECT_EQ(uneven, alone);
  }
}

TEST(PopularityPowers, FollowTheUsersOfItems) {
  Interactions all;
  all.users = {0, world().is_root() ? 3 : 0, 3};
  if (!world().is_root()) all.users.first = 3;
  all.items = 4;
  // Users of the items: 3, 1, 2, 0; their mean is 1.5.
  if (world().is_root()) all.item = {0, 1, 2, 0, 2, 0}, all.start = {0, 3, 5, 6};
  EXPECT_TRUE(drivers::popularity_powers(world(), all, 0).empty());
  EXPECT_EQ(drivers::popularity_powers(world(), all, -1), (std::vector<float>{.5F, 1.5F, .75F, 1}));
  EXPECT_EQ(drivers::popularity_powers(world(), all, 2), (std::vector<float>{4, 4.F / 9, 16.F / 9, 1}));
}

TEST(FactorParams, AreCheckedByName) {
  FactorParams params;
  params.unobserved_weight = 0;
  EXPECT_THROW(drivers::check(params), ConfigError);
  EXPECT_THROW(drivers::solver_named("fast"), ConfigError);
  EXPECT_THROW(drivers::loss_named("bpr"), ConfigError);
}

TEST(FactorMemory, CountsWhatEachPhaseHolds) {
  FactorParams params;
  params.factors = 20;  // padded to 32
  params.solver.kind = kernels::RowSolverKind::blocks;
  drivers::FactorSizes sizes;
  sizes.users = sizes.all_users = 1000000;
  sizes.items = sizes.all_items = 1000;
  sizes.user_pairs = sizes.item_pairs = 5000000;
  drivers::FactorMemory const alone = drivers::training_memory(params, sizes);
  std::int64_t const factors = 1001000 * 32 * 4, pairs = 5000000 * 4;
  EXPECT_GT(alone.sweeps, factors + pairs);
  EXPECT_LT(alone.sweeps, 1.1 * static_cast<double>(factors + pairs));
  EXPECT_EQ(alone.checkpoints, 0);
  EXPECT_EQ(alone.peak(), alone.sweeps);
  if (kernels::wants_principal_axes({})) {
    FactorParams exact = params;
    exact.solver.kind = kernels::RowSolverKind::exact;
    std::int64_t const rotated = 1000000 * 32 * 4;
    EXPECT_EQ(drivers::training_memory(exact, sizes).sweeps, alone.sweeps + rotated);
  }

  // Half of everything on each of two ranks, and all users' rows on their way.
  sizes.users /= 2;
  sizes.items /= 2;
  sizes.user_pairs /= 2;
  sizes.item_pairs /= 2;
  sizes.ranks = 2;
  sizes.all_users_travel = sizes.all_items_travel = true;
  drivers::FactorMemory const shared = drivers::training_memory(params, sizes);
  std::int64_t const fetched = 1000000 * 32 * 4;
  EXPECT_GT(shared.sweeps, factors / 2 + pairs / 2 + fetched);
  EXPECT_LT(shared.sweeps, alone.sweeps / 2 + fetched + (16 << 20));
  // A tenth of the users is needed: columns are numbered anew, but far fewer rows travel.
  sizes.all_users_travel = false;
  sizes.referenced_users = 100000;
  EXPECT_LT(drivers::training_memory(params, sizes).sweeps, shared.sweeps - fetched / 2);

  sizes.has_checkpoints = true;
  EXPECT_GT(drivers::training_memory(params, sizes).checkpoints, factors / 2 + 2 * 500000 * 20 * 4);
  // Many items: the model that is made of all of them needs most.
  sizes.all_items = 5000000;
  drivers::FactorMemory const wide = drivers::training_memory(params, sizes);
  EXPECT_EQ(wide.peak(), wide.model);
  EXPECT_GT(wide.model, 3 * sizes.all_items * 32 * 4);
}

}  // namespace
}  // namespace tidemill::tests
