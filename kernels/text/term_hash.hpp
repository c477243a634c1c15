#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace tidemill::kernels {

/// The hash of terms, fixed for good: models and their digests depend on it.
///   start(kind, n)   kind * 2^32 + n, n = number of bytes
///   absorb(h, x)     h = (h xor x) * 0x9E3779B97F4A7C15 mod 2^64, then h = h xor (h >> 32)
///   bytes            absorbed eight at a time, little-endian, the last ones filled up with zeros
///   words in a row   h of the first word; for each next one absorb(h rotated left by 23, hash of that word)
///   pair of words    absorb(smaller hash, larger hash)
///   term             the top `bits` bits of h * 0xD6E8FEB86659FD93 mod 2^64
struct TermHash {
  static constexpr std::uint64_t word = 1, characters = 2;

  static constexpr std::uint64_t start(std::uint64_t kind, std::uint64_t bytes) { return (kind << 32) + bytes; }
  static constexpr std::uint64_t absorb(std::uint64_t h, std::uint64_t x) {
    h = (h ^ x) * 0x9E3779B97F4A7C15;
    return h ^ (h >> 32);
  }
  /// Eight bytes from `at`, the first `count` (1 to 8) of them kept. May read eight bytes whatever the count.
  static std::uint64_t load(char const* at, std::uint64_t count) {
    static_assert(std::endian::native == std::endian::little);
    std::uint64_t chunk;
    std::memcpy(&chunk, at, sizeof(chunk));
    return chunk & (~std::uint64_t{0} >> (64 - 8 * count));
  }
  /// May read up to seven bytes behind the last.
  static std::uint64_t of_bytes(std::uint64_t kind, char const* at, std::uint64_t bytes) {
    std::uint64_t h = start(kind, bytes);
    for (; bytes > 8; bytes -= 8, at += 8) h = absorb(h, load(at, 8));
    return absorb(h, load(at, bytes));
  }
  static constexpr std::uint64_t join(std::uint64_t h, std::uint64_t next_word) {
    return absorb(std::rotl(h, 23), next_word);
  }
  static constexpr std::uint64_t pair(std::uint64_t smaller, std::uint64_t larger) { return absorb(smaller, larger); }
  static constexpr std::uint32_t term(std::uint64_t h, int bits) {
    return static_cast<std::uint32_t>(h * 0xD6E8FEB86659FD93 >> (64 - bits));
  }
};

}  // namespace tidemill::kernels
