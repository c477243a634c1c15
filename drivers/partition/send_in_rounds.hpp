#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// Things that every rank sends between two exchanges of send_in_rounds().
constexpr std::int64_t things_per_round = std::int64_t{1} << 18;

/// Collective. Sends things 0 .. count - 1 of this rank, make(i) to rank destination(i); a negative destination sends
/// nothing. Returns what arrives: the things of rank 0 in their order, then those of rank 1, ... The same as one
/// exchange of everything, but beside the result only the things of one round are in memory. `destination` is called
/// twice for each i, `make` once, both with i ascending. T is trivially copyable.
template <class T, class Destination, class Make>
std::vector<T> send_in_rounds(io::Comm const& comm, std::int64_t count, Destination const& destination, Make make,
                              std::int64_t per_round = things_per_round) {
  auto const ranks = static_cast<std::size_t>(comm.size());
  std::vector<std::vector<std::int64_t>> announced(ranks, {0});
  for (std::int64_t i = 0; i < count; ++i) {
    int const to = destination(i);
    if (to >= 0) ++announced[static_cast<std::size_t>(to)][0];
  }
  std::vector<std::size_t> next{0};
  for (auto const& from : comm.exchange(announced)) next.push_back(next.back() + static_cast<std::size_t>(from[0]));
  std::vector<T> arrived(next.back());
  std::int64_t const longest = comm.max(count);
  for (std::int64_t first = 0; first < longest; first += per_round) {
    std::vector<std::vector<T>> outgoing(ranks);
    for (std::int64_t i = first; i < std::min(first + per_round, count); ++i) {
      int const to = destination(i);
      if (to >= 0) outgoing[static_cast<std::size_t>(to)].push_back(make(i));
    }
    std::vector<std::vector<T>> const received = comm.exchange(outgoing);
    for (std::size_t r = 0; r < ranks; ++r) {
      std::copy(received[r].begin(), received[r].end(), arrived.begin() + static_cast<std::ptrdiff_t>(next[r]));
      next[r] += received[r].size();
    }
  }
  return arrived;
}

}  // namespace tidemill::drivers
