#pragma once

#include <cstdint>

namespace tidemill::drivers {

/// Random numbers that are a function of (seed, id, purpose) and of how many were drawn before from this object, so
/// the rank that asks does not matter. Make one where it is needed; never share one over ids.
class Draws {
 public:
  Draws(std::uint64_t seed, std::uint64_t id, std::uint32_t purpose) : seed_(seed), id_(id), purpose_(purpose) {}

  double uniform();                         ///< in [0, 1)
  std::int64_t below(std::int64_t limit);   ///< one of 0 .. limit - 1
  bool chance(double probability);          ///< true with this probability
  double between(double low, double high);  ///< uniform in [low, high)
  double normal();                          ///< mean 0, standard deviation 1
  double gamma(double shape);               ///< scale 1; Marsaglia & Tsang 2000, shape >= 1
  std::int64_t poisson(double mean);        ///< by inversion, in pieces of mean at most 32
  /// Mean `mean`, variance mean + mean^2 / size: Poisson with a gamma rate, size >= 1.
  std::int64_t negative_binomial(double mean, double size);

 private:
  std::uint64_t seed_;
  std::uint64_t id_;
  std::uint32_t purpose_;
  std::uint32_t step_ = 0;
};

}  // namespace tidemill::drivers
