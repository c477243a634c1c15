#pragma once

#include <cstdint>
#include <vector>

#include "drivers/interactions/interactions.hpp"
#include "io/comm/comm.hpp"
#include "kernels/neighbours/overlap.hpp"

namespace tidemill::drivers {

/// Rows of pairs that own their memory.
struct PairTable {
  std::vector<std::int64_t> start{0};
  std::vector<std::int32_t> column;
  std::vector<double> weight;  ///< empty: all 1

  kernels::PairRows rows() const { return {start, column, weight}; }
};

/// Collective. The histories of all users on every rank: 4 bytes per pair (12 with values) and 8 per user. Models that
/// compare items keep them whole, because comparing moves far more than the pairs themselves.
PairTable all_histories(io::Comm const& comm, Interactions const& interactions);

/// The users of items first .. first + count, ascending, with the weights of their pairs.
PairTable users_of_items(PairTable const& histories, std::int64_t first, std::int64_t count);

/// This rank's consecutive items of `items`, cut so that the work of comparing them with all others (the lengths of the
/// histories of their users) is about equal.
io::RowRange share_of_comparisons(PairTable const& histories, std::int64_t items, int rank, int size);

}  // namespace tidemill::drivers
