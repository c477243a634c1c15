#pragma once

#include <Kokkos_Core.hpp>
#include <cstdint>

namespace tidemill::kernels {

/// e^x from multiplications and additions alone, so that a vector loop, its tail and a GPU give the same bits (a
/// library's exp does not promise that). Within 2 ulp; x is clamped to [-700, 700].
KOKKOS_INLINE_FUNCTION double exponential(double x) {
  constexpr double to_integer = 6755399441055744.0;  // 1.5 * 2^52: adding it leaves the rounded value in the low bits
  // Clamping the magnitude as an integer is a minimum without a branch; branches would keep loops out of vectors.
  union {
    double real;
    std::int64_t bits;
  } clamped{x};
  constexpr std::int64_t largest = 0x4085E00000000000;  // 700.0
  std::int64_t const magnitude = clamped.bits & INT64_MAX;
  clamped.bits = (magnitude < largest ? magnitude : largest) | (clamped.bits & INT64_MIN);
  x = clamped.real;
  double const shifted = x * 1.4426950408889634 + to_integer;
  double const k = shifted - to_integer;
  double const r = (x - k * 0.693147180369123816490) - k * 1.90821492927058770002e-10;
  double p = 1.0 / 479001600.0;  // Taylor series in Horner form: |r| <= ln(2) / 2
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  union {
    double real;
    std::uint64_t bits;
  } integer{shifted}, scale;
  scale.bits = (integer.bits + 1023) << 52;  // 2^k: the low bits of `shifted` are k
  return p * scale.real;
}

}  // namespace tidemill::kernels
