#pragma once

#include <memory>

#include "drivers/learn/model.hpp"
#include "drivers/linear/encoding.hpp"
#include "drivers/linear/fit.hpp"

namespace tidemill::drivers {

/// Ridge, lasso or elastic net on standardised features: squared loss, logistic (several classes: one against the rest,
/// scaled to sum to 1), Poisson and Tweedie with a log link.
class LinearModel : public Model {
 public:
  /// Collective. Throws ConfigError for a task it does not have (quantile).
  static std::unique_ptr<LinearModel> train(io::Comm const& comm, LearningData const& data, LinearParams const& params);
  static std::unique_ptr<LinearModel> load(io::Hdf5File& file);

  void save(io::Hdf5File& file) const override;
  std::vector<double> predict(io::Comm const& comm, io::Table const& rows) const override;

  /// Names of the design's columns and, per class, one coefficient for each (of the standardised column).
  std::vector<std::string> const& coefficient_names() const { return encoding_.names(); }
  std::vector<std::vector<double>> const& coefficients() const { return coefficients_; }

 private:
  LinearEncoding encoding_;
  LinearFamily family_ = LinearFamily::gaussian;
  std::vector<std::vector<double>> coefficients_;
};

}  // namespace tidemill::drivers
