#include "drivers/linear/fit.hpp"

#include <algorithm>
#include <cmath>

#include "drivers/partition/block_rows.hpp"
#include "drivers/partition/exact_sum.hpp"
#include "kernels/linear/normal_equations.hpp"
#include "kernels/linear/quadratic.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::int64_t block_rows = 4096;

int exponent_above(double value) { return value > 0 ? std::ilogb(value) + 1 : 0; }

template <class View>
void to_device(View const& view, std::vector<double> const& values) {
  Kokkos::View<double const*, Kokkos::HostSpace, Kokkos::MemoryUnmanaged> const host(values.data(), values.size());
  Kokkos::View<double*, kernels::DeviceMemory, Kokkos::MemoryUnmanaged> const flat(view.data(), values.size());
  Kokkos::deep_copy(flat, host);
}

/// Rows on the device, whole blocks per rank.
class Rows {
 public:
  Rows(io::Comm const& comm, LinearProblem const& problem)
      : comm_(comm),
        width_(problem.width),
        range_(block_share(problem.range.total, block_rows, comm.rank(), comm.size())),
        x_("linear::design", static_cast<std::size_t>(range_.count), static_cast<std::size_t>(width_)),
        weight_("linear::weight", x_.extent(0)),
        response_("linear::response", x_.extent(0)),
        coefficient_("linear::coefficient", x_.extent(1)) {
    std::vector<double> const design = move_values(comm, problem.range, range_, problem.design, width_);
    target_ = move_values(comm, problem.range, range_, problem.target, 1);
    row_weight_ = move_values(comm, problem.range, range_, problem.weight, 1);
    to_device(x_, design);
    size_.assign(static_cast<std::size_t>(width_) + 1, 0.0);
    for (std::size_t i = 0; i < design.size(); ++i) {
      double& size = size_[i % static_cast<std::size_t>(width_)];
      size = std::max(size, std::abs(design[i]));
    }
    comm_.max(std::span<double>(size_.data(), static_cast<std::size_t>(width_)));
  }

  std::vector<double> const& target() const { return target_; }
  std::vector<double> const& row_weight() const { return row_weight_; }

  std::vector<double> scores(std::vector<double> const& coefficient) {
    to_device(coefficient_, coefficient);
    kernels::Exec const exec;
    kernels::linear_scores(exec, x_, coefficient_, response_);
    auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), response_);
    return {host.data(), host.data() + host.extent(0)};
  }

  /// Z'WZ with Z = [design, response], divided by `divisor`; full square, row-major.
  std::vector<double> normal_equations(std::vector<double> const& weight, std::vector<double> const& response,
                                       double divisor) {
    to_device(weight_, weight);
    to_device(response_, response);
    double largest[2] = {0, 0};
    for (double const w : weight) largest[0] = std::max(largest[0], w);
    for (double const z : response) largest[1] = std::max(largest[1], std::abs(z));
    comm_.max(std::span<double>(largest));
    size_.back() = largest[1];

    auto const n = static_cast<std::size_t>(width_) + 1;
    // Fixed point: no sum of all rows can reach 2^62, and every partial sum is rounded once.
    int const common = 61 - exponent_above(largest[0]) - exponent_above(static_cast<double>(range_.total));
    auto const shift = [&](std::size_t i, std::size_t j) {
      return common - exponent_above(size_[i]) - exponent_above(size_[j]);
    };
    std::vector<std::int64_t> sums(n * n, 0);
    add_blocks(sums, shift);
    comm_.sum(std::span<std::int64_t>(sums));
    std::vector<double> result(n * n);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        double const value = std::ldexp(static_cast<double>(sums[i * n + j]), -shift(i, j)) / divisor;
        result[i * n + j] = result[j * n + i] = value;
      }
    }
    return result;
  }

 private:
  template <class Shift>
  void add_blocks(std::vector<std::int64_t>& sums, Shift shift) {
    std::int64_t const blocks = (range_.count + block_rows - 1) / block_rows;
    std::size_t const n = size_.size();
    auto const at_once = std::clamp<std::int64_t>((std::int64_t{1} << 22) / static_cast<std::int64_t>(n * n), 1, 256);
    for (std::int64_t first = 0; first < blocks; first += at_once) {
      auto const count = static_cast<std::size_t>(std::min(at_once, blocks - first));
      kernels::BlockMatrices const partial("linear::partial_sums", count, n, n);
      kernels::Exec const exec;
      kernels::block_normal_equations(exec, x_, weight_, response_, block_rows, first, partial);
      auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), partial);
      for (std::size_t b = 0; b < count; ++b) {
        for (std::size_t i = 0; i < n; ++i) {
          for (std::size_t j = 0; j <= i; ++j) sums[i * n + j] += std::llround(std::ldexp(host(b, i, j), shift(i, j)));
        }
      }
    }
  }

  io::Comm comm_;
  std::int64_t width_;
  io::RowRange range_;
  kernels::RowMatrix x_;
  kernels::Array<double> weight_, response_, coefficient_;
  std::vector<double> target_, row_weight_;
  std::vector<double> size_;  ///< largest absolute value per column of Z
};

