#include "drivers/partition/send_in_rounds.hpp"

#include <gtest/gtest.h>

#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using tests::world;

TEST(SendInRounds, ArrivesAsInOneExchangeWhateverTheRounds) {
  int const ranks = world().size();
  // Ranks have different numbers of things, rank 1 none; every seventh goes nowhere.
  std::int64_t const count = world().rank() == 1 ? 0 : 100 + 37 * world().rank();
  auto const value = [](int rank, std::int64_t i) { return rank * std::int64_t{1000} + i; };
  auto const goes_to = [&](std::int64_t number) {
    return number % 7 == 3 ? -1 : static_cast<int>(number * number % 11) % ranks;
  };
  std::vector<std::int64_t> expected;
  for (int r = 0; r < ranks; ++r) {
    for (std::int64_t i = 0; i < (r == 1 ? 0 : 100 + 37 * r); ++i) {
      if (goes_to(value(r, i)) == world().rank()) expected.push_back(value(r, i));
    }
  }
  for (std::int64_t const per_round : {std::int64_t{1}, std::int64_t{10}, std::int64_t{137}, things_per_round}) {
    std::int64_t made = 0;
    auto const arrived = send_in_rounds<std::int64_t>(
        world(), count, [&](std::int64_t i) { return goes_to(value(world().rank(), i)); },
        [&](std::int64_t i) {
          ++made;
          return value(world().rank(), i);
        },
        per_round);
    EXPECT_EQ(arrived, expected) << per_round;
    EXPECT_LE(made, count);
  }
}

}  // namespace
}  // namespace tidemill::drivers
