#include "kernels/text/one_against_rest.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "kernels/random/philox.hpp"

namespace tidemill::kernels {
namespace {

template <class T>
Array<T const> device(std::vector<T> const& values) {
  Array<T> const copy("test::values", values.size());
  auto const mirror = Kokkos::create_mirror_view(copy);
  for (std::size_t i = 0; i < values.size(); ++i) mirror(i) = values[i];
  Kokkos::deep_copy(copy, mirror);
  return copy;
}

/// `rows` rows of `columns` columns, about a third of them not zero, with classes c = row % classes.
struct TextExample {
  std::int64_t rows, columns, classes;
  std::vector<float> dense;
  BiasedRows matrix;

  TextExample(std::int64_t rows_, std::int64_t columns_, std::int64_t classes_)
      : rows(rows_), columns(columns_), classes(classes_), dense(static_cast<std::size_t>(rows_ * columns_)) {
    std::vector<std::int64_t> start{0};
    std::vector<std::uint32_t> column;
    std::vector<float> value, square;
    for (std::int64_t r = 0; r < rows; ++r) {
      float sum = 1;
      for (std::int64_t c = 0; c < columns; ++c) {
        auto const draw = Philox::block(5, static_cast<std::uint64_t>(r), static_cast<std::uint32_t>(c), 0);
        if (draw.word[0] % 3 != 0 && c % classes != r % classes) continue;
        float const x = Philox::uniform(draw.word[1]);
        dense[static_cast<std::size_t>(r * columns + c)] = x;
        column.push_back(static_cast<std::uint32_t>(c));
        value.push_back(x);
        sum += x * x;
      }
      start.push_back(static_cast<std::int64_t>(column.size()));
      square.push_back(sum);
    }
    matrix = {device(start), device(column), device(value), device(square), columns};
  }
  int sign(std::int64_t row, std::int64_t c) const { return row % classes == c ? 1 : -1; }
};

struct Solution {
  OneAgainstRest problem;
  float change = 0;
};

Solution solve(TextExample const& example, int sweeps, float cost, float positive_cost) {
  auto const blocks = static_cast<std::size_t>((example.classes + class_lanes - 1) / class_lanes);
  auto const rows = static_cast<std::size_t>(example.rows);
  ClassBlocks<std::int8_t> const sign("test::sign", blocks, rows, class_lanes);
  auto const mirror = Kokkos::create_mirror_view(sign);
  for (std::int64_t r = 0; r < example.rows; ++r) {
    for (std::int64_t c = 0; c < example.classes; ++c) {
      mirror(static_cast<std::size_t>(c / class_lanes), static_cast<std::size_t>(r),
             static_cast<std::size_t>(c % class_lanes)) = static_cast<std::int8_t>(example.sign(r, c));
    }
  }
  Kokkos::deep_copy(sign, mirror);
  Solution result;
  result.problem.sign = sign;
  result.problem.alpha = ClassBlocks<float>("test::alpha", blocks, rows, class_lanes);
  result.problem.weight =
      ClassBlocks<float>("test::weight", blocks, static_cast<std::size_t>(example.columns) + 1, class_lanes);
  result.problem.cost = cost;
  result.problem.positive_cost = positive_cost;
  std::vector<std::uint32_t> order(rows);
  std::iota(order.begin(), order.end(), 0u);
  Array<std::int8_t> const done("test::done", blocks);
  Array<float> const change("test::change", blocks);
  for (int i = 0; i < sweeps; ++i) descend_rows({}, example.matrix, device(order), result.problem, done, change);
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), change);
  for (std::size_t b = 0; b < blocks; ++b) result.change = std::max(result.change, host(b));
  return result;
}

TEST(OneAgainstRest, GradientOfTheObjectiveVanishes) {
  for (std::int64_t const classes : {2, 16, 19}) {
    TextExample const example(120, 7, classes);
    float const cost = .1F, positive_cost = .3F;
    Solution const found = solve(example, 400, cost, positive_cost);
    EXPECT_LT(found.change, 1e-4);
    auto const weight = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), found.problem.weight);
    for (std::int64_t c = 0; c < classes; ++c) {
      auto const w = [&](std::int64_t column) {
        return static_cast<double>(weight(static_cast<std::size_t>(c / class_lanes), static_cast<std::size_t>(column),
                                          static_cast<std::size_t>(c % class_lanes)));
      };
      // w - 2 C sum of y x max(0, 1 - y w.x), in plain double precision.
      std::vector<double> gradient;
      for (std::int64_t j = 0; j <= example.columns; ++j) gradient.push_back(w(j));
      for (std::int64_t r = 0; r < example.rows; ++r) {
        double margin = w(example.columns);
        for (std::int64_t j = 0; j < example.columns; ++j) {
          margin += w(j) * static_cast<double>(example.dense[static_cast<std::size_t>(r * example.columns + j)]);
        }
        int const y = example.sign(r, c);
        double const loss = std::max(0.0, 1 - y * margin) * 2 * static_cast<double>(y > 0 ? positive_cost : cost);
        for (std::int64_t j = 0; j < example.columns; ++j) {
          gradient[static_cast<std::size_t>(j)] -=
              loss * y * static_cast<double>(example.dense[static_cast<std::size_t>(r * example.columns + j)]);
        }
        gradient.back() -= loss * y;
      }
      for (double const g : gradient) EXPECT_NEAR(g, 0, 2e-3) << classes << " class " << c;
    }
  }
}

TEST(OneAgainstRest, LanesWithoutClassStayZero) {
  TextExample const example(30, 4, 3);
  Solution const found = solve(example, 5, 1, 1);
  auto const weight = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), found.problem.weight);
  for (std::size_t j = 0; j < 5; ++j) {
    for (std::size_t lane = 3; lane < 16; ++lane) EXPECT_EQ(weight(0, j, lane), 0);
  }
}

TEST(OneAgainstRest, TwoClassesAreMirrorImages) {
  TextExample const example(40, 6, 2);
  Solution const found = solve(example, 3, 1, 1);
  auto const first = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), found.problem.weight);
  for (std::size_t j = 0; j < 7; ++j) EXPECT_EQ(first(0, j, 0), -first(0, j, 1));
}

TEST(OneAgainstRest, MarginsAreProducts) {
  TextExample const example(33, 5, 18);
  Solution const found = solve(example, 2, 1, 1);
  Kokkos::View<float**, Kokkos::LayoutRight, DeviceMemory> const margin("test::margin", 33, 32);
  class_margins({}, example.matrix, found.problem.weight, margin);
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), margin);
  auto const weight = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), found.problem.weight);
  for (std::size_t r = 0; r < 33; ++r) {
    for (std::size_t c = 0; c < 18; ++c) {
      double sum = weight(c / 16, 5, c % 16);
      for (std::size_t j = 0; j < 5; ++j) {
        sum += static_cast<double>(example.dense[r * 5 + j]) * static_cast<double>(weight(c / 16, j, c % 16));
      }
      EXPECT_NEAR(host(r, c), sum, 1e-5);
    }
  }
}

TEST(OneAgainstRest, FinishedBlocksAndNoRowsAreFine) {
  TextExample const none(0, 3, 2);
  Solution const found = solve(none, 2, 1, 1);
  EXPECT_EQ(found.change, 0);
}

}  // namespace
}  // namespace tidemill::kernels
