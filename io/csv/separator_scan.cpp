#include "io/csv/separator_scan.hpp"

#include <cstring>

namespace tidemill::io::csv {
namespace {

/// 64 bytes as eight words: equal bytes by arithmetic on whole words (Hacker's Delight 6-1), which every compiler and
/// processor does well.
class WordBlock {
 public:
  WordBlock(char const* text, std::size_t size) { std::memcpy(words_, text, size); }
  std::uint64_t equal(char c) const {
    constexpr std::uint64_t low = 0x7f7f7f7f7f7f7f7fu;
    std::uint64_t const pattern = 0x0101010101010101u * static_cast<unsigned char>(c);
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) {
      std::uint64_t const x = words_[i] ^ pattern;
      std::uint64_t const zero_bytes = ~(((x & low) + low) | x | low) >> 7;  // 1 in each byte that is equal
      bits |= (zero_bytes * 0x0102040810204080u >> 56) << 8 * i;
    }
    return bits;
  }

 private:
  std::uint64_t words_[8] = {};
};

std::uint32_t* emit_bits(std::uint64_t bits, std::uint32_t base, std::uint32_t* out) {
  for (; bits != 0; bits &= bits - 1) *out++ = base + static_cast<std::uint32_t>(std::countr_zero(bits));
  return out;
}

std::uint32_t* emit_nothing(std::uint64_t, std::uint32_t, std::uint32_t* out) { return out; }

}  // namespace

SeparatorScan scan_separators_portable(char const* text, std::size_t size, char delimiter, std::uint32_t* out) {
  return detail::scan_blocks<WordBlock>(text, size, delimiter, true, out, emit_bits);
}

SeparatorScan scan_quotes_portable(char const* text, std::size_t size, char delimiter, bool after_separator) {
  return detail::scan_blocks<WordBlock>(text, size, delimiter, after_separator, nullptr, emit_nothing);
}

bool has_avx512() {
  static bool const has = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                          __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
  return has;
}

ScanSeparators best_separator_scan() { return has_avx512() ? scan_separators_avx512 : scan_separators_portable; }

}  // namespace tidemill::io::csv
