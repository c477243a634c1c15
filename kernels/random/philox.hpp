#pragma once

#include <Kokkos_Core.hpp>
#include <cstdint>

namespace tidemill::kernels {

/// Philox 4x32-10 (Salmon et al. 2011): a random number is a function of (seed, counter), so it does not depend on
/// which rank or thread asks. Key the counter by (global id, step, purpose).
struct Philox {
  struct Block {
    std::uint32_t word[4];
  };

  KOKKOS_INLINE_FUNCTION static Block block(std::uint64_t seed, std::uint64_t id, std::uint32_t step,
                                            std::uint32_t purpose) {
    std::uint32_t c0 = static_cast<std::uint32_t>(id), c1 = static_cast<std::uint32_t>(id >> 32), c2 = step,
                  c3 = purpose;
    std::uint32_t k0 = static_cast<std::uint32_t>(seed), k1 = static_cast<std::uint32_t>(seed >> 32);
    for (int round = 0; round < 10; ++round) {
      std::uint64_t const p0 = std::uint64_t{0xD2511F53u} * c0;
      std::uint64_t const p1 = std::uint64_t{0xCD9E8D57u} * c2;
      std::uint32_t const n0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ k0;
      std::uint32_t const n2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ k1;
      c1 = static_cast<std::uint32_t>(p1);
      c3 = static_cast<std::uint32_t>(p0);
      c0 = n0;
      c2 = n2;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    return {{c0, c1, c2, c3}};
  }

  /// Uniform in [0, 1) with 24 bits.
  KOKKOS_INLINE_FUNCTION static float uniform(std::uint32_t word) {
    return static_cast<float>(word >> 8) * (1.0f / 16777216.0f);
  }
  /// Uniform in [0, 1) with 53 bits.
  KOKKOS_INLINE_FUNCTION static double uniform(std::uint32_t high, std::uint32_t low) {
    std::uint64_t const bits = (static_cast<std::uint64_t>(high) << 32 | low) >> 11;
    return static_cast<double>(bits) * (1.0 / 9007199254740992.0);
  }
};

}  // namespace tidemill::kernels
