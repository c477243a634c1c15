#include "drivers/drift/drift.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>

#include "drivers/drift/sorted_values.hpp"
#include "drivers/drift/statistics.hpp"
#include "drivers/partition/exact_sum.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double normal_quantile = 3.0902323061678132;  // of 0.999
constexpr double largest_chance = 0.001;

using Keys64 = std::vector<std::uint64_t>;

/// This rank's part of one sample of numbers, and what all ranks have.
struct NumberSample {
  Keys64 keys;  ///< ascending
  std::int64_t count = 0;
  DriftSide side;
};

NumberSample sample_of(io::Comm const& comm, io::Column const& column) {
  NumberSample sample;
  ExactSum sum;
  std::int64_t const rows = column.size();
  for (std::int64_t row = 0; row < rows; ++row) {
    double const value = column.number(row);
    if (!std::isfinite(value)) continue;
    sample.keys.push_back(ordered_key(value));
    sum.add(value);
  }
  std::sort(sample.keys.begin(), sample.keys.end());
  std::array<std::int64_t, 2> counts{static_cast<std::int64_t>(sample.keys.size()), rows};
  comm.sum(std::span<std::int64_t>(counts));
  sample.count = counts[0];
  sample.side.rows = counts[1];
  sample.side.missing = sample.side.rows - sample.count;
  double const total = sum.total(comm);
  sample.side.mean = sample.count > 0 ? total / static_cast<double>(sample.count) : unknown;
  return sample;
}

/// Place (from 1) of the smallest value that `share` of `count` values do not exceed.
std::int64_t place_of(std::int64_t count, std::int64_t part, std::int64_t parts) {
  return std::max<std::int64_t>(1, (count * part + parts - 1) / parts);
}

/// A column of numbers on its way through the collective steps that all columns share.
struct NumberColumn {
  std::size_t result;
  NumberSample reference, current;
  Keys64 edges, cuts;
};

/// Fills quantiles, bin edges and the cuts between ranks of all columns with one run of sums over the ranks.
void find_places(io::Comm const& comm, std::vector<NumberColumn>& columns, std::vector<ColumnDrift>& results,
                 std::int64_t bins) {
  std::vector<PlacesInOrder> questions;
  for (NumberColumn const& column : columns) {
    Keys64 const &first = column.reference.keys, &second = column.current.keys;
    std::int64_t const n = column.reference.count, m = column.current.count;
    PlacesInOrder edges{{first}, {}}, deciles_first{{first}, {}}, deciles_second{{second}, {}},
        cuts{{first, second}, {}};
    for (std::int64_t bin = 1; bin < bins && n > 0; ++bin) edges.places.push_back(place_of(n, bin, bins));
    for (std::int64_t const tenth : {1, 5, 9}) {
      if (n > 0) deciles_first.places.push_back(place_of(n, tenth, 10));
      if (m > 0) deciles_second.places.push_back(place_of(m, tenth, 10));
    }
    for (int rank = 1; rank < comm.size() && n + m > 0; ++rank) {
      cuts.places.push_back(place_of(n + m, rank, comm.size()));
    }
    for (PlacesInOrder const& question : {edges, deciles_first, deciles_second, cuts}) questions.push_back(question);
  }
  std::vector<Keys64> const keys = keys_at(comm, questions);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    auto const deciles = [&](Keys64 const& found, DriftSide& side) {
      side.p10 = found.empty() ? unknown : value_of_key(found[0]);
      side.p50 = found.empty() ? unknown : value_of_key(found[1]);
      side.p90 = found.empty() ? unknown : value_of_key(found[2]);
    };
    columns[c].edges = keys[4 * c];
    columns[c].edges.erase(std::unique(columns[c].edges.begin(), columns[c].edges.end()), columns[c].edges.end());
    columns[c].cuts = keys[4 * c + 3];
    if (columns[c].cuts.empty()) columns[c].cuts.resize(static_cast<std::size_t>(comm.size() - 1), 0);
    results[columns[c].result].reference = columns[c].reference.side;
    results[columns[c].result].current = columns[c].current.side;
    deciles(keys[4 * c + 1], results[columns[c].result].reference);
    deciles(keys[4 * c + 2], results[columns[c].result].current);
  }
}

/// Rows of this rank in the ranges up to each edge, and beyond the last.
void count_ranges(Keys64 const& keys, Keys64 const& edges, std::vector<std::int64_t>& counts) {
  auto from = keys.begin();
  for (std::uint64_t const edge : edges) {
    auto const to = std::upper_bound(from, keys.end(), edge);
    counts.push_back(to - from);
    from = to;
  }
  counts.push_back(keys.end() - from);
}

void fill_ranges(io::Comm const& comm, NumberColumn const& column, ColumnDrift& result) {
  std::vector<std::int64_t> counts;
  count_ranges(column.reference.keys, column.edges, counts);
  std::size_t const ranges = counts.size();
  count_ranges(column.current.keys, column.edges, counts);
  comm.sum(std::span(counts));
  for (std::size_t bin = 0; bin < ranges; ++bin) {
    double const upper = bin < column.edges.size() ? value_of_key(column.edges[bin]) : unknown;
    result.bins.push_back({"", upper, counts[bin], counts[ranges + bin]});
  }
  result.bins.push_back({"missing", unknown, result.reference.missing, result.current.missing});
}

