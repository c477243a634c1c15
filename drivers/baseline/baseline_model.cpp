#include "drivers/baseline/baseline_model.hpp"

#include <algorithm>
#include <numeric>

#include "drivers/partition/exact_sum.hpp"

namespace tidemill::drivers {
namespace {

double weight_of(LearningData const& data, std::size_t row) { return data.weight.empty() ? 1.0 : data.weight[row]; }

/// Weighted mean of `value(target)`.
template <class Value>
double mean_of(io::Comm const& comm, LearningData const& data, Value value) {
  ExactSum weights, sum;
  for (std::size_t row = 0; row < data.target.size(); ++row) {
    weights.add(weight_of(data, row));
    sum.add(weight_of(data, row) * value(data.target[row]));
  }
  auto const totals = ExactSum::totals(comm, {weights, sum});
  return totals[1] / totals[0];
}

/// The smallest target value that at least the share tau of the weight does not exceed.
double quantile_of(io::Comm const& comm, LearningData const& data, double tau) {
  std::vector<double> const targets = comm.gather_all(std::span<double const>(data.target));
  std::vector<double> weights(data.target.size());
  for (std::size_t row = 0; row < weights.size(); ++row) weights[row] = weight_of(data, row);
  weights = comm.gather_all(std::span<double const>(weights));
  std::vector<std::size_t> order(targets.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return targets[a] != targets[b] ? targets[a] < targets[b] : a < b; });
  ExactSum total;
  for (double const weight : weights) total.add(weight);
  double const wanted = tau * total.value();
  double reached = 0;
  for (std::size_t const row : order) {
    reached += weights[row];
    if (reached >= wanted) return targets[row];
  }
  return targets[order.back()];
}

}  // namespace

std::unique_ptr<BaselineModel> BaselineModel::train(io::Comm const& comm, LearningData const& data,
                                                    std::vector<double> const& quantiles) {
  auto model = std::make_unique<BaselineModel>();
  if (data.task == Task::quantile) {
    for (double const tau : quantiles) model->values_.push_back(quantile_of(comm, data, tau));
  } else if (data.task == Task::multiclass) {
    for (std::size_t c = 0; c < data.classes.size(); ++c) {
      model->values_.push_back(mean_of(comm, data, [&](double y) { return y == static_cast<double>(c) ? 1.0 : 0.0; }));
    }
  } else {
    model->values_.push_back(mean_of(comm, data, [](double y) { return y; }));
  }
  return model;
}

std::vector<double> BaselineModel::predict(io::Comm const&, io::Table const& rows) const {
  std::vector<double> result;
  for (std::int64_t row = 0; row < rows.rows(); ++row) result.insert(result.end(), values_.begin(), values_.end());
  return result;
}

void BaselineModel::save(io::Hdf5File& file) const {
  file.create_group("baseline");
  file.write_all("baseline/values", values_);
}

std::unique_ptr<BaselineModel> BaselineModel::load(io::Hdf5File& file) {
  auto model = std::make_unique<BaselineModel>();
  model->values_ = file.read_all<double>("baseline/values");
  return model;
}

}  // namespace tidemill::drivers
