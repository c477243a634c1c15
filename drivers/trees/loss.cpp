#include "drivers/trees/loss.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drivers/trees/exact_sum.hpp"
#include "drivers/trees/leaf_quantiles.hpp"
#include "io/error.hpp"
#include "kernels/trees/exponential.hpp"

namespace tidemill::drivers {

kernels::Loss training_loss(TreeParams const& params) {
  kernels::Loss loss{params.objective, 0, params.outputs(), false};
  if (params.objective == Objective::tweedie) loss.parameter = params.tweedie_power;
  if (params.objective == Objective::quantile) loss.parameter = params.quantile;
  if (params.forest && params.objective != Objective::quantile) {
    loss.is_one_hot = params.objective == Objective::softmax;
    loss.objective = Objective::squared;
  }
  return loss;
}

void check_targets(io::Comm const& comm, TreeDataset const& data, TreeParams const& params) {
  auto const is_bad = [&](double y) {
    switch (params.objective) {
      case Objective::poisson:
      case Objective::tweedie:
        return y < 0;
      case Objective::logistic:
        return y != 0 && y != 1;
      case Objective::softmax:
        return y < 0 || y >= params.classes || y != std::floor(y);
      default:
        return !std::isfinite(y);
    }
  };
  std::int64_t first = data.range.total;
  for (std::int64_t row = 0; row < data.rows() && first == data.range.total; ++row) {
    if (is_bad(data.target[static_cast<std::size_t>(row)])) first = data.range.first + row;
  }
  first = comm.min(first);
  if (first == data.range.total) return;
  char const* const expected = params.objective == Objective::logistic  ? "0 or 1"
                               : params.objective == Objective::softmax ? "a class number"
                               : params.objective == Objective::squared || params.objective == Objective::quantile
                                   ? "finite"
                                   : "0 or more";
  throw DataError(fmt::format("row {} (from 0): the target must be {} for the {} objective", first, expected,
                              name_of(params.objective)));
}

namespace {

/// Weighted share of rows for which `value` says 1, or weighted mean of what it says.
template <class Value>
double weighted_mean(io::Comm const& comm, TreeDataset const& data, Value const& value) {
  std::vector<double> products(data.target.size());
  for (std::size_t i = 0; i < products.size(); ++i) {
    products[i] = value(i) * (data.weight.empty() ? 1.0 : data.weight[i]);
  }
  double const weights = data.weight.empty() ? static_cast<double>(data.range.total)
                                             : exact_sum(comm, std::span<double const>(data.weight));
  if (!(weights > 0)) throw DataError("all weights are 0; nothing can be learned");
  return exact_sum(comm, std::span<double const>(products)) / weights;
}

double quantile_of_target(io::Comm const& comm, kernels::Exec const& exec, TreeDataset const& data, double alpha) {
  auto const copy = [](std::vector<double> const& from) {
    kernels::Array<double> to("trees::copy", from.size());
    Kokkos::deep_copy(
        to, Kokkos::View<double const*, Kokkos::HostSpace, Kokkos::MemoryUnmanaged>(from.data(), from.size()));
    return to;
  };
  kernels::Array<double> const zero("trees::zero", data.target.size());
  ResidualQuantiles const quantiles(comm, exec, copy(data.target), zero, copy(data.weight), {});
  return quantiles.find({kernels::NodeRows{{}, 0, data.rows(), true}}, alpha)[0];
}

}  // namespace

std::vector<double> base_scores(io::Comm const& comm, kernels::Exec const& exec, TreeDataset const& data,
                                TreeParams const& params) {
  constexpr double smallest_share = 1e-12;
  auto const target = [&](std::size_t i) { return data.target[i]; };
  switch (params.objective) {
    case Objective::quantile:
      return {quantile_of_target(comm, exec, data, params.quantile)};
    case Objective::softmax: {
      std::vector<double> scores;
      for (std::int32_t k = 0; k < params.classes; ++k) {
        double const share = weighted_mean(comm, data, [&](std::size_t i) { return data.target[i] == k ? 1.0 : 0.0; });
        scores.push_back(params.forest ? share : std::log(std::max(share, smallest_share)));
      }
      return scores;
    }
    default:
      break;
  }
  double const mean = weighted_mean(comm, data, target);
  if (params.forest || params.objective == Objective::squared) return {mean};
  if (params.objective == Objective::logistic) {
    double const share = std::clamp(mean, smallest_share, 1 - smallest_share);
    return {std::log(share / (1 - share))};
  }
  if (!(mean > 0)) {
    throw DataError(
        fmt::format("the target is 0 in every row; the {} objective needs some above 0", name_of(params.objective)));
  }
  return {std::log(mean)};
}

namespace {

double row_loss(TreeParams const& params, double y, std::span<double const> raw) {
  double const s = raw[0];
  auto const capped_log = [](double p) { return std::log(std::max(p, 1e-15)); };
  if (params.forest && params.objective != Objective::quantile) {
    double sum = 0;
    for (std::size_t k = 0; k < raw.size(); ++k) {
      double const wanted = raw.size() > 1 ? (y == static_cast<double>(k) ? 1.0 : 0.0) : y;
      sum += (raw[k] - wanted) * (raw[k] - wanted);
    }
    return sum;
  }
  switch (params.objective) {
    case Objective::squared:
      return (s - y) * (s - y);
    case Objective::poisson:
      return kernels::exponential(s) - y * s;
    case Objective::tweedie: {
      double const p = params.tweedie_power;
      return kernels::exponential((2 - p) * s) / (2 - p) - y * kernels::exponential((1 - p) * s) / (1 - p);
    }
    case Objective::quantile:
      return y >= s ? params.quantile * (y - s) : (1 - params.quantile) * (s - y);
    case Objective::logistic: {
      double const z = y > 0.5 ? -s : s;  // log(1 + e^z) without overflow
      return z > 0 ? z + std::log1p(kernels::exponential(-z)) : std::log1p(kernels::exponential(z));
    }
    case Objective::softmax:
      break;
  }
  std::vector<double> probabilities(raw.begin(), raw.end());
  transform_row(params, probabilities);
  return -capped_log(probabilities[static_cast<std::size_t>(y)]);
}

}  // namespace

double mean_loss(io::Comm const& comm, TreeDataset const& data, TreeParams const& params,
                 std::span<double const> scores) {
  auto const outputs = static_cast<std::size_t>(params.outputs());
  std::size_t const rows = data.target.size();
  std::vector<double> raw(outputs);
  return weighted_mean(comm, data, [&](std::size_t i) {
    for (std::size_t k = 0; k < outputs; ++k) raw[k] = scores[k * rows + i];
    return row_loss(params, data.target[i], raw);
  });
}

void transform_row(TreeParams const& params, std::span<double> scores) {
  double sum = 0;
  switch (params.objective) {
    case Objective::squared:
    case Objective::quantile:
      return;
    case Objective::poisson:
    case Objective::tweedie:
      if (!params.forest) scores[0] = kernels::exponential(scores[0]);
      return;
    case Objective::logistic:
      scores[0] = params.forest ? std::clamp(scores[0], 0.0, 1.0) : 1.0 / (1.0 + kernels::exponential(-scores[0]));
      return;
    case Objective::softmax:
      break;
  }
  double const largest = *std::max_element(scores.begin(), scores.end());
  for (double& score : scores) {
    score = params.forest ? std::max(score, 0.0) : kernels::exponential(score - largest);
    sum += score;
  }
  for (double& score : scores) score /= sum > 0 ? sum : 1.0;
}

}  // namespace tidemill::drivers
