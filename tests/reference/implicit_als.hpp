#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace tidemill::tests::reference {

/// Implicit ALS as the papers write it: dense, double precision, every pair visited, no Gram matrix shared by rows.
/// Rows solve sum_j c_j (t_j - x.y_j)^2 + ridge |x|^2 over all j: observed pairs and the others alike.
struct DenseAls {
  using Matrix = std::vector<std::vector<double>>;

  Matrix confidence;  ///< users x items: weight of (s - target)^2
  Matrix target;      ///< users x items
  Matrix unobserved;  ///< users x items: weight of s^2
  std::vector<double> user_ridge, item_ridge;
  Matrix x, y;

  /// Rendle et al. 2021: observed pairs w (s - 1)^2, all pairs a0 s^2, ridge lambda (sum of w + a0 others)^v.
  /// w = (users of the item / mean over items)^-discount; 1 without.
  static DenseAls revisited(std::vector<std::vector<int>> const& items_of, std::size_t items, double a0, double lambda,
                            double v, double discount = 0) {
    DenseAls als = empty(items_of.size(), items, a0);
    std::vector<double> users(items), pairs(items);
    double all = 0;
    for (auto const& row : items_of) {
      for (int const i : row) ++users[static_cast<std::size_t>(i)], ++all;
    }
    for (std::size_t u = 0; u < items_of.size(); ++u) {
      double own = 0;
      for (int const item : items_of[u]) {
        auto const i = static_cast<std::size_t>(item);
        double const weight = std::pow(users[i] * static_cast<double>(items) / all, -discount);
        als.confidence[u][i] = weight;
        als.target[u][i] = 1;
        own += weight;
        pairs[i] += weight;
      }
      als.user_ridge.push_back(lambda * std::pow(own + a0 * double(items), v));
    }
    for (double const n : pairs) als.item_ridge.push_back(lambda * std::pow(n + a0 * double(items_of.size()), v));
    return als;
  }

  /// Hu, Koren & Volinsky 2008: all pairs c (p - s)^2 with c = 1 + alpha r, ridge lambda.
  static DenseAls confident(std::vector<std::vector<int>> const& items_of,
                            std::vector<std::vector<double>> const& ratings, std::size_t items, double alpha,
                            double lambda) {
    DenseAls als = empty(items_of.size(), items, 1);
    als.user_ridge.assign(items_of.size(), lambda);
    als.item_ridge.assign(items, lambda);
    for (std::size_t u = 0; u < items_of.size(); ++u) {
      for (std::size_t k = 0; k < items_of[u].size(); ++k) {
        auto const i = static_cast<std::size_t>(items_of[u][k]);
        als.confidence[u][i] = 1 + alpha * ratings[u][k];
        als.target[u][i] = 1;
        als.unobserved[u][i] = 0;
      }
    }
    return als;
  }

  double score(std::size_t u, std::size_t i) const { return dot(x[u], y[i]); }

  double loss() const {
    double sum = 0;
    for (std::size_t u = 0; u < x.size(); ++u) {
      for (std::size_t i = 0; i < y.size(); ++i) {
        double const s = score(u, i);
        sum += confidence[u][i] * (target[u][i] - s) * (target[u][i] - s) + unobserved[u][i] * s * s;
      }
      sum += user_ridge[u] * dot(x[u], x[u]);
    }
    for (std::size_t i = 0; i < y.size(); ++i) sum += item_ridge[i] * dot(y[i], y[i]);
    return sum;
  }

  void solve_users() {
    for (std::size_t u = 0; u < x.size(); ++u) {
      x[u] = solve(
          y, user_ridge[u], [&](std::size_t i) { return confidence[u][i]; },
          [&](std::size_t i) { return unobserved[u][i]; }, [&](std::size_t i) { return target[u][i]; });
    }
  }
  void solve_items() {
    for (std::size_t i = 0; i < y.size(); ++i) {
      y[i] = solve(
          x, item_ridge[i], [&](std::size_t u) { return confidence[u][i]; },
          [&](std::size_t u) { return unobserved[u][i]; }, [&](std::size_t u) { return target[u][i]; });
    }
  }

  static double dot(std::vector<double> const& a, std::vector<double> const& b) {
    double sum = 0;
    for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
    return sum;
  }

 private:
  static DenseAls empty(std::size_t users, std::size_t items, double a0) {
    DenseAls als;
    als.confidence.assign(users, std::vector<double>(items));
    als.target = als.confidence;
    als.unobserved.assign(users, std::vector<double>(items, a0));
    return als;
  }

  template <class Confidence, class Unobserved, class Target>
  static std::vector<double> solve(Matrix const& fixed, double ridge, Confidence const& c, Unobserved const& w,
                                   Target const& t) {
    std::size_t const d = fixed[0].size();
    Matrix a(d, std::vector<double>(d + 1));
    for (std::size_t k = 0; k < d; ++k) a[k][k] = ridge;
    for (std::size_t j = 0; j < fixed.size(); ++j) {
      for (std::size_t k = 0; k < d; ++k) {
        for (std::size_t l = 0; l < d; ++l) a[k][l] += (c(j) + w(j)) * fixed[j][k] * fixed[j][l];
        a[k][d] += c(j) * t(j) * fixed[j][k];
      }
    }
    // Gauss-Jordan; the matrix is positive definite.
    for (std::size_t k = 0; k < d; ++k) {
      for (std::size_t r = 0; r < d; ++r) {
        if (r == k) continue;
        double const factor = a[r][k] / a[k][k];
        for (std::size_t l = k; l <= d; ++l) a[r][l] -= factor * a[k][l];
      }
    }
    std::vector<double> solution;
    for (std::size_t k = 0; k < d; ++k) solution.push_back(a[k][d] / a[k][k]);
    return solution;
  }
};

}  // namespace tidemill::tests::reference
