#include "drivers/metrics/classification.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "drivers/partition/exact_sum.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

/// Unsigned keys in the order of the scores; -0 and 0 are equal.
std::uint64_t ordered_key(double score) {
  auto const bits = std::bit_cast<std::uint64_t>(score + 0.0);
  return bits >> 63 ? ~bits : bits | std::uint64_t{1} << 63;
}

constexpr int bucket_bits = 16;

/// Rank that gets each bucket of keys, so that every rank gets about the same number of rows.
std::vector<std::int32_t> owners_of_buckets(io::Comm const& comm, std::span<std::uint64_t const> keys) {
  std::vector<std::int64_t> rows(std::size_t{1} << bucket_bits);
  for (std::uint64_t const key : keys) ++rows[key >> (64 - bucket_bits)];
  comm.sum(std::span<std::int64_t>(rows));
  std::int64_t total = 0;
  for (std::int64_t const count : rows) total += count;
  std::vector<std::int32_t> owner(rows.size());
  std::int64_t before = 0;
  for (std::size_t b = 0; b < rows.size(); ++b) {
    auto const share = static_cast<double>(before) / static_cast<double>(std::max<std::int64_t>(total, 1));
    owner[b] = std::min(static_cast<std::int32_t>(share * comm.size()), comm.size() - 1);
    before += rows[b];
  }
  return owner;
}

struct Counts {
  std::int64_t positive = 0;
  std::int64_t negative = 0;
};

/// Twice the number of (positive, negative) pairs in order, ties counted half; keys ascending per class.
unsigned __int128 ordered_pairs(std::vector<std::uint64_t> const& positives,
                                std::vector<std::uint64_t> const& negatives, std::int64_t negatives_before) {
  unsigned __int128 twice = 0;
  std::size_t below = 0, below_or_equal = 0;
  for (std::uint64_t const key : positives) {
    while (below < negatives.size() && negatives[below] < key) ++below;
    below_or_equal = std::max(below_or_equal, below);
    while (below_or_equal < negatives.size() && negatives[below_or_equal] == key) ++below_or_equal;
    twice += 2 * static_cast<unsigned __int128>(negatives_before) + below + below_or_equal;
  }
  return twice;
}

double sum_of_wide(io::Comm const& comm, unsigned __int128 value) {
  std::uint64_t words[4];
  for (int w = 0; w < 4; ++w) words[w] = static_cast<std::uint32_t>(value >> (32 * w));
  comm.sum(std::span<std::uint64_t>(words));
  ExactSum sum;
  for (int w = 0; w < 4; ++w) sum.add(std::ldexp(static_cast<double>(words[w]), 32 * w));
  return sum.value();
}

}  // namespace

double auc(io::Comm const& comm, std::span<std::int8_t const> is_positive, std::span<double const> score) {
  std::vector<std::uint64_t> keys(score.size());
  io::agree(comm, "rank scores", [&] {
    if (is_positive.size() != score.size()) throw std::invalid_argument("auc: lengths differ");
    for (std::size_t i = 0; i < score.size(); ++i) {
      if (std::isnan(score[i])) throw DataError("auc: a predicted score is missing; predict every row first");
      keys[i] = ordered_key(score[i]);
    }
  });
  std::vector<std::int32_t> const owner = owners_of_buckets(comm, keys);
  std::vector<std::uint64_t> mine[2];
  for (int label = 0; label < 2; ++label) {
    std::vector<std::vector<std::uint64_t>> outgoing(static_cast<std::size_t>(comm.size()));
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if ((is_positive[i] != 0) != (label == 1)) continue;
      outgoing[static_cast<std::size_t>(owner[keys[i] >> (64 - bucket_bits)])].push_back(keys[i]);
    }
    for (auto const& part : comm.exchange(outgoing)) mine[label].insert(mine[label].end(), part.begin(), part.end());
    std::sort(mine[label].begin(), mine[label].end());
  }
  Counts const here{static_cast<std::int64_t>(mine[1].size()), static_cast<std::int64_t>(mine[0].size())};
  Counts const all{comm.sum(here.positive), comm.sum(here.negative)};
  std::int64_t const negatives_before = comm.sum_before(here.negative);
  double const twice = sum_of_wide(comm, ordered_pairs(mine[1], mine[0], negatives_before));
  if (all.positive == 0 || all.negative == 0) return std::numeric_limits<double>::quiet_NaN();
  return twice / (2 * static_cast<double>(all.positive) * static_cast<double>(all.negative));
}

ClassificationErrors classification_errors(io::Comm const& comm, std::span<std::int32_t const> actual,
                                           std::span<double const> probability, int classes) {
  std::size_t const width = static_cast<std::size_t>(classes);
  if (probability.size() != actual.size() * width) throw std::invalid_argument("classification_errors: sizes differ");
  std::int64_t counts[2] = {static_cast<std::int64_t>(actual.size()), 0};  // rows, correct
  ExactSum losses;
  for (std::size_t row = 0; row < actual.size(); ++row) {
    auto const p = probability.subspan(row * width, width);
    auto const best = std::max_element(p.begin(), p.end()) - p.begin();
    counts[1] += best == actual[row];
    double const found = actual[row] < 0 ? 0.0 : p[static_cast<std::size_t>(actual[row])];
    losses.add(std::isnan(found) ? found : -std::log(std::clamp(found, 1e-15, 1 - 1e-15)));
  }
  comm.sum(std::span<std::int64_t>(counts));
  ClassificationErrors result;
  result.rows = counts[0];
  double const nan = std::numeric_limits<double>::quiet_NaN();
  auto const n = counts[0] > 0 ? static_cast<double>(counts[0]) : nan;
  result.logloss = losses.total(comm) / n;
  result.accuracy = static_cast<double>(counts[1]) / n;
  result.error = static_cast<double>(counts[0] - counts[1]) / n;
  return result;
}

}  // namespace tidemill::drivers
