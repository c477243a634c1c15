#include "kernels/trees/binning.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "kernels/trees/partition.hpp"

namespace tidemill::kernels {
namespace {

constexpr std::size_t table_size = 256;

template <class T>
Array<T> to_device(std::vector<T> const& values) {
  Array<T> result("trees::table", values.size());
  Kokkos::View<T const*, Kokkos::HostSpace, Kokkos::MemoryUnmanaged> const host(values.data(), values.size());
  Kokkos::deep_copy(result, host);
  return result;
}

}  // namespace

void bin_numbers(Exec const& exec, Array<float const> const& values, FeatureBins const& bins,
                 Array<std::uint8_t> const& out, std::int64_t first) {
  // The last bound is +infinity and never below a value; the table ends in infinities.
  std::vector<float> bounds = bins.upper;
  bounds.resize(table_size, std::numeric_limits<float>::infinity());
  auto const count = static_cast<std::int64_t>(values.extent(0));
  if constexpr (Kokkos::SpaceAccessibility<Kokkos::HostSpace, DeviceMemory>::accessible) {
    if (host::has_avx512()) {
      host::bin_numbers_avx512(values.data(), count, bounds.data(), out.data() + first);
      return;
    }
  }
  Array<float> const table = to_device(bounds);
  Kokkos::parallel_for(
      "trees::bin_numbers", Kokkos::RangePolicy<Exec>(exec, 0, count), KOKKOS_LAMBDA(std::int64_t i) {
        float const value = values(i);
        std::int32_t position = 0;
        for (std::int32_t step = 128; step > 0; step >>= 1) {
          position += table(position + step - 1) < value ? step : 0;
        }
        out(first + i) = static_cast<std::uint8_t>(value == value ? position + 1 : 0);
      });
  exec.fence();
}

void bin_codes(Exec const& exec, Array<std::int32_t const> const& codes, FeatureBins const& bins,
               Array<std::uint8_t> const& out, std::int64_t first) {
  std::int32_t const largest =
      bins.category.empty() ? -1 : *std::max_element(bins.category.begin(), bins.category.end());
  std::vector<std::uint8_t> bin_of(static_cast<std::size_t>(largest + 1), 0);
  for (std::size_t i = 0; i < bins.category.size(); ++i) {
    bin_of[static_cast<std::size_t>(bins.category[i])] = static_cast<std::uint8_t>(i + 1);
  }
  Array<std::uint8_t> const table = to_device(bin_of);
  auto const count = static_cast<std::int64_t>(codes.extent(0));
  Kokkos::parallel_for(
      "trees::bin_codes", Kokkos::RangePolicy<Exec>(exec, 0, count), KOKKOS_LAMBDA(std::int64_t i) {
        std::int32_t const code = codes(i);
        out(first + i) = code >= 0 && code <= largest ? table(code) : std::uint8_t{0};
      });
  exec.fence();
}

std::uint32_t key_of(float value) {
  auto const bits = std::bit_cast<std::uint32_t>(value + 0.0f);  // -0 becomes 0: they are one value
  return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
}

float value_of_key(std::uint32_t key) {
  return std::bit_cast<float>((key & 0x80000000u) != 0 ? key & 0x7fffffffu : ~key);
}

void count_keys(std::span<float const> values, std::span<std::uint32_t> counts) {
  for (float const value : values) {
    if (!std::isnan(value)) ++counts[key_of(value) >> 16];
  }
}

void count_keys(std::span<float const> values, std::span<std::int32_t const> slots, std::span<std::uint32_t> counts) {
  for (float const value : values) {
    if (std::isnan(value)) continue;
    std::uint32_t const key = key_of(value);
    std::int32_t const slot = slots[key >> 16];
    if (slot >= 0) ++counts[static_cast<std::size_t>(slot) * 256 + (key >> 8 & 255)];
  }
}

void count_keys(std::span<float const> values, std::span<std::int32_t const> slots,
                std::span<std::int32_t const> second, std::span<std::uint32_t> counts) {
  for (float const value : values) {
    if (std::isnan(value)) continue;
    std::uint32_t const key = key_of(value);
    std::int32_t const slot = slots[key >> 16];
    if (slot < 0) continue;
    std::int32_t const deeper = second[static_cast<std::size_t>(slot) * 256 + (key >> 8 & 255)];
    if (deeper >= 0) ++counts[static_cast<std::size_t>(deeper) * 256 + (key & 255)];
  }
}

namespace {

/// A bound b with low <= b < high, in the middle where floats allow.
float bound_between(std::uint32_t low_key, std::uint32_t high_key) {
  float const low = value_of_key(low_key);
  float const high = value_of_key(high_key);
  if (std::isinf(low) || std::isinf(high)) return std::isinf(low) ? std::numeric_limits<float>::lowest() : low;
  auto const middle = static_cast<float>((static_cast<double>(low) + static_cast<double>(high)) / 2);
  return middle < high ? middle : low;
}

}  // namespace

std::vector<float> choose_bounds(std::vector<KeyRange> const& ranges, std::int32_t max_bins) {
  std::vector<float> bounds;
  auto const close_after = [&](std::size_t i) { bounds.push_back(bound_between(ranges[i].high, ranges[i + 1].low)); };
  std::int64_t rest = 0;
  for (KeyRange const& range : ranges) rest += range.count;
  if (static_cast<std::int64_t>(ranges.size()) <= max_bins) {
    for (std::size_t i = 0; i + 1 < ranges.size(); ++i) close_after(i);
  } else {
    // Values as frequent as a whole bin stand alone; the others share the remaining bins evenly.
    double const even = static_cast<double>(rest) / max_bins;
    auto const is_big = [&](std::size_t i) { return static_cast<double>(ranges[i].count) >= even; };
    std::int64_t rest_bins = max_bins;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      if (!is_big(i)) continue;
      rest -= ranges[i].count;
      --rest_bins;
    }
    double wanted = rest_bins > 0 ? static_cast<double>(rest) / static_cast<double>(rest_bins) : 0;
    std::int64_t here = 0;
    for (std::size_t i = 0; i + 1 < ranges.size(); ++i) {
      if (static_cast<std::int32_t>(bounds.size()) == max_bins - 1) break;
      here += ranges[i].count;
      if (!is_big(i)) rest -= ranges[i].count;
      auto const filled = static_cast<double>(here);
      // Where values change sign is where meaning changes: a bound of its own, whatever the counts.
      bool const sign_changes = ranges[i].high < key_of(0.0f) && ranges[i + 1].low >= key_of(0.0f);
      bool const is_full = filled >= wanted || (is_big(i + 1) && filled >= std::max(1.0, wanted / 2));
      if (!is_big(i) && !is_full && !sign_changes) continue;
      close_after(i);
      here = 0;
      if (is_big(i)) continue;
      --rest_bins;
      wanted = rest_bins > 0 ? static_cast<double>(rest) / static_cast<double>(rest_bins) : 0;
    }
  }
  if (!ranges.empty()) bounds.push_back(std::numeric_limits<float>::infinity());
  return bounds;
}

}  // namespace tidemill::kernels
