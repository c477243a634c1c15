#include "drivers/trees/bins.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "kernels/trees/binning.hpp"

namespace tidemill::drivers {
namespace {

using kernels::FeatureBins;
using kernels::KeyRange;

constexpr std::size_t prefixes = 65536;
constexpr std::size_t features_at_once = 32;
/// A range of keys is looked at more closely when it holds more than this part of an even bin.
constexpr std::int64_t parts_of_a_bin = 8;

/// Sums counts over ranks, in 32 bits where the total of all rows allows.
std::vector<std::int64_t> sum_counts(io::Comm const& comm, std::vector<std::uint32_t>& counts, std::int64_t total) {
  if (total <= std::numeric_limits<std::uint32_t>::max()) {
    comm.sum(std::span(counts));
    return {counts.begin(), counts.end()};
  }
  std::vector<std::int64_t> wide(counts.begin(), counts.end());
  comm.sum(std::span(wide));
  return wide;
}

/// The search for one feature's ranges.
struct FeatureSearch {
  std::span<float const> values;
  std::int64_t total = 0;           ///< rows of all ranks, without NaN
  std::vector<std::int64_t> first;  ///< by 16-bit prefix
  std::vector<std::int32_t> slots;  ///< by 16-bit prefix: position in `second`, or -1
  std::int32_t slot_count = 0;
  std::vector<std::int64_t> second;  ///< by slot and 8 bits
  std::vector<std::int32_t> second_slots;
  std::int32_t second_slot_count = 0;
  std::vector<std::int64_t> third;
};

/// Gives a slot to each count that is too large to stand for one value, or to all when few hold anything: then there
/// may be few distinct values, and each must get its own bin.
std::int32_t assign_slots(std::vector<std::int64_t> const& counts, std::int64_t total, std::int32_t max_bins,
                          bool all_few, std::vector<std::int32_t>& slots) {
  std::int64_t const crowded = total / (parts_of_a_bin * max_bins);
  std::int32_t next = 0;
  slots.assign(counts.size(), -1);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > (all_few ? 0 : crowded)) slots[i] = next++;
  }
  return next;
}

/// Parts of one long array of counts, one per feature.
struct Parts {
  std::vector<std::size_t> start{0};
  void add(std::size_t size) { start.push_back(start.back() + size); }
  template <class T>
  std::span<T> of(std::vector<T>& all, std::size_t i) const {
    return std::span(all).subspan(start[i], start[i + 1] - start[i]);
  }
};

template <class Size, class Count, class Store>
void count_step(io::Comm const& comm, std::vector<FeatureSearch>& searches, std::int64_t total, Size const& size,
                Count const& count, Store const& store) {
  Parts parts;
  for (FeatureSearch const& search : searches) parts.add(size(search));
  std::vector<std::uint32_t> counts(parts.start.back(), 0);
  for (std::size_t i = 0; i < searches.size(); ++i) {
    if (size(searches[i]) > 0) count(searches[i], parts.of(counts, i));
  }
  std::vector<std::int64_t> sums = sum_counts(comm, counts, total);
  for (std::size_t i = 0; i < searches.size(); ++i) {
    std::span<std::int64_t> const mine = parts.of(sums, i);
    store(searches[i], std::vector<std::int64_t>(mine.begin(), mine.end()));
  }
}

std::int64_t filled(std::vector<std::int64_t> const& counts) {
  return std::count_if(counts.begin(), counts.end(), [](std::int64_t c) { return c > 0; });
}

