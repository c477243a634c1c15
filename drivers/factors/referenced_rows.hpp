#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "io/comm/comm.hpp"
#include "kernels/factors/row_problems.hpp"

namespace tidemill::drivers {

/// The rows of the other side that this rank's pairs refer to, brought together before each half-step.
///
///   owned by   rank 0: 0 1 2 3   rank 1: 4 5 6        pairs of this rank refer to 1 1 5 6 5
///   fetched    1 5 6                                  columns                     0 0 1 2 1
///
/// When the ranks together need most of the rows, all get all of them and columns stay as they are.
class ReferencedRows {
 public:
  /// Above this share of all rows, picking them out costs more than it saves.
  static constexpr double most = 0.7;
  /// Bytes in one message: rows travel in rounds, so that buffers stay small beside the factors.
  static constexpr std::int64_t message_bytes = std::int64_t{4} << 20;

  /// Collective. `column` are rows by global number and must outlive this; `owned` is this rank's part of them.
  ReferencedRows(io::Comm const& comm, std::span<std::int32_t const> column, io::RowRange owned);

  /// Of the pairs, into the fetched rows.
  std::span<std::int32_t const> columns() const { return renumbered_.empty() ? column_ : renumbered_; }
  /// Rows that fetch() returns.
  std::int64_t size() const { return size_; }
  /// Collective. A single rank gets its own rows back, not a copy.
  kernels::ConstFactorMatrix fetch(kernels::FactorMatrix const& owned) const;

 private:
  void renumber(std::vector<std::int32_t> const& used);
  void plan(std::vector<std::int32_t> const& used, bool all);

  io::Comm comm_;
  std::span<std::int32_t const> column_;
  std::vector<std::int32_t> renumbered_;
  io::RowRange owned_;
  std::int64_t size_ = 0;
  std::vector<std::int64_t> arrive_at_;             ///< per rank: first fetched row that it owns; one more than ranks
  std::vector<std::vector<std::int32_t>> to_send_;  ///< per rank: my rows that it needs, by local number
  std::vector<std::int32_t> to_self_;               ///< my rows that I need, by local number
  bool all_ = false;
};

}  // namespace tidemill::drivers
