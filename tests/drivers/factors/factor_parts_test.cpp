#include <gtest/gtest.h>

#include <algorithm>

#include "drivers/factors/gram.hpp"
#include "drivers/factors/memory.hpp"
#include "drivers/factors/pair_weights.hpp"
#include "drivers/factors/referenced_rows.hpp"
#include "io/error.hpp"
#include "kernels/factors/initial_factors.hpp"
#include "kernels/factors/principal_axes.hpp"
#include "tests/support/world.hpp"

// What training of factors is made of: rows that travel, Gram matrices, popularity, parameters, memory.
namespace tidemill::tests {
namespace {

using drivers::FactorParams;
using drivers::Interactions;

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
