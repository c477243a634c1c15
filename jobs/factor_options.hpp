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
};

}  // namespace tidemill::jobs
