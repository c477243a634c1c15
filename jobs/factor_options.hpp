#pragma once

#include <string>

#include "drivers/factors/params.hpp"

namespace tidemill::jobs {

/// Options of implicit ALS as they are typed.
struct FactorOptions {
  drivers::FactorParams params;
  std::string solver = "exact";
  std::string loss = "revisited";
  std::string warm_start;  ///< a model file to begin with
  int warm_sweeps = 4;     ///< of a night that begins at the factors in use; 0: it begins from scratch
};

}  // namespace tidemill::jobs
