#pragma once

#include <cmath>
#include <vector>

#include "kernels/random/philox.hpp"
#include "kernels/topk/lists.hpp"

namespace tidemill::tests {

/// Vectors from a seed: number i of row r depends on (seed, r, i) only.
struct RandomVectors {
  std::vector<float> values;
  std::int64_t count;
  std::int32_t width;

  RandomVectors(std::int64_t rows, std::int32_t numbers, std::uint64_t seed) : count(rows), width(numbers) {
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int32_t i = 0; i < numbers; ++i) {
        auto const draw =
            kernels::Philox::block(seed, static_cast<std::uint64_t>(row), static_cast<std::uint32_t>(i), 0);
        double sum = -2;  // four uniform numbers: close to normal
        for (std::uint32_t const word : draw.word) sum += kernels::Philox::uniform(word);
        values.push_back(static_cast<float>(1.7320508 * sum));
      }
    }
  }
  float* row(std::int64_t number) { return values.data() + number * width; }
  kernels::VectorRows rows() const { return {values.data(), count, width}; }
};

}  // namespace tidemill::tests
