#pragma once

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "tests/support/example_interactions.hpp"

namespace tidemill::tests {

/// Models of item pairs as dense matrices, row-major, straight from their formulas.
using DenseMatrix = std::vector<double>;

/// X'X with user u's pairs counting n_u^-user_exponent.
inline DenseMatrix overlap_of(Histories const& histories, std::size_t items, double user_exponent = 0) {
  DenseMatrix overlap(items * items, 0.0);
  for (auto const& history : histories) {
    for (auto const i : history) {
      for (auto const j : history) {
        overlap[static_cast<std::size_t>(i) * items + static_cast<std::size_t>(j)] +=
            std::pow(static_cast<double>(history.size()), -user_exponent);
      }
    }
  }
  return overlap;
}

/// The `keep` best (similarity, item) of item i.
inline std::vector<std::pair<double, std::size_t>> nearest_of(DenseMatrix const& overlap, std::size_t items,
                                                              std::size_t i, double shrink, std::size_t keep) {
  std::vector<std::pair<double, std::size_t>> found;
  for (std::size_t j = 0; j < items; ++j) {
    double const size = std::sqrt(overlap[i * items + i] * overlap[j * items + j]) + shrink;
    if (j != i && overlap[i * items + j] > 0) found.emplace_back(overlap[i * items + j] / size, j);
  }
  std::sort(found.begin(), found.end(), [](auto const& a, auto const& b) {
    return static_cast<float>(a.first) != static_cast<float>(b.first) ? a.first > b.first : a.second < b.second;
  });
  found.resize(std::min(found.size(), keep));
  return found;
}

/// B of EASE: P = (X'X + diag(added))^-1 by Gauss-Jordan, B_ij = -P_ij / P_jj.
inline DenseMatrix ease_of(DenseMatrix matrix, std::size_t items, std::vector<double> const& added) {
  DenseMatrix inverse(items * items, 0.0);
  for (std::size_t i = 0; i < items; ++i) {
    matrix[i * items + i] += added[i];
    inverse[i * items + i] = 1;
  }
  for (std::size_t k = 0; k < items; ++k) {
    double const pivot = matrix[k * items + k];
    for (std::size_t j = 0; j < items; ++j) {
      matrix[k * items + j] /= pivot;
      inverse[k * items + j] /= pivot;
    }
    for (std::size_t i = 0; i < items; ++i) {
      double const factor = matrix[i * items + k];
      for (std::size_t j = 0; j < items && i != k; ++j) {
        matrix[i * items + j] -= factor * matrix[k * items + j];
        inverse[i * items + j] -= factor * inverse[k * items + j];
      }
    }
  }
  DenseMatrix weights(items * items, 0.0);
  for (std::size_t i = 0; i < items; ++i) {
    for (std::size_t j = 0; j < items; ++j) {
      if (i != j) weights[i * items + j] = -inverse[i * items + j] / inverse[j * items + j];
    }
  }
  return weights;
}

}  // namespace tidemill::tests
