#pragma once

#include <cstdint>
#include <vector>

#include "io/comm/comm.hpp"
#include "kernels/trees/histogram.hpp"

namespace tidemill::drivers {

/// Finds exact weighted quantiles of target - score within nodes, over all ranks, by counting eight bits of the ordered
/// values at a time. Works in single precision, as all values of trees do.
class ResidualQuantiles {
 public:
  /// `weight` and `draws` may be empty; see kernels::compute_gradients.
  ResidualQuantiles(io::Comm const& comm, kernels::Exec const& exec, kernels::Array<double> const& target,
                    kernels::Array<double> const& scores, kernels::Array<double> const& weight,
                    kernels::Array<std::uint8_t> const& draws);

  /// Collective. Per node the smallest residual at which the weight of the rows up to it reaches alpha of the whole; 0
  /// for nodes without weight.
  std::vector<double> find(std::vector<kernels::NodeRows> const& nodes, double alpha) const;

 private:
  io::Comm comm_;
  kernels::Exec exec_;
  kernels::Array<std::uint32_t> keys_;
  kernels::Array<std::int64_t> factors_;
};

}  // namespace tidemill::drivers
