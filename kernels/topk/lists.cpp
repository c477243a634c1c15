#include "kernels/topk/lists.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/topk/score.hpp"

namespace tidemill::kernels {

void write_list(std::vector<ScoredItem>& found, std::int64_t query, TopLists& lists) {
  auto const k = static_cast<std::size_t>(lists.k);
  auto const before = [](ScoredItem const& a, ScoredItem const& b) {
    return ranks_before(a.score, a.item, b.score, b.item);
  };
  std::size_t const kept = std::min(k, found.size());
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(kept), found.end(), before);
  std::size_t const at = static_cast<std::size_t>(query) * k;
  for (std::size_t i = 0; i < k; ++i) {
    lists.item[at + i] = i < kept ? found[i].item : -1;
    lists.score[at + i] = i < kept ? found[i].score : -std::numeric_limits<float>::infinity();
  }
}

TopLists merge_lists(std::span<TopLists const> parts) {
  TopLists merged;
  if (parts.empty()) return merged;
  merged = parts[0];
  auto const k = static_cast<std::size_t>(merged.k);
  std::vector<ScoredItem> found;
  for (std::size_t first = 0; first < merged.item.size(); first += k) {
    found.clear();
    for (TopLists const& part : parts) {
      for (std::size_t i = first; i < first + k && part.item[i] >= 0; ++i) {
        found.push_back({part.score[i], part.item[i]});
      }
    }
    write_list(found, static_cast<std::int64_t>(first / k), merged);
  }
  return merged;
}

std::vector<float> unit_rows(VectorRows const& rows) {
  auto const width = static_cast<std::size_t>(rows.width);
  std::vector<float> units(static_cast<std::size_t>(rows.count) * width);
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows.count); ++row) {
    float const* const from = rows.values + row * width;
    double squares = 0;
    for (std::size_t i = 0; i < width; ++i) squares += static_cast<double>(from[i]) * static_cast<double>(from[i]);
    double const length = std::sqrt(squares);
    if (length == 0) continue;
    for (std::size_t i = 0; i < width; ++i) units[row * width + i] = static_cast<float>(from[i] / length);
  }
  return units;
}

std::int64_t first_row_not_finite(VectorRows const& rows) {
  for (std::int64_t row = 0; row < rows.count; ++row) {
    float const* const values = rows.row(row);
    // Zero times a number is zero; zero times anything else is NaN, and stays NaN in the sum.
    float probe = 0;
    for (std::int32_t i = 0; i < rows.width; ++i) probe += values[i] * 0.0f;
    if (!(probe == 0.0f)) return row;
  }
  return -1;
}

}  // namespace tidemill::kernels
