#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "kernels/factors/gram.hpp"
#include "kernels/factors/initial_factors.hpp"
#include "kernels/factors/principal_axes.hpp"
#include "kernels/factors/solve_rows.hpp"
#include "tests/reference/implicit_als.hpp"

namespace tidemill::kernels {
namespace {

using tests::reference::DenseAls;

template <class T>
Array<T> to_array(std::vector<T> const& values) {
  Array<T> const array("values", values.size());
  auto const host = Kokkos::create_mirror_view(array);
  for (std::size_t i = 0; i < values.size(); ++i) host(i) = values[i];
  Kokkos::deep_copy(array, host);
  return array;
}

FactorMatrix to_factors(DenseAls::Matrix const& rows, std::size_t width) {
  FactorMatrix const factors("factors", rows.size(), width);
  auto const host = Kokkos::create_mirror_view(factors);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t k = 0; k < rows[r].size(); ++k) host(r, k) = static_cast<float>(rows[r][k]);
  }
  Kokkos::deep_copy(factors, host);
  return factors;
}

/// Rows of many lengths (none, one, below and above vectors and chunks) against a few hundred factors.
struct FactorExample {
  std::vector<std::vector<int>> items_of;
  std::vector<std::vector<double>> ratings;
  std::size_t items = 300;
  int factors;
  DenseAls::Matrix y, x;

  explicit FactorExample(int factors_) : factors(factors_) {
    std::mt19937 engine(5);
    std::normal_distribution<double> normal(0, 1 / std::sqrt(factors));
    auto const draw = [&](std::size_t rows) {
      DenseAls::Matrix matrix(rows, std::vector<double>(static_cast<std::size_t>(factors)));
      for (auto& row : matrix) {
        for (double& value : row) value = static_cast<double>(static_cast<float>(normal(engine)));
      }
      return matrix;
    };
    for (int const length : {0, 1, 2, 3, 4, 5, 7, 63, 64, 65, 130, 300}) {
      std::vector<int> row(items);
      for (std::size_t i = 0; i < items; ++i) row[i] = static_cast<int>(i);
      std::shuffle(row.begin(), row.end(), engine);
      row.resize(static_cast<std::size_t>(length));
      std::sort(row.begin(), row.end());
      items_of.push_back(row);
      ratings.emplace_back();
      for (int k = 0; k < length; ++k) ratings.back().push_back(1 + k % 5);
    }
    y = draw(items);
    x = draw(items_of.size());
  }

  RowProblems problems(DenseAls const& als, bool confident, double a0, double alpha) const {
    std::vector<std::int64_t> start{0};
    std::vector<std::int32_t> column;
    std::vector<float> value, ridge;
    for (std::size_t u = 0; u < items_of.size(); ++u) {
      column.insert(column.end(), items_of[u].begin(), items_of[u].end());
      for (double const r : ratings[u]) value.push_back(static_cast<float>(r));
      start.push_back(static_cast<std::int64_t>(column.size()));
      ridge.push_back(static_cast<float>(als.user_ridge[u]));
    }
    auto const width = static_cast<std::size_t>(factor_width(factors));
    FactorMatrix const gram("gram", width, width);
    auto const host = Kokkos::create_mirror_view(gram);
    for (auto const& row : y) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        for (std::size_t j = 0; j < row.size(); ++j) host(i, j) += static_cast<float>(a0 * row[i] * row[j]);
      }
    }
    Kokkos::deep_copy(gram, host);
    RowProblems problems;
    problems.start = to_array(start);
    problems.column = to_array(column);
    if (confident) problems.value = to_array(value);
    problems.fixed = to_factors(y, width);
    problems.gram = gram;
    problems.ridge = to_array(ridge);
    if (confident) problems.weight_scale = static_cast<float>(alpha), problems.extra_target = 1;
    return problems;
  }
};

/// Largest difference over rows, relative to the row's length; padding must be zero.
double difference(FactorMatrix const& found, DenseAls::Matrix const& expected) {
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), found);
  double largest = 0;
  for (std::size_t r = 0; r < expected.size(); ++r) {
    double error = 0;
    for (std::size_t k = 0; k < host.extent(1); ++k) {
      double const value = k < expected[r].size() ? expected[r][k] : 0.0;
      error += std::pow(static_cast<double>(host(r, k)) - value, 2);
    }
    largest = std::max(largest, std::sqrt(error) / (std::sqrt(DenseAls::dot(expected[r], expected[r])) + 1e-6));
  }
  return largest;
}