/// Gradient and curvature of the loss at a score, as a weighted square: curvature (response - score)^2 / 2.
struct WorkingPoint {
  double weight;
  double response;
};
WorkingPoint working_point(LinearFamily family, double power, double score, double target) {
  // Far out the curvature vanishes; a floor keeps the step finite, and the penalty decides there.
  constexpr double floor = 1e-10;
  double const mean = linear_mean(family, score);
  double curvature = 1, gradient = mean - target;
  if (family == LinearFamily::logistic) curvature = std::max(mean * (1 - mean), floor);
  if (family == LinearFamily::log_link) {
    double const scale = std::pow(mean, 1 - power);  // 1 for Poisson
    gradient *= scale;
    curvature = std::max(mean * scale, floor);
  }
  return {curvature, score - gradient / curvature};
}

double loss_at(LinearFamily family, double power, double score, double target) {
  if (family == LinearFamily::logistic)
    return std::max(score, 0.0) - target * score + std::log1p(std::exp(-std::abs(score)));
  double const mean = linear_mean(family, score);
  if (power == 1) return mean - target * score;
  return std::pow(mean, 2 - power) / (2 - power) - target * std::pow(mean, 1 - power) / (1 - power);
}

double penalty(std::vector<double> const& b, LinearParams const& params) {
  double sum = 0;
  for (std::size_t j = 1; j < b.size(); ++j) sum += params.ridge / 2 * b[j] * b[j] + params.lasso * std::abs(b[j]);
  return sum;
}

class Newton {
 public:
  Newton(io::Comm const& comm, Rows& rows, LinearFamily family, double power, LinearParams const& params)
      : comm_(comm), rows_(rows), family_(family), power_(power), params_(params) {
    ExactSum weights, sum;
    for (std::size_t i = 0; i < rows.target().size(); ++i) {
      weights.add(rows.row_weight()[i]);
      sum.add(rows.row_weight()[i] * rows.target()[i]);
    }
    auto const totals = ExactSum::totals(comm, {weights, sum});
    total_weight_ = totals[0];
    mean_ = totals[1] / totals[0];
  }

  std::vector<double> run(std::size_t width) {
    std::vector<double> b(width, 0.0);
    b[0] = start();
    if (family_ == LinearFamily::gaussian) return step_from(b);
    double objective = objective_at(b);
    for (int iteration = 0; iteration < params_.max_iterations; ++iteration) {
      std::vector<double> const target = step_from(b);
      double share = 1;
      std::vector<double> next;
      double found = objective;
      for (int halving = 0; halving < 20; ++halving, share /= 2) {
        next = b;
        for (std::size_t j = 0; j < width; ++j) next[j] += share * (target[j] - b[j]);
        found = objective_at(next);
        if (found <= objective) break;
      }
      if (!(found < objective)) break;
      bool const is_done = objective - found <= 1e-12 * (std::abs(objective) + 1e-12);
      b = next;
      objective = found;
      if (is_done) break;
    }
    return b;
  }

 private:
  /// The best constant score.
  double start() const {
    if (family_ == LinearFamily::gaussian) return 0;
    double const mean = std::max(mean_, 1e-12);
    return family_ == LinearFamily::logistic ? std::log(mean / std::max(1 - mean, 1e-12)) : std::log(mean);
  }

  std::vector<double> step_from(std::vector<double> const& b) {
    std::vector<double> const score = rows_.scores(b);
    std::vector<double> weight(score.size()), response(score.size());
    for (std::size_t i = 0; i < score.size(); ++i) {
      WorkingPoint const point = working_point(family_, power_, score[i], rows_.target()[i]);
      weight[i] = rows_.row_weight()[i] * point.weight;
      response[i] = point.response;
    }
    std::vector<double> const z = rows_.normal_equations(weight, response, total_weight_);
    std::size_t const n = b.size();
    std::vector<double> a(n * n), c(n);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) a[i * n + j] = z[i * (n + 1) + j];
      c[i] = z[i * (n + 1) + n];
    }
    return kernels::minimise({a, c, params_.ridge, params_.lasso}, b);
  }

  double objective_at(std::vector<double> const& b) {
    std::vector<double> const score = rows_.scores(b);
    ExactSum loss;
    for (std::size_t i = 0; i < score.size(); ++i) {
      loss.add(rows_.row_weight()[i] * loss_at(family_, power_, score[i], rows_.target()[i]));
    }
    return loss.total(comm_) / total_weight_ + penalty(b, params_);
  }

  io::Comm const& comm_;
  Rows& rows_;
  LinearFamily family_;
  double power_;
  LinearParams const& params_;
  double total_weight_ = 0;
  double mean_ = 0;
};

}  // namespace

double linear_mean(LinearFamily family, double score) {
  switch (family) {
    case LinearFamily::gaussian:
      return score;
    case LinearFamily::logistic:
      return 1 / (1 + std::exp(-score));
    case LinearFamily::log_link:
      return std::exp(std::min(score, 80.0));
  }
  return score;
}

std::vector<double> fit_linear(io::Comm const& comm, LinearProblem const& problem, LinearFamily family, double power,
                               LinearParams const& params) {
  Rows rows(comm, problem);
  return Newton(comm, rows, family, power, params).run(static_cast<std::size_t>(problem.width));
}

}  // namespace tidemill::drivers
