#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/device.hpp"
#include "kernels/trees/ensemble.hpp"

namespace tidemill::kernels {

/// Bins of numeric values: 0 for NaN, otherwise 1 + the number of bounds below the value. `out` has values.extent(0)
/// elements from `first` on.
void bin_numbers(Exec const& exec, Array<float const> const& values, FeatureBins const& bins,
                 Array<std::uint8_t> const& out, std::int64_t first);
/// Bins of category codes; codes that no bin holds, negative ones included, are missing.
void bin_codes(Exec const& exec, Array<std::int32_t const> const& codes, FeatureBins const& bins,
               Array<std::uint8_t> const& out, std::int64_t first);

namespace host {
/// bounds: 256 ascending values, +infinity after the last.
void bin_numbers_avx512(float const* values, std::int64_t count, float const* bounds, std::uint8_t* out);
}  // namespace host

/// Host memory. Counts of values by the leading bits of their order-preserving 32-bit keys, NaN left out. Refining in
/// three steps (16, 8 and 8 bits) finds exact order statistics without sorting, and integer counts of several ranks
/// just add up.
std::uint32_t key_of(float value);
float value_of_key(std::uint32_t key);
/// counts[key >> 16], 65536 of them.
void count_keys(std::span<float const> values, std::span<std::uint32_t> counts);
/// For keys whose 16-bit prefix has slot s >= 0: counts[s * 256 + next 8 bits].
void count_keys(std::span<float const> values, std::span<std::int32_t const> slots, std::span<std::uint32_t> counts);
/// One step deeper: `second` holds the slots of the 24-bit prefixes, by first slot * 256 + 8 bits.
void count_keys(std::span<float const> values, std::span<std::int32_t const> slots,
                std::span<std::int32_t const> second, std::span<std::uint32_t> counts);

/// Values between two keys (inclusive) and how many rows have them; low == high: one value.
struct KeyRange {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  std::int64_t count = 0;
};

/// Bounds of at most `max_bins` bins over ranges in ascending order: each value its own bin if there are few enough;
/// otherwise bins of equal counts, where a value that fills a bin alone gets one and a bound parts negative values from
/// others, as LightGBM does. Bounds lie in the middle between neighbours; the last is +infinity.
std::vector<float> choose_bounds(std::vector<KeyRange> const& ranges, std::int32_t max_bins);

}  // namespace tidemill::kernels
