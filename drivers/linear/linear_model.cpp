#include "drivers/linear/linear_model.hpp"

#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

LinearFamily family_of(Task task) {
  switch (task) {
    case Task::regression:
      return LinearFamily::gaussian;
    case Task::binary:
    case Task::multiclass:
      return LinearFamily::logistic;
    case Task::poisson:
    case Task::tweedie:
      return LinearFamily::log_link;
    case Task::quantile:
      break;
  }
  throw ConfigError(
      "the linear model has no task quantile; use regression, binary, multiclass, poisson or tweedie, "
      "or --model boost");
}

}  // namespace

std::unique_ptr<LinearModel> LinearModel::train(io::Comm const& comm, LearningData const& data,
                                                LinearParams const& params) {
  auto model = std::make_unique<LinearModel>();
  model->family_ = family_of(data.task);
  model->encoding_ = LinearEncoding(comm, data.features, data.weight);
  LinearProblem problem;
  problem.design = model->encoding_.encode(data.features);
  problem.width = static_cast<std::int64_t>(model->encoding_.width());
  problem.range = data.features.range;
  problem.weight = data.weight;
  problem.weight.resize(data.target.size(), 1.0);
  double const power = data.task == Task::tweedie ? params.tweedie_power : 1;
  if (data.task != Task::multiclass) {
    problem.target = data.target;
    model->coefficients_.push_back(fit_linear(comm, problem, model->family_, power, params));
    return model;
  }
  for (std::size_t c = 0; c < data.classes.size(); ++c) {
    problem.target.clear();
    for (double const y : data.target) problem.target.push_back(y == static_cast<double>(c) ? 1 : 0);
    model->coefficients_.push_back(fit_linear(comm, problem, model->family_, power, params));
  }
  return model;
}

std::vector<double> LinearModel::predict(io::Comm const&, io::Table const& rows) const {
  std::vector<double> const design = encoding_.encode(rows);
  std::size_t const width = encoding_.width(), outputs = coefficients_.size();
  std::vector<double> result(static_cast<std::size_t>(rows.rows()) * outputs);
  for (std::size_t row = 0; row < result.size() / outputs; ++row) {
    double sum = 0;
    for (std::size_t k = 0; k < outputs; ++k) {
      double score = 0;
      for (std::size_t j = 0; j < width; ++j) score += design[row * width + j] * coefficients_[k][j];
      sum += result[row * outputs + k] = linear_mean(family_, score);
    }
    for (std::size_t k = 0; outputs > 1 && k < outputs; ++k) result[row * outputs + k] /= sum;
  }
  return result;
}

void LinearModel::save(io::Hdf5File& file) const {
  encoding_.save(file, "linear/encoding");
  file.set_attribute("linear", "family", static_cast<std::int64_t>(family_));
  file.set_attribute("linear", "outputs", static_cast<std::int64_t>(coefficients_.size()));
  file.write_texts("linear/columns", encoding_.names());
  std::vector<double> all;
  for (auto const& coefficients : coefficients_) all.insert(all.end(), coefficients.begin(), coefficients.end());
  file.write_all("linear/coefficients", all);
  file.set_attribute("linear/coefficients", "description",
                     "one per design column (see columns) for each output in turn, of standardised features");
}

std::unique_ptr<LinearModel> LinearModel::load(io::Hdf5File& file) {
  auto model = std::make_unique<LinearModel>();
  model->encoding_ = LinearEncoding::load(file, "linear/encoding");
  std::int64_t const family = file.integer_attribute("linear", "family");
  auto const all = file.read_all<double>("linear/coefficients");
  std::size_t const width = model->encoding_.width(), outputs = all.size() / width;
  bool const fits = outputs * width == all.size() && outputs > 0 &&
                    file.integer_attribute("linear", "outputs") == static_cast<std::int64_t>(outputs) && family >= 0 &&
                    family <= static_cast<std::int64_t>(LinearFamily::log_link);
  if (!fits) {
    throw DataError(file.path().string() + ": the coefficients do not fit the features; train the model again");
  }
  model->family_ = static_cast<LinearFamily>(family);
  for (std::size_t k = 0; k < outputs; ++k) {
    auto const begin = all.begin() + static_cast<std::ptrdiff_t>(k * width);
    model->coefficients_.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(width));
  }
  return model;
}

}  // namespace tidemill::drivers
