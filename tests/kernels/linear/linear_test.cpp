#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "kernels/linear/normal_equations.hpp"
#include "kernels/linear/quadratic.hpp"

namespace tidemill::kernels {
namespace {

struct LinearExample {
  RowMatrix x;
  Array<double> weight, response;
};

LinearExample random_example(std::size_t rows, std::size_t columns) {
  LinearExample example{RowMatrix("x", rows, columns), Array<double>("w", rows), Array<double>("z", rows)};
  auto const x = Kokkos::create_mirror_view(example.x);
  auto const w = Kokkos::create_mirror_view(example.weight);
  auto const z = Kokkos::create_mirror_view(example.response);
  std::mt19937 engine(7);
  std::normal_distribution<double> normal;
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) x(i, j) = normal(engine);
    w(i) = std::abs(normal(engine));
    z(i) = normal(engine);
  }
  Kokkos::deep_copy(example.x, x);
  Kokkos::deep_copy(example.weight, w);
  Kokkos::deep_copy(example.response, z);
  return example;
}

TEST(NormalEquations, BlocksAddUpToThePlainSum) {
  for (std::size_t const rows : {0u, 1u, 4u, 5u, 131u}) {
    constexpr std::size_t columns = 3, n = columns + 1;
    LinearExample const example = random_example(rows, columns);
    std::size_t const blocks = (rows + 3) / 4 + 1;  // one more than there is
    BlockMatrices const partial("partial", blocks, n, n);
    block_normal_equations(Exec(), example.x, example.weight, example.response, 4, 0, partial);
    auto const found = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), partial);
    auto const x = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), example.x);
    auto const w = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), example.weight);
    auto const z = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), example.response);
    auto const value = [&](std::size_t row, std::size_t j) { return j < columns ? x(row, j) : z(row); };
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        double expected = 0, sum = 0;
        for (std::size_t row = 0; row < rows; ++row) expected += w(row) * value(row, i) * value(row, j);
        for (std::size_t b = 0; b < blocks; ++b) sum += found(b, i, j);
        EXPECT_NEAR(sum, expected, 1e-12 * static_cast<double>(rows + 1)) << rows;
      }
    }
  }
}

TEST(Quadratic, CholeskySolvesAndLeavesOutCopies) {
  // Columns 1 and 2 are the same: any split of their weight is a minimum, one of them gets all.
  std::vector<double> const a{4, 1, 1, 1, 3, 3, 1, 3, 3}, c{1, 2, 2};
  std::vector<double> const b = minimise({a, c, 0, 0}, std::vector<double>(3));
  EXPECT_NEAR(4 * b[0] + b[1] + b[2], 1, 1e-14);
  EXPECT_NEAR(b[0] + 3 * (b[1] + b[2]), 2, 1e-14);
  EXPECT_EQ(b[2], 0);
}

TEST(Quadratic, CoordinateDescentMeetsItsConditions) {
  std::vector<double> const a{2, .3, .1, .3, 1, .4, .1, .4, 1}, c{.5, .9, .25};
  double const ridge = .2, lasso = .15;
  std::vector<double> const b = minimise({a, c, ridge, lasso}, std::vector<double>(3));
  for (std::size_t i = 0; i < 3; ++i) {
    double gradient = -c[i];
    for (std::size_t j = 0; j < 3; ++j) gradient += a[i * 3 + j] * b[j];
    if (i > 0) gradient += ridge * b[i];
    if (i == 0) {
      EXPECT_NEAR(gradient, 0, 1e-9);
    } else if (b[i] == 0) {
      EXPECT_LE(std::abs(gradient), lasso + 1e-9);
    } else {
      EXPECT_NEAR(gradient, b[i] > 0 ? -lasso : lasso, 1e-9);
    }
  }
  EXPECT_EQ(b[2], 0);
  EXPECT_GT(b[1], 0);
}

TEST(Quadratic, WithoutLassoBothWaysAgree) {
  std::vector<double> const a{2, .3, .1, .3, 1, .4, .1, .4, 1}, c{.5, .9, .1};
  std::vector<double> const exact = minimise({a, c, .2, 0}, std::vector<double>(3));
  std::vector<double> const descent = minimise({a, c, .2, 1e-15}, std::vector<double>(3));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(exact[i], descent[i], 1e-9);
}

}  // namespace
}  // namespace tidemill::kernels
