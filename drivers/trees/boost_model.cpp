#include "drivers/trees/boost_model.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "drivers/trees/explain.hpp"
#include "drivers/trees/predict.hpp"
#include "drivers/trees/train_boost.hpp"

namespace tidemill::drivers {
namespace {

Objective objective_for(Task task) {
  switch (task) {
    case Task::binary:
      return Objective::logistic;
    case Task::multiclass:
      return Objective::softmax;
    case Task::poisson:
      return Objective::poisson;
    case Task::tweedie:
      return Objective::tweedie;
    case Task::quantile:
      return Objective::quantile;
    case Task::regression:
      break;
  }
  return Objective::squared;
}

TreeModel train_one(io::Comm const& comm, TreeDataset const& train, TreeDataset const* validation,
                    TreeParams const& params, CheckpointPlace const& place, std::string const& part,
                    io::Progress& progress) {
  io::CheckpointStore store = place.store(comm, part);
  return train_boost(comm, kernels::Exec(), train, validation, params, store, progress);
}

}  // namespace

TreeDataset tree_dataset(LearningData const& data) {
  TreeDataset result;
  result.range = data.features.range;
  result.target = data.target;
  result.weight = data.weight;
  result.class_labels = data.classes;
  for (io::Column const& column : data.features.columns) {
    TreeFeature feature;
    feature.name = column.name;
    feature.is_categorical = column.is_text();
    if (column.is_text()) {
      feature.codes = column.codes;
      feature.categories = column.dictionary;
    } else {
      feature.values.reserve(static_cast<std::size_t>(column.size()));
      for (std::int64_t row = 0; row < column.size(); ++row) {
        feature.values.push_back(static_cast<float>(column.number(row)));
      }
    }
    result.features.push_back(std::move(feature));
  }
  return result;
}

std::unique_ptr<BoostModel> BoostModel::train(io::Comm const& comm, LearningData const& data,
                                              LearningData const* validation, TreeParams params,
                                              std::vector<double> const& quantiles, CheckpointPlace const& checkpoints,
                                              io::Progress& progress) {
  auto model = std::make_unique<BoostModel>();
  params.objective = objective_for(data.task);
  params.classes = data.task == Task::multiclass ? static_cast<std::int32_t>(data.classes.size()) : 1;
  TreeDataset const train = tree_dataset(data);
  TreeDataset const held_out = validation != nullptr ? tree_dataset(*validation) : TreeDataset();
  TreeDataset const* const judge = validation != nullptr ? &held_out : nullptr;
  if (data.task != Task::quantile) {
    model->members_.push_back(train_one(comm, train, judge, params, checkpoints, "trees", progress));
  }
  for (std::size_t q = 0; data.task == Task::quantile && q < quantiles.size(); ++q) {
    params.quantile = quantiles[q];
    std::string const part = fmt::format("quantile_{}", quantiles[q]);
    model->members_.push_back(train_one(comm, train, judge, params, checkpoints, part, progress));
  }
  for (TreeModel& member : model->members_) member.target = data.target_name;
  return model;
}

std::vector<double> BoostModel::predict(io::Comm const&, io::Table const& rows) const {
  if (members_.size() == 1) return drivers::predict(kernels::Exec(), members_[0], rows).value;
  std::size_t const outputs = members_.size(), count = static_cast<std::size_t>(rows.rows());
  std::vector<double> result(count * outputs);
  for (std::size_t k = 0; k < outputs; ++k) {
    std::vector<double> const values = drivers::predict(kernels::Exec(), members_[k], rows).value;
    for (std::size_t row = 0; row < count; ++row) result[row * outputs + k] = values[row];
  }
  for (auto row = result.begin(); row != result.end(); row += static_cast<std::ptrdiff_t>(outputs)) {
    std::sort(row, row + static_cast<std::ptrdiff_t>(outputs));
  }
  return result;
}

std::vector<double> BoostModel::contributions(io::Table const& rows) const {
  if (members_.size() == 1) {
    return explain(kernels::Exec(), members_[0], members_[0].ensemble.value, 1, rows).contribution;
  }
  std::size_t const width = members_[0].feature_names.size() + 1, outputs = members_.size();
  std::vector<double> all(static_cast<std::size_t>(rows.rows()) * outputs * width);
  for (std::size_t k = 0; k < outputs; ++k) {
    std::vector<double> const one =
        explain(kernels::Exec(), members_[k], members_[k].ensemble.value, 1, rows).contribution;
    for (std::size_t at = 0; at < one.size(); ++at) all[(at / width * outputs + k) * width + at % width] = one[at];
  }
  return all;
}

Model::Importance BoostModel::importance() const {
  Importance sum;
  for (TreeModel const& member : members_) {
    FeatureImportance const one = importance_of(member);
    sum.gain.resize(one.gain.size());
    sum.splits.resize(one.splits.size());
    for (std::size_t f = 0; f < one.gain.size(); ++f) {
      sum.gain[f] += one.gain[f];
      sum.splits[f] += one.splits[f];
    }
  }
  return sum;
}

void BoostModel::save(io::Hdf5File& file) const {
  file.create_group("boost");
  file.set_attribute("boost", "members", static_cast<std::int64_t>(members_.size()));
  for (std::size_t k = 0; k < members_.size(); ++k) save_model(file, members_[k], fmt::format("boost/{}", k));
}

std::unique_ptr<BoostModel> BoostModel::load(io::Hdf5File& file) {
  auto model = std::make_unique<BoostModel>();
  std::int64_t const members = file.integer_attribute("boost", "members");
  for (std::int64_t k = 0; k < members; ++k) model->members_.push_back(load_model(file, fmt::format("boost/{}", k)));
  return model;
}

}  // namespace tidemill::drivers
