#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tidemill::kernels {

/// Which users have which items, row by row (histories of users, or users of items). Refers to the owner's arrays.
struct PairRows {
  std::span<std::int64_t const> start;  ///< one more than rows
  std::span<std::int32_t const> column;
  std::span<double const> weight;  ///< parallel to `column`; empty: all 1

  std::int64_t rows() const { return static_cast<std::int64_t>(start.size()) - 1; }
};

/// One row of X'X, a sum over the users of one item: plain host memory, reused from item to item so that it is cleared
/// where it was touched only.
template <class Sum>  // std::int32_t: exact counts of users; double: sums of products of weights
class OverlapRow {
 public:
  explicit OverlapRow(std::int64_t items);

  /// Sums over the users of row `item` of `users_of_items`, for all items below `end`. With weights each product is
  /// rounded once and added in ascending order of users, so the row is the same wherever it is computed.
  void collect(PairRows const& users_of_items, std::int64_t item, PairRows const& histories, std::int64_t end);
  Sum operator[](std::int64_t item) const { return sum_[static_cast<std::size_t>(item)]; }

  /// Calls visit(item, sum) for items with a sum other than 0, ascending.
  template <class Visit>
  void for_each(Visit const& visit) const {
    auto const items = static_cast<std::int64_t>(sum_.size());
    for (std::int64_t run = 0; run < static_cast<std::int64_t>(is_touched_.size()); ++run) {
      if (is_touched_[static_cast<std::size_t>(run)] == 0) continue;
      std::int64_t const last = (run + 1) * run_length < items ? (run + 1) * run_length : items;
      for (std::int64_t item = run * run_length; item < last; ++item) {
        if (sum_[static_cast<std::size_t>(item)] != 0) visit(item, sum_[static_cast<std::size_t>(item)]);
      }
    }
  }

 private:
  static constexpr std::int64_t run_length = 64;
  void clear();
  std::vector<Sum> sum_;
  std::vector<std::uint8_t> is_touched_;  ///< per run of 64 items
};

}  // namespace tidemill::kernels
