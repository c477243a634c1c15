#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tidemill::kernels {

/// Rows of which most entries are zero, in host memory. Row r has the entries start[r] .. start[r + 1] - 1, terms
/// ascending and without repeats. A row without entries is fine.
struct SparseRows {
  std::vector<std::int64_t> start{0};
  std::vector<std::uint32_t> term;
  std::vector<float> weight;  ///< parallel to `term`

  std::int64_t rows() const { return static_cast<std::int64_t>(start.size()) - 1; }
  std::int64_t size() const { return static_cast<std::int64_t>(term.size()); }
  std::span<std::uint32_t const> terms_of(std::int64_t row) const {
    auto const first = static_cast<std::size_t>(start[static_cast<std::size_t>(row)]);
    return {term.data() + first, static_cast<std::size_t>(start[static_cast<std::size_t>(row) + 1]) - first};
  }
  std::span<float const> weights_of(std::int64_t row) const {
    auto const first = static_cast<std::size_t>(start[static_cast<std::size_t>(row)]);
    return {weight.data() + first, static_cast<std::size_t>(start[static_cast<std::size_t>(row) + 1]) - first};
  }
};

}  // namespace tidemill::kernels
