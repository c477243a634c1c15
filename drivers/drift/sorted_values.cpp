#include "drivers/drift/sorted_values.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace tidemill::drivers {
namespace {

constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;

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
  // From the highest bit down: a key's bit is 0 where enough values lie at or below the largest key with that bit 0.
  std::vector<std::vector<std::uint64_t>> keys;
  for (PlacesInOrder const& question : questions) keys.emplace_back(question.places.size(), 0);
  for (int bit = 63; bit >= 0; --bit) {
    std::uint64_t const ones_below = (std::uint64_t{1} << bit) - 1;
    std::vector<std::int64_t> counts;
    for (std::size_t q = 0; q < questions.size(); ++q) {
      for (std::uint64_t const key : keys[q]) counts.push_back(count_up_to(questions[q].mine, key | ones_below));
    }
    comm.sum(std::span(counts));
    auto count = counts.begin();
    for (std::size_t q = 0; q < questions.size(); ++q) {
      for (std::size_t i = 0; i < keys[q].size(); ++i, ++count) {
        if (*count < questions[q].places[i]) keys[q][i] |= ones_below + 1;
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
  std::int64_t const n = comm.sum(size_first), m = comm.sum(size_second);
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
