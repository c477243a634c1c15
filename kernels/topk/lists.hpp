#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tidemill::kernels {

/// Vectors of one width on the host, row-major; not owned.
struct VectorRows {
  float const* values = nullptr;
  std::int64_t count = 0;
  std::int32_t width = 0;

  float const* row(std::int64_t number) const { return values + number * width; }
};

/// k items per query, best first (see ranks_before); shorter lists end in item -1 with score -infinity.
struct TopLists {
  std::int32_t k = 0;
  std::vector<std::int32_t> item;  ///< queries x k
  std::vector<float> score;        ///< queries x k
};

/// Items that a query must not get: query q has item[start[q]] .. item[start[q + 1] - 1], ascending. Not owned;
/// no starts: nothing is removed.
struct RemovedItems {
  std::span<std::int64_t const> start;
  std::span<std::int32_t const> item;

  std::span<std::int32_t const> of(std::int64_t query) const {
    if (start.empty()) return {};
    auto const q = static_cast<std::size_t>(query);
    return item.subspan(static_cast<std::size_t>(start[q]), static_cast<std::size_t>(start[q + 1] - start[q]));
  }
};

/// One item of a list while it is made.
struct ScoredItem {
  float score;
  std::int32_t item;
};

/// Best k of `found` in the order of the lists, written to row `query` of `lists`. `found` is reordered.
void write_list(std::vector<ScoredItem>& found, std::int64_t query, TopLists& lists);

/// The best k of several lists of the same queries over different items. All parts have the same k.
TopLists merge_lists(std::span<TopLists const> parts);

/// Rows divided by their lengths, so that inner products are cosines; a row of zeros stays zero.
std::vector<float> unit_rows(VectorRows const& rows);

/// Number of the first row that holds NaN or infinity; -1 when there is none.
std::int64_t first_row_not_finite(VectorRows const& rows);

}  // namespace tidemill::kernels