TEST(SolveRows, EverySolverFindsTheDenseSolution) {
  for (int const factors : {1, 13, 32, 64, 80}) {
    for (bool const confident : {false, true}) {
      FactorExample const example(factors);
      DenseAls als = confident ? DenseAls::confident(example.items_of, example.ratings, example.items, 2.5, 4)
                               : DenseAls::revisited(example.items_of, example.items, .3, .02, 1);
      als.x = example.x;
      als.y = example.y;
      RowProblems const problems = example.problems(als, confident, confident ? 1 : .3, 2.5);
      als.solve_users();
      auto const width = static_cast<std::size_t>(factor_width(factors));
      for (auto const& solve : {solve_rows, solve_rows_portable}) {
        if (solve == solve_rows_portable && factors > 32) continue;  // slow, and nothing new
        FactorMatrix const exact = to_factors(example.x, width);
        solve(Exec(), problems, {RowSolverKind::exact}, exact);
        EXPECT_LT(difference(exact, als.x), 2e-5) << factors << confident;

        FactorMatrix const steps = to_factors(example.x, width);
        solve(Exec(), problems, {RowSolverKind::conjugate_gradient, 100}, steps);
        EXPECT_LT(difference(steps, als.x), 2e-4) << factors << confident;

        FactorMatrix const blocks = to_factors(example.x, width);
        for (int i = 0; i < 200; ++i) solve(Exec(), problems, {RowSolverKind::blocks, 0, 16}, blocks);
        EXPECT_LT(difference(blocks, als.x), 2e-4) << factors << confident;
      }
    }
  }
}

std::vector<double> doubles_of(ConstFactorMatrix const& matrix) {
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), matrix);
  return {host.data(), host.data() + host.size()};
}

/// The problems in principal axes of their G, solved exactly and brought back.
FactorMatrix solve_in_axes(RowProblems problems, int factors, std::size_t rows) {
  PrincipalAxes const axes = principal_axes(doubles_of(problems.gram), factors, 1);
  auto const width = static_cast<std::size_t>(factor_width(factors));
  FactorMatrix const rotated("rotated", problems.fixed.extent(0), width), out("out", rows, width);
  rotate_rows(Exec(), problems.fixed, axes.to_axes, rotated);
  problems.fixed = rotated;
  problems.gram = ConstFactorMatrix();
  problems.diagonal = axes.diagonal;
  solve_rows(Exec(), problems, {RowSolverKind::exact}, out);
  rotate_rows(Exec(), out, axes.from_axes, out);
  return out;
}

/// Rows with fewer pairs than factors take the way by pairs, the others Cholesky; without a ridge all do.
TEST(SolveRows, PrincipalAxesGiveTheDenseSolution) {
  if (!wants_principal_axes({RowSolverKind::exact})) GTEST_SKIP() << "needs a host with AVX2";
  for (int const factors : {1, 13, 48, 80}) {
    for (bool const confident : {false, true}) {
      for (double const ridge : {.02, 1e-9}) {
        FactorExample const example(factors);
        DenseAls als = confident ? DenseAls::confident(example.items_of, example.ratings, example.items, 2.5, 4)
                                 : DenseAls::revisited(example.items_of, example.items, .3, ridge, 1);
        als.x = example.x;
        als.y = example.y;
        RowProblems const problems = example.problems(als, confident, confident ? 1 : .3, 2.5);
        als.solve_users();
        EXPECT_LT(difference(solve_in_axes(problems, factors, als.x.size()), als.x), 5e-5) << factors << confident;
      }
    }
  }
}

TEST(SolveRows, RotatedRowsAreTheProductsWhereverTheyStand) {
  for (std::size_t const rows : {0, 1, 5, 6, 97, 200}) {
    std::size_t const width = 48;
    FactorMatrix const square("square", width, width), whole("whole", rows, width), again("again", rows, width);
    draw_factors(Exec(), 7, FactorSeries::items, 0, 48, 1, square);
    draw_factors(Exec(), 3, FactorSeries::users, 0, 48, 1, whole);
    Kokkos::deep_copy(again, whole);
    auto const x = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), again);
    auto const a = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), square);
    rotate_rows(Exec(), whole, square, whole);
    auto const found = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), whole);
    for (std::size_t r = 0; r < rows; ++r) {
      FactorMatrix const alone("alone", 1, width);
      Kokkos::deep_copy(alone, Kokkos::subview(again, std::make_pair(r, r + 1), Kokkos::ALL()));
      rotate_rows(Exec(), alone, square, alone);
      auto const one = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), alone);
      for (std::size_t c = 0; c < width; ++c) {
        double expected = 0;
        for (std::size_t i = 0; i < width; ++i) expected += double{x(r, i)} * double{a(i, c)};
        ASSERT_NEAR(found(r, c), expected, 1e-4) << rows << ' ' << r;
        ASSERT_EQ(found(r, c), one(0, c)) << rows << ' ' << r;
      }
    }
  }
}

