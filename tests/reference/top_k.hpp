#pragma once

#include <algorithm>
#include <limits>

#include "kernels/topk/lists.hpp"

namespace tidemill::tests::reference {

/// Inner product as kernels/topk/score.hpp defines it.
inline float score(float const* a, float const* b, std::int32_t width) {
  double lane[8] = {};
  for (std::int32_t i = 0; i < width; ++i) lane[i % 8] += static_cast<double>(a[i]) * b[i];
  return static_cast<float>(((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7])));
}

/// All scores of one query, sorted, cut at k.
inline kernels::TopLists top_k(kernels::VectorRows const& items, kernels::VectorRows const& queries, std::int32_t k,
                               kernels::RemovedItems const& removed = {}, std::int32_t first_item = 0) {
  kernels::TopLists lists{k, {}, {}};
  for (std::int64_t q = 0; q < queries.count; ++q) {
    auto const gone = removed.of(q);
    std::vector<std::pair<float, std::int32_t>> all;
    for (std::int64_t row = 0; row < items.count; ++row) {
      auto const number = static_cast<std::int32_t>(first_item + row);
      if (std::find(gone.begin(), gone.end(), number) != gone.end()) continue;
      all.emplace_back(-score(queries.row(q), items.row(row), items.width), number);
    }
    std::sort(all.begin(), all.end());
    for (std::size_t i = 0; i < static_cast<std::size_t>(k); ++i) {
      lists.item.push_back(i < all.size() ? all[i].second : -1);
      lists.score.push_back(i < all.size() ? -all[i].first : -std::numeric_limits<float>::infinity());
    }
  }
  return lists;
}

}  // namespace tidemill::tests::reference
