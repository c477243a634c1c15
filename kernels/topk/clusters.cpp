#include "kernels/topk/clusters.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/topk/filtered.hpp"
#include "kernels/topk/scan.hpp"
#include "kernels/topk/score.hpp"
#include "kernels/topk/search.hpp"

namespace tidemill::kernels {
namespace {

constexpr std::int64_t rows_at_once = 1 << 14;

/// Rows with one more number each, given by `last`.
template <class Last>
std::vector<float> widened(VectorRows const& rows, Last const& last) {
  auto const width = static_cast<std::size_t>(rows.width);
  std::vector<float> wide(static_cast<std::size_t>(rows.count) * (width + 1));
  for (std::int64_t row = 0; row < rows.count; ++row) {
    float* const to = wide.data() + static_cast<std::size_t>(row) * (width + 1);
    std::copy_n(rows.row(row), width, to);
    to[width] = last(rows.row(row));
  }
  return wide;
}

void keep_best(std::size_t k, std::vector<ScoredItem>& found) {
  auto const before = [](ScoredItem const& a, ScoredItem const& b) {
    return ranks_before(a.score, a.item, b.score, b.item);
  };
  if (found.size() <= k) return;
  std::nth_element(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(k), found.end(), before);
  found.resize(k);
}

}  // namespace

std::vector<std::int32_t> nearest_centroids(VectorRows const& rows, VectorRows const& centroids) {
  std::int32_t const width = rows.width;
  std::vector<float> const targets =
      widened(centroids, [&](float const* c) { return static_cast<float>(-.5 * inner_product(c, c, width)); });
  ExactSearch const search({targets.data(), centroids.count, width + 1});
  std::vector<std::int32_t> nearest;
  nearest.reserve(static_cast<std::size_t>(rows.count));
  for (std::int64_t first = 0; first < rows.count; first += rows_at_once) {
    std::int64_t const count = std::min(rows_at_once, rows.count - first);
    std::vector<float> const points = widened({rows.row(first), count, width}, [](float const*) { return 1.0f; });
    TopLists const best = search.top_k({points.data(), count, width + 1}, 1);
    nearest.insert(nearest.end(), best.item.begin(), best.item.end());
  }
  return nearest;
}

int shift_for(float largest, std::int64_t rows) {
  if (!(largest > 0)) return 0;
  int exponent = 0;
  std::frexp(largest, &exponent);  // largest < 2^exponent
  int const row_bits = static_cast<int>(std::ceil(std::log2(static_cast<double>(std::max<std::int64_t>(rows, 1)))));
  return std::min(52, 61 - row_bits) - exponent;
}

void add_members(VectorRows const& rows, std::span<std::int32_t const> cluster, int shift, std::span<std::int64_t> sums,
                 std::span<std::int64_t> counts) {
  for (std::int64_t row = 0; row < rows.count; ++row) {
    auto const c = static_cast<std::size_t>(cluster[static_cast<std::size_t>(row)]);
    std::int64_t* const sum = sums.data() + c * static_cast<std::size_t>(rows.width);
    float const* const values = rows.row(row);
    double const unit = std::ldexp(1.0, shift);
    for (std::int32_t i = 0; i < rows.width; ++i) sum[i] += std::llrint(static_cast<double>(values[i]) * unit);
    ++counts[c];
  }
}

void add_list(VectorRows const& rows, std::span<std::int32_t const> item, float const* query, std::int32_t k,
              std::int32_t skipped, std::vector<ScoredItem>& found) {
  bool const fast = host::can_filter();
  std::vector<double> const wide(query, query + rows.width);
  for (std::int64_t first = 0; first < rows.count; first += 4) {
    std::int64_t const count = std::min<std::int64_t>(4, rows.count - first);
    float const* four[4];
    for (std::int64_t i = 0; i < 4; ++i) four[i] = rows.row(first + std::min(i, count - 1));
    float scores[4];
    if (fast) {
      host::inner_products_avx2(wide.data(), four, rows.width, scores);
    } else {
      for (std::int64_t i = 0; i < count; ++i) scores[i] = inner_product(query, four[i], rows.width);
    }
    for (std::int64_t i = 0; i < count; ++i) {
      std::int32_t const number = item[static_cast<std::size_t>(first + i)];
      if (number != skipped) found.push_back({scores[i], number});
    }
  }
  keep_best(static_cast<std::size_t>(k), found);
}

}  // namespace tidemill::kernels