/// x = (.5, 1), y = (1, .5), pairs (0,0) (1,0) (1,1), a0 .1, lambda .01, v 1: loss .70625, new x_0 .879507.
TEST(SolveRows, WorkedNumbersOfOneFactor) {
  DenseAls als = DenseAls::revisited({{0}, {0, 1}}, 2, .1, .01, 1);
  als.x = {{.5}, {1}};
  als.y = {{1}, {.5}};
  EXPECT_NEAR(als.loss(), .70625, 1e-12);
  FactorExample example(1);
  example.items_of = {{0}, {0, 1}};
  example.ratings = {{1}, {1, 1}};
  example.y = als.y;
  RowProblems const problems = example.problems(als, false, .1, 0);
  FactorMatrix const x = to_factors(als.x, 16);
  Array<double> const losses("losses", 2);
  row_losses(Exec(), problems, x, losses);
  auto const loss = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), losses);
  double const item_ridge = als.item_ridge[0] * 1 + als.item_ridge[1] * .25;
  EXPECT_NEAR(loss(0) + loss(1) + item_ridge + .1 * (.25 + 1) * (1 + .25), .70625, 1e-7);
  als.solve_users();
  EXPECT_NEAR(als.x[0][0], .879507, 5e-7);
  solve_rows(Exec(), problems, {}, x);
  EXPECT_NEAR(Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), x)(0, 0), .879507, 1e-6);
}

TEST(SolveRows, FewStepsAreTheSameOnHostsAndPortably) {
  FactorExample const example(64);
  DenseAls const als = DenseAls::revisited(example.items_of, example.items, .3, .02, 1);
  RowProblems const problems = example.problems(als, false, .3, 0);
  for (RowSolver const& solver : {RowSolver{RowSolverKind::conjugate_gradient, 3},
                                  RowSolver{RowSolverKind::blocks, 0, 32}, RowSolver{RowSolverKind::blocks, 0, 48}}) {
    FactorMatrix const ours = to_factors(example.x, 64), portable = to_factors(example.x, 64);
    solve_rows(Exec(), problems, solver, ours);
    solve_rows_portable(Exec(), problems, solver, portable);
    auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), portable);
    DenseAls::Matrix expected(example.x.size());
    for (std::size_t r = 0; r < expected.size(); ++r) {
      for (std::size_t k = 0; k < 64; ++k) expected[r].push_back(static_cast<double>(host(r, k)));
    }
    EXPECT_LT(difference(ours, expected), 1e-4);
  }
}

TEST(SolveRows, WhatARowGetsDoesNotDependOnItsNeighbours) {
  FactorExample const example(32);
  DenseAls const als = DenseAls::revisited(example.items_of, example.items, .3, .02, 1);
  for (RowSolverKind const kind : {RowSolverKind::exact, RowSolverKind::conjugate_gradient, RowSolverKind::blocks}) {
    FactorMatrix const together = to_factors(example.x, 32);
    solve_rows(Exec(), example.problems(als, true, .3, 1), {kind, 3, 16}, together);
    for (std::size_t u = 0; u < example.items_of.size(); ++u) {
      FactorExample one = example;
      one.items_of = {example.items_of[u]};
      one.ratings = {example.ratings[u]};
      DenseAls const ridge = DenseAls::revisited(one.items_of, one.items, .3, .02, 1);
      FactorMatrix const alone = to_factors({example.x[u]}, 32);
      solve_rows(Exec(), one.problems(ridge, true, .3, 1), {kind, 3, 16}, alone);
      auto const a = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), alone);
      auto const b = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), together);
      for (std::size_t k = 0; k < 32; ++k) ASSERT_EQ(a(0, k), b(u, k)) << u;
    }
  }
}

