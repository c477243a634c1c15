#include "kernels/text/adam.hpp"

#include <cmath>

namespace tidemill::kernels {

AdamStep adam_step(double rate, std::int64_t t) {
  auto const steps = static_cast<double>(t);
  return {static_cast<float>(rate), static_cast<float>(1 / (1 - std::pow(0.9, steps))),
          static_cast<float>(1 / (1 - std::pow(0.999, steps)))};
}

void step_adam(AdamStep const& step, std::int64_t count, float const* gradient, float* value, float* first,
               float* second) {
  float const rate = step.rate * step.first_scale, scale = step.second_scale;
  for (std::int64_t i = 0; i < count; ++i) {
    float const g = gradient[i];
    float const m = 0.9F * first[i] + 0.1F * g;
    float const v = 0.999F * second[i] + 0.001F * (g * g);
    first[i] = m;
    second[i] = v;
    value[i] -= rate * m / (std::sqrt(v * scale) + 1e-8F);
  }
}

}  // namespace tidemill::kernels
