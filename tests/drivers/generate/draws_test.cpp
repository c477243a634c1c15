#include "drivers/generate/draws.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace tidemill::drivers {
namespace {

struct Moments {
  double mean;
  double variance;
};

template <class Draw>
Moments moments(Draw const& draw) {
  constexpr int count = 20000;
  double sum = 0.0;
  double squares = 0.0;
  for (int i = 0; i < count; ++i) {
    double const x = draw(i);
    sum += x;
    squares += x * x;
  }
  double const mean = sum / count;
  return {mean, squares / count - mean * mean};
}

TEST(Draws, SameKeySameNumbers) {
  Draws a(7, 42, 3);
  Draws b(7, 42, 3);
  Draws other_purpose(7, 42, 4);
  for (int i = 0; i < 5; ++i) {
    double const value = a.uniform();
    EXPECT_EQ(value, b.uniform());
    EXPECT_NE(value, other_purpose.uniform());
  }
}

TEST(Draws, PoissonHasItsMeanAndVariance) {
  for (double const mean : {0.3, 4.0, 31.9, 100.0}) {
    Moments const m = moments([&](int i) { return static_cast<double>(Draws(1, i, 1).poisson(mean)); });
    EXPECT_NEAR(m.mean, mean, 4.0 * std::sqrt(mean / 20000));
    EXPECT_NEAR(m.variance / mean, 1.0, 0.05);
  }
  EXPECT_EQ(Draws(1, 1, 1).poisson(0.0), 0);
}

TEST(Draws, NegativeBinomialIsWiderThanPoisson) {
  Moments const m = moments([&](int i) { return static_cast<double>(Draws(2, i, 1).negative_binomial(6.0, 12.0)); });
  EXPECT_NEAR(m.mean, 6.0, 0.1);
  EXPECT_NEAR(m.variance, 6.0 + 36.0 / 12.0, 0.5);
}

TEST(Draws, NormalAndBelow) {
  Moments const m = moments([](int i) { return Draws(3, i, 1).normal(); });
  EXPECT_NEAR(m.mean, 0.0, 0.03);
  EXPECT_NEAR(m.variance, 1.0, 0.05);
  int seen[3] = {0, 0, 0};
  for (int i = 0; i < 300; ++i) ++seen[Draws(4, i, 1).below(3)];
  for (int const count : seen) EXPECT_GT(count, 60);
}

}  // namespace
}  // namespace tidemill::drivers