TEST(SolveRows, LossesAddUpToTheDenseObjective) {
  for (bool const confident : {false, true}) {
    FactorExample const example(13);
    DenseAls als = confident ? DenseAls::confident(example.items_of, example.ratings, example.items, 2.5, 4)
                             : DenseAls::revisited(example.items_of, example.items, .3, .02, 1);
    als.x = example.x;
    als.y = example.y;
    double expected = als.loss();
    for (std::size_t i = 0; i < als.y.size(); ++i) expected -= als.item_ridge[i] * DenseAls::dot(als.y[i], als.y[i]);
    for (std::size_t u = 0; u < als.x.size(); ++u) {
      for (std::size_t i = 0; i < als.y.size(); ++i) {
        expected -= (confident ? 1 : .3) * als.score(u, i) * als.score(u, i);
      }
    }
    RowProblems const problems = example.problems(als, confident, confident ? 1 : .3, 2.5);
    Array<double> const losses("losses", example.x.size());
    row_losses(Exec(), problems, to_factors(example.x, 16), losses);
    auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), losses);
    double sum = 0;
    for (std::size_t u = 0; u < example.x.size(); ++u) sum += host(u);
    EXPECT_NEAR(sum, expected, 1e-5 * std::abs(expected)) << confident;
  }
}

TEST(Gram, IsTheSumOverRowsInAnyParts) {
  for (std::size_t const rows : {0u, 1u, 255u, 256u, 700u}) {
    std::size_t const width = 32;
    FactorMatrix const factors("factors", rows, width);
    draw_factors(Exec(), 3, FactorSeries::items, 0, 29, .5, factors);
    float const largest = largest_factor(Exec(), factors);
    EXPECT_EQ(largest > 0, rows > 0);
    double const unit = std::ldexp(1.0, -50);
    Array<std::int64_t> const whole("whole", width * width), parts("parts", width * width),
        plain("plain", width * width);
    add_gram(Exec(), factors, unit, whole);
    add_gram_portable(Exec(), factors, unit, plain);
    for (std::size_t first = 0; first < rows; first += 256) {
      auto const part = Kokkos::subview(factors, std::make_pair(first, std::min(first + 256, rows)), Kokkos::ALL());
      add_gram(Exec(), part, unit, parts);
    }
    auto const sums = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), whole);
    auto const by_parts = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), parts);
    auto const portable = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), plain);
    auto const y = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), factors);
    for (std::size_t i = 0; i < width; ++i) {
      for (std::size_t c = i; c < width; ++c) {
        double expected = 0;
        for (std::size_t r = 0; r < rows; ++r) expected += static_cast<double>(y(r, i)) * static_cast<double>(y(r, c));
        std::size_t const e = i * width + c;
        EXPECT_NEAR(static_cast<double>(sums(e)) * unit, expected, 1e-4);
        EXPECT_NEAR(static_cast<double>(portable(e)) * unit, expected, 1e-4);
        EXPECT_EQ(sums(e), by_parts(e));
        if (c >= 29) {
          EXPECT_EQ(sums(e), 0);
        }
      }
    }
  }
}

TEST(Gram, SeesWhatIsNotFinite) {
  FactorMatrix const factors("factors", 3, 16);
  auto const host = Kokkos::create_mirror_view(factors);
  host(1, 2) = NAN;
  host(2, 2) = 1;
  Kokkos::deep_copy(factors, host);
  EXPECT_TRUE(std::isinf(largest_factor(Exec(), factors)));
}

TEST(DrawFactors, AreNormalAndBelongToTheId) {
  FactorMatrix const all("all", 2000, 16), tail("tail", 500, 16), other("other", 500, 16);
  draw_factors(Exec(), 9, FactorSeries::users, 0, 8, .1, all);
  draw_factors(Exec(), 9, FactorSeries::users, 1500, 8, .1, tail);
  draw_factors(Exec(), 9, FactorSeries::items, 1500, 8, .1, other);
  auto const a = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), all);
  auto const t = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), tail);
  auto const o = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), other);
  double sum = 0, squares = 0;
  for (std::size_t r = 0; r < 2000; ++r) {
    for (std::size_t k = 0; k < 16; ++k) {
      double const value = static_cast<double>(a(r, k));
      sum += value;
      squares += value * value;
      if (k >= 8) {
        EXPECT_EQ(a(r, k), 0);
      }
      if (r >= 1500) {
        EXPECT_EQ(a(r, k), t(r - 1500, k));
      }
    }
  }
  EXPECT_NE(o(0, 0), t(0, 0));
  EXPECT_NEAR(sum / 16000, 0, 4 * .1 / std::sqrt(16000));
  EXPECT_NEAR(squares / 16000, .01, .0005);
}

}  // namespace
}  // namespace tidemill::kernels
