#pragma once

#include <cstdint>
#include <vector>

#include "io/comm/comm.hpp"
#include "kernels/bpr/pairwise.hpp"

namespace tidemill::drivers {

/// Item factors spread over ranks in equal shares; ranks fetch the rows that a batch needs and send back gradients,
/// which the owner adds as integers: so the sums do not depend on who computed which part.
class ItemExchange {
 public:
  ItemExchange(io::Comm const& comm, std::int64_t items, std::int32_t width);

  io::RowRange share() const { return share_; }
  /// This rank's rows and Adagrad's sums of squares, row-major.
  std::vector<float>& values() { return values_; }
  std::vector<float>& squares() { return squares_; }
  std::vector<float> const& values() const { return values_; }
  std::vector<float> const& squares() const { return squares_; }

  /// Collective. Rows of `wanted` (ascending item numbers), in that order.
  std::vector<float> fetch(std::vector<std::int32_t> const& wanted);
  /// Collective, after fetch. Row-major sums for the rows last fetched, with their numbers of uses; the owners add all
  /// ranks' sums and take one step.
  void climb(std::vector<std::int64_t> const& gradient, std::vector<std::int32_t> const& uses,
             kernels::PairwiseStep const& step);

 private:
  int owner_of(std::int32_t item) const;
  io::Comm comm_;
  std::int32_t width_;
  io::RowRange share_;
  std::vector<std::int64_t> first_of_rank_;
  std::vector<float> values_, squares_;
  std::vector<std::vector<std::int32_t>> asked_;  ///< of the last fetch: items that rank r wants from here
  std::vector<std::int64_t> rows_from_;           ///< of the last fetch: rows that rank r owns
  std::vector<std::int64_t> sum_;                 ///< width + 1 per row of this rank, 0 between batches
};

}  // namespace tidemill::drivers
