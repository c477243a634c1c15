#include "drivers/drift/sorted_values.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

namespace tidemill::drivers {
namespace {

constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;
constexpr int digit_bits = 8;
constexpr std::uint64_t largest_digit = (1 << digit_bits) - 1;

std::int64_t count_up_to(std::vector<std::span<std::uint64_t const>> const& parts, std::uint64_t key) {
  std::int64_t count = 0;
  for (auto const& part : parts) count += std::upper_bound(part.begin(), part.end(), key) - part.begin();
  return count;
}

/// The keys of one sample that lie between this rank's cuts, ascending, from all ranks.
std::vector<std::uint64_t> my_piece(io::Comm const& comm, std::span<std::uint64_t const> sample,
                                    std::span<std::uint64_t const> cuts) {
  std::vector<std::vector<std::uint64_t>> outgoing;
  auto from = sample.begin();
  for (std::size_t rank = 0; rank <= cuts.size(); ++rank) {
    auto const to = rank < cuts.size() ? std::upper_bound(from, sample.end(), cuts[rank]) : sample.end();
    outgoing.emplace_back(from, to);
    from = to;
  }
  std::vector<std::uint64_t> piece;
  for (auto const& part : comm.exchange(outgoing)) piece.insert(piece.end(), part.begin(), part.end());
  std::sort(piece.begin(), piece.end());
  return piece;
}

}  // namespace

std::uint64_t ordered_key(double value) {
  auto const bits = std::bit_cast<std::uint64_t>(value + 0.0);  // -0 + 0 is 0
  return (bits & sign_bit) != 0 ? ~bits : bits | sign_bit;
}

double value_of_key(std::uint64_t key) { return std::bit_cast<double>((key & sign_bit) != 0 ? key & ~sign_bit : ~key); }

std::vector<std::vector<std::uint64_t>> keys_at(io::Comm const& comm, std::vector<PlacesInOrder> const& questions) {
  // Digit by digit from the highest: a digit is the smallest with which enough values lie at or below the largest key
  // that begins so.
  std::vector<std::vector<std::uint64_t>> keys;
  for (PlacesInOrder const& question : questions) keys.emplace_back(question.places.size(), 0);
  for (int shift = 64 - digit_bits; shift >= 0; shift -= digit_bits) {
    std::uint64_t const rest = (std::uint64_t{1} << shift) - 1;
    std::vector<std::int64_t> counts;
    for (std::size_t q = 0; q < questions.size(); ++q) {
      for (std::uint64_t const key : keys[q]) {
        for (std::uint64_t digit = 0; digit < largest_digit; ++digit) {
          counts.push_back(count_up_to(questions[q].mine, key | digit << shift | rest));
        }
      }
    }
    comm.sum(std::span(counts));
    auto count = counts.begin();
    for (std::size_t q = 0; q < questions.size(); ++q) {
      for (std::size_t i = 0; i < keys[q].size(); ++i, count += largest_digit) {
        auto const enough = std::lower_bound(count, count + largest_digit, questions[q].places[i]);
        keys[q][i] |= static_cast<std::uint64_t>(enough - count) << shift;
      }
    }
  }
  return keys;
}

double kolmogorov_distance(io::Comm const& comm, TwoSamples const& samples, std::span<std::uint64_t const> cuts) {
  std::vector<std::uint64_t> const first = my_piece(comm, samples.first, cuts);
  std::vector<std::uint64_t> const second = my_piece(comm, samples.second, cuts);
  auto const size_first = static_cast<std::int64_t>(first.size()),
             size_second = static_cast<std::int64_t>(second.size());
  std::array<std::int64_t, 2> totals{size_first, size_second};
  comm.sum(std::span<std::int64_t>(totals));
  auto const [n, m] = totals;
  std::int64_t below_first = comm.sum_before(size_first), below_second = comm.sum_before(size_second);
  std::int64_t largest = 0;
  for (std::size_t i = 0, j = 0; i < first.size() || j < second.size();) {
    std::uint64_t const end = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t const key = std::min(i < first.size() ? first[i] : end, j < second.size() ? second[j] : end);
    for (; i < first.size() && first[i] == key; ++i) ++below_first;
    for (; j < second.size() && second[j] == key; ++j) ++below_second;
    largest = std::max(largest, std::abs(below_first * m - below_second * n));
  }
  largest = comm.max(largest);
  return n > 0 && m > 0 ? static_cast<double>(largest) / (static_cast<double>(n) * static_cast<double>(m)) : 0;
}

}  // namespace tidemill::drivers