void search_ranges(io::Comm const& comm, std::vector<FeatureSearch>& searches, std::int64_t rows,
                   std::int32_t max_bins) {
  count_step(
      comm, searches, rows, [](FeatureSearch const&) { return prefixes; },
      [](FeatureSearch const& s, std::span<std::uint32_t> out) { kernels::count_keys(s.values, out); },
      [&](FeatureSearch& s, std::vector<std::int64_t> counts) {
        s.first = std::move(counts);
        for (std::int64_t const c : s.first) s.total += c;
        s.slot_count = assign_slots(s.first, s.total, max_bins, filled(s.first) <= max_bins, s.slots);
      });
  count_step(
      comm, searches, rows, [](FeatureSearch const& s) { return static_cast<std::size_t>(s.slot_count) * 256; },
      [](FeatureSearch const& s, std::span<std::uint32_t> out) { kernels::count_keys(s.values, s.slots, out); },
      [&](FeatureSearch& s, std::vector<std::int64_t> counts) {
        s.second = std::move(counts);
        bool const few = filled(s.first) == s.slot_count && filled(s.second) <= max_bins;
        s.second_slot_count = assign_slots(s.second, s.total, max_bins, few, s.second_slots);
      });
  count_step(
      comm, searches, rows, [](FeatureSearch const& s) { return static_cast<std::size_t>(s.second_slot_count) * 256; },
      [](FeatureSearch const& s, std::span<std::uint32_t> out) {
        kernels::count_keys(s.values, s.slots, s.second_slots, out);
      },
      [](FeatureSearch& s, std::vector<std::int64_t> counts) { s.third = std::move(counts); });
}

/// What the three steps found, in ascending order; ranges without rows left out.
std::vector<KeyRange> ranges_of(FeatureSearch const& s) {
  std::vector<KeyRange> ranges;
  auto const add = [&](std::uint32_t low, std::uint32_t width, std::int64_t count) {
    if (count > 0) ranges.push_back({low, low + (width - 1), count});
  };
  for (std::uint32_t i = 0; i < prefixes; ++i) {
    if (s.slots[i] < 0) {
      add(i << 16, 1u << 16, s.first[i]);
      continue;
    }
    for (std::uint32_t j = 0; j < 256; ++j) {
      std::size_t const at = static_cast<std::size_t>(s.slots[i]) * 256 + j;
      std::uint32_t const low = i << 16 | j << 8;
      if (s.second_slots[at] < 0) {
        add(low, 1u << 8, s.second[at]);
        continue;
      }
      for (std::uint32_t k = 0; k < 256; ++k) {
        add(low | k, 1, s.third[static_cast<std::size_t>(s.second_slots[at]) * 256 + k]);
      }
    }
  }
  return ranges;
}

/// Whether each value gets a range of its own whatever the counts are: no prefix is then too empty to be looked into.
bool has_few_rows(std::int64_t rows, std::int32_t max_bins) { return rows < parts_of_a_bin * max_bins; }

/// What the three steps would find, for few rows: all keys of all ranks, sorted. Counting by prefixes would take longer
/// than training does.
std::vector<std::vector<KeyRange>> ranges_of_few_rows(io::Comm const& comm,
                                                      std::vector<std::span<float const>> const& features) {
  std::vector<std::uint64_t> mine;  // number of the feature, then the key
  for (std::size_t f = 0; f < features.size(); ++f) {
    for (float const value : features[f]) {
      if (!std::isnan(value)) mine.push_back(static_cast<std::uint64_t>(f) << 32 | kernels::key_of(value));
    }
  }
  std::vector<std::uint64_t> all = comm.gather_all(std::span<std::uint64_t const>(mine));
  std::sort(all.begin(), all.end());
  std::vector<std::vector<KeyRange>> ranges(features.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::vector<KeyRange>& found = ranges[all[i] >> 32];
    if (i == 0 || all[i] != all[i - 1]) {
      auto const key = static_cast<std::uint32_t>(all[i]);
      found.push_back({key, key, 0});
    }
    ++found.back().count;
  }
  return ranges;
}

FeatureBins category_bins(io::Comm const& comm, TreeFeature const& feature, TreeParams const& params) {
  std::vector<std::int64_t> counts(feature.categories.size(), 0);
  for (std::int32_t const code : feature.codes) {
    if (code >= 0) ++counts[static_cast<std::size_t>(code)];
  }
  comm.sum(std::span(counts));
  FeatureBins bins;
  bins.is_categorical = true;
  for (std::size_t code = 0; code < counts.size(); ++code) {
    if (counts[code] >= std::max<std::int64_t>(1, params.min_rows_in_category)) {
      bins.category.push_back(static_cast<std::int32_t>(code));
    }
  }
  std::stable_sort(bins.category.begin(), bins.category.end(), [&](std::int32_t a, std::int32_t b) {
    return counts[static_cast<std::size_t>(a)] > counts[static_cast<std::size_t>(b)];
  });
  if (bins.category.size() > static_cast<std::size_t>(params.max_bins)) {
    bins.category.resize(static_cast<std::size_t>(params.max_bins));
  }
  bins.count = static_cast<std::int32_t>(bins.category.size()) + 1;
  return bins;
}

}  // namespace