/// Rows per category of one side, on every rank; a missing text is a category of its own.
std::map<std::string, std::int64_t> count_categories(io::Comm const& comm, io::Column const& column, DriftSide& side) {
  std::vector<std::int64_t> counts(column.dictionary.size() + 1, 0);
  for (std::int32_t const code : column.codes) {
    ++counts[code == io::missing_code ? column.dictionary.size() : static_cast<std::size_t>(code)];
  }
  comm.sum(std::span(counts));
  std::map<std::string, std::int64_t> categories;
  for (std::size_t code = 0; code < column.dictionary.size(); ++code) {
    if (counts[code] > 0) categories[column.dictionary[code]] = counts[code];
    side.rows += counts[code];
  }
  side.missing = counts.back();
  side.rows += side.missing;
  side.mean = side.p10 = side.p50 = side.p90 = unknown;
  return categories;
}

void fill_categories(io::Comm const& comm, io::Column const& reference, io::Column const& current,
                     ColumnDrift& result) {
  auto const before = count_categories(comm, reference, result.reference);
  auto const now = count_categories(comm, current, result.current);
  std::map<std::string, DriftBin> bins;
  for (auto const& [name, rows] : before) bins[name].reference = rows;
  for (auto const& [name, rows] : now) bins[name].current = rows;
  std::int64_t unseen = 0;
  for (auto& [name, bin] : bins) {
    bin.name = name;
    bin.upper = unknown;
    unseen += bin.reference == 0 ? bin.current : 0;
    result.bins.push_back(bin);
  }
  if (result.reference.missing + result.current.missing > 0) {
    result.bins.push_back({"missing", unknown, result.reference.missing, result.current.missing});
  }
  result.unseen = result.current.rows > 0 ? static_cast<double>(unseen) / static_cast<double>(result.current.rows) : 0;
}

DriftLevel level_of(double value, double moderate, double major) {
  return value >= major ? DriftLevel::major : value >= moderate ? DriftLevel::moderate : DriftLevel::steady;
}

void judge_drift(ColumnDrift& drift, DriftParams const& params) {
  std::vector<std::int64_t> before, now;
  for (DriftBin const& bin : drift.bins) {
    before.push_back(bin.reference);
    now.push_back(bin.current);
  }
  std::int64_t const n = drift.reference.rows, m = drift.current.rows;
  auto const filled = static_cast<std::int64_t>(std::count_if(
      drift.bins.begin(), drift.bins.end(), [](auto const& bin) { return bin.reference + bin.current > 0; }));
  double const bound = stability_bound(filled, n, m, normal_quantile);
  if (drift.is_number) {
    drift.psi = population_stability(before, now);
    drift.psi_expected = stability_expected(filled, n, m);
    drift.psi_bound = bound;
    drift.js = drift.js_bound = drift.unseen = unknown;
    if (drift.psi > bound) drift.level = level_of(drift.psi, params.moderate, params.major);
    if (drift.ks_p < largest_chance) {
      drift.level = std::max(drift.level, level_of(drift.ks, params.ks_moderate, params.ks_major));
    }
  } else {
    // For small shifts the index is 8 times the divergence in nats, and so is what chance makes of both.
    drift.js = jensen_shannon(before, now);
    drift.js_bound = bound / (8 * std::numbers::ln2);
    drift.psi = drift.psi_expected = drift.psi_bound = drift.ks = drift.ks_p = unknown;
    if (drift.js > drift.js_bound) drift.level = level_of(drift.js, params.js_moderate, params.js_major);
  }
  if (n < params.least_rows || m < params.least_rows) drift.level = DriftLevel::too_few;
}

std::vector<std::string> columns_to_compare(io::Table const& reference, io::Table const& current,
                                            DriftParams const& params) {
  if (!params.columns.empty()) return params.columns;
  std::vector<std::string> names;
  for (io::Column const& column : reference.columns) {
    if (!current.has(column.name) || column.type == io::ColumnType::date || column.type == io::ColumnType::time)
      continue;
    io::Column const& other = current.at(column.name);
    auto const categories = static_cast<std::int64_t>(std::max(column.dictionary.size(), other.dictionary.size()));
    if (column.is_text() != other.is_text() || categories > params.most_categories) continue;
    names.push_back(column.name);
  }
  return names;
}

}  // namespace

char const* name_of(DriftLevel level) {
  constexpr char const* names[] = {"steady", "moderate", "major", "too_few"};
  return names[static_cast<int>(level)];
}

std::vector<ColumnDrift> compare_tables(io::Comm const& comm, std::string const& of, io::Table const& reference,
                                        io::Table const& current, DriftParams const& params) {
  std::vector<ColumnDrift> results;
  std::vector<NumberColumn> numbers;
  for (std::string const& name : columns_to_compare(reference, current, params)) {
    io::Column const &before = reference.at(name), &now = current.at(name);
    if (before.is_text() != now.is_text()) {
      throw DataError(fmt::format("column {} is text in the {} and numbers in the other; compare tables of one kind",
                                  name, before.is_text() ? "reference" : "current table"));
    }
    ColumnDrift& result = results.emplace_back();
    result.of = of;
    result.column = name;
    result.is_number = !before.is_text();
    if (result.is_number) {
      numbers.push_back({results.size() - 1, sample_of(comm, before), sample_of(comm, now), {}, {}});
    } else {
      fill_categories(comm, before, now, result);
    }
  }
  find_places(comm, numbers, results, params.bins);
  for (NumberColumn const& column : numbers) {
    ColumnDrift& result = results[column.result];
    fill_ranges(comm, column, result);
    result.ks = kolmogorov_distance(comm, {column.reference.keys, column.current.keys}, column.cuts);
    result.ks_p = kolmogorov_p(result.ks, column.reference.count, column.current.count);
  }
  for (ColumnDrift& result : results) judge_drift(result, params);
  return results;
}

}  // namespace tidemill::drivers
