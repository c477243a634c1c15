#include "kernels/linalg/gemm.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "kernels/random/philox.hpp"

namespace tidemill::kernels {
namespace {

std::vector<double> drawn_matrix(std::int64_t size, std::uint64_t seed) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < size; ++i) {
    auto const draw = Philox::block(seed, static_cast<std::uint64_t>(i), 0, 5);
    values.push_back(Philox::uniform(draw.word[0], draw.word[1]) - .5);
  }
  return values;
}

TEST(Gemm, EqualsPlainSums) {
  for (GemmShape const& shape :
       {GemmShape{1, 1, 1, false}, GemmShape{3, 5, 7, false}, GemmShape{3, 5, 7, true}, GemmShape{65, 33, 129, false},
        GemmShape{64, 130, 31, true}, GemmShape{4, 9, 0, true}}) {
    auto const a = drawn_matrix(shape.rows * shape.depth, 1), b = drawn_matrix(shape.columns * shape.depth, 2);
    std::vector<double> const before = drawn_matrix(shape.rows * shape.columns, 3);
    for (double const beta : {0.0, 1.0, -.5}) {
      // What is not to be read may be anything.
      std::vector<double> out =
          beta == 0 ? std::vector<double>(before.size(), std::numeric_limits<double>::quiet_NaN()) : before;
      gemm(shape, -1.5, a.data(), b.data(), beta, out.data());
      for (std::int64_t r = 0; r < shape.rows; ++r) {
        for (std::int64_t c = 0; c < shape.columns; ++c) {
          double sum = 0;
          for (std::int64_t d = 0; d < shape.depth; ++d) {
            std::int64_t const at = shape.b_is_transposed ? c * shape.depth + d : d * shape.columns + c;
            sum += a[static_cast<std::size_t>(r * shape.depth + d)] * b[static_cast<std::size_t>(at)];
          }
          auto const place = static_cast<std::size_t>(r * shape.columns + c);
          EXPECT_NEAR(out[place], -1.5 * sum + (beta == 0 ? 0 : beta * before[place]), 1e-13)
              << shape.rows << " x " << shape.columns << " x " << shape.depth << " at " << r << ", " << c;
        }
      }
    }
  }
}

TEST(Gemm, GivesTheSameBitsAgain) {
  GemmShape const shape{70, 90, 110, true};
  auto const a = drawn_matrix(70 * 110, 4), b = drawn_matrix(90 * 110, 5);
  std::vector<double> once(70 * 90), again(70 * 90);
  gemm(shape, 1, a.data(), b.data(), 0, once.data());
  gemm(shape, 1, a.data(), b.data(), 0, again.data());
  EXPECT_EQ(once, again);
}

}  // namespace
}  // namespace tidemill::kernels