std::vector<FeatureBins> make_bins(io::Comm const& comm, TreeDataset const& data, TreeParams const& params) {
  std::vector<FeatureBins> bins(data.features.size());
  std::vector<std::size_t> numeric;
  for (std::size_t f = 0; f < data.features.size(); ++f) {
    if (data.features[f].is_categorical) {
      bins[f] = category_bins(comm, data.features[f], params);
    } else {
      numeric.push_back(f);
    }
  }
  auto const set_bounds = [&](std::size_t f, std::vector<KeyRange> const& ranges) {
    bins[f].upper = kernels::choose_bounds(ranges, params.max_bins);
    bins[f].count = static_cast<std::int32_t>(bins[f].upper.size()) + 1;
  };
  if (has_few_rows(data.range.total, params.max_bins)) {
    std::vector<std::span<float const>> values;
    for (std::size_t const f : numeric) values.emplace_back(data.features[f].values);
    auto const ranges = ranges_of_few_rows(comm, values);
    for (std::size_t i = 0; i < numeric.size(); ++i) set_bounds(numeric[i], ranges[i]);
    return bins;
  }
  for (std::size_t first = 0; first < numeric.size(); first += features_at_once) {
    std::vector<FeatureSearch> searches(std::min(features_at_once, numeric.size() - first));
    for (std::size_t i = 0; i < searches.size(); ++i) searches[i].values = data.features[numeric[first + i]].values;
    search_ranges(comm, searches, data.range.total, params.max_bins);
    for (std::size_t i = 0; i < searches.size(); ++i) set_bounds(numeric[first + i], ranges_of(searches[i]));
  }
  return bins;
}

namespace {

template <class T>
kernels::Array<T const> to_device(std::span<T const> values) {
  using Host = Kokkos::View<T const*, Kokkos::HostSpace, Kokkos::MemoryUnmanaged>;
  Host const host(values.data(), values.size());
  if constexpr (Kokkos::SpaceAccessibility<Kokkos::HostSpace, kernels::DeviceMemory>::accessible) {
    return kernels::Array<T const>(values.data(), values.size());
  } else {
    return Kokkos::create_mirror_view_and_copy(kernels::DeviceMemory(), host);
  }
}

}  // namespace

kernels::BinnedRows bin_dataset(kernels::Exec const& exec, TreeDataset const& data,
                                std::vector<FeatureBins> const& bins) {
  return bin_dataset(exec, data, bins, 0, data.rows());
}

kernels::BinnedRows bin_dataset(kernels::Exec const& exec, TreeDataset const& data,
                                std::vector<FeatureBins> const& bins, std::int64_t first, std::int64_t count) {
  std::vector<std::int32_t> counts;
  for (FeatureBins const& feature : bins) counts.push_back(feature.count);
  kernels::BinnedRows rows = kernels::make_binned_rows(count, counts);
  auto const from = static_cast<std::size_t>(first);
  auto const size = static_cast<std::size_t>(count);
  for (std::size_t f = 0; f < bins.size(); ++f) {
    TreeFeature const& feature = data.features[f];
    std::int64_t const offset = static_cast<std::int64_t>(f) * count;
    if (feature.is_categorical) {
      kernels::bin_codes(exec, to_device(std::span<std::int32_t const>(feature.codes).subspan(from, size)), bins[f],
                         rows.column_major, offset);
    } else {
      kernels::bin_numbers(exec, to_device(std::span<float const>(feature.values).subspan(from, size)), bins[f],
                           rows.column_major, offset);
    }
  }
  kernels::fill_row_major(exec, rows);
  return rows;
}

}  // namespace tidemill::drivers
