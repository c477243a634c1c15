#pragma once

#include <memory>

#include "drivers/learn/model.hpp"

namespace tidemill::drivers {

/// The best constant: mean (regression, poisson, tweedie), class shares, or quantiles of the training target. What any
/// other model must beat.
class BaselineModel : public Model {
 public:
  static std::unique_ptr<BaselineModel> train(io::Comm const& comm, LearningData const& data,
                                              std::vector<double> const& quantiles);
  static std::unique_ptr<BaselineModel> load(io::Hdf5File& file);
  void save(io::Hdf5File& file) const override;
  std::vector<double> predict(io::Comm const& comm, io::Table const& rows) const override;
  std::vector<double> const& values() const { return values_; }

 private:
  std::vector<double> values_;
};

}  // namespace tidemill::drivers
