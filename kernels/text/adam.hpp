#pragma once

#include <cstdint>

namespace tidemill::kernels {

/// Adam (Kingma & Ba 2015): first = .9 first + .1 g, second = .999 second + .001 g^2,
/// value -= rate * first_scale * first / (sqrt(second * second_scale) + 1e-8).
struct AdamStep {
  float rate = 0;
  float first_scale = 1;   ///< 1 / (1 - .9^t) for step t from 1
  float second_scale = 1;  ///< 1 / (1 - .999^t)
};
AdamStep adam_step(double rate, std::int64_t t);

/// One step for `count` numbers one after another. Host code; each number for itself.
void step_adam(AdamStep const& step, std::int64_t count, float const* gradient, float* value, float* first,
               float* second);

}  // namespace tidemill::kernels
