#pragma once

#include <cstdint>
#include <memory>

#include "kernels/topk/lists.hpp"

namespace tidemill::kernels {

/// Exact search: the k items with the largest inner products for every query, found without ever holding a score per
/// query and item. Scores are those of inner_product() and lists are in the order of ranks_before(), bit for bit,
/// whatever the blocking, the number of threads or the processor. For cosines give unit_rows() on both sides.
class ExactSearch {
 public:
  /// `items` are not copied and must stay as they are as long as the search; row r is item `first_item` + r in lists
  /// and in RemovedItems. Throws std::invalid_argument when a value is NaN or infinite.
  explicit ExactSearch(VectorRows const& items, std::int32_t first_item = 0);
  ~ExactSearch();
  ExactSearch(ExactSearch&&) noexcept;
  ExactSearch& operator=(ExactSearch&&) noexcept;

  /// Lists for all queries (of the items' width), without their removed items. k >= 1; may exceed the number of items.
  /// Throws std::invalid_argument for another width, k < 1, or a value that is NaN or infinite.
  TopLists top_k(VectorRows const& queries, std::int32_t k, RemovedItems const& removed = {}) const;

  /// Bytes that the search holds beside the items themselves.
  std::int64_t bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tidemill::kernels
