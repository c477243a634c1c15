#include "kernels/content/sparse_product.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tidemill::kernels {
namespace {

template <class T>
Array<T const> on_device(std::vector<T> const& values) {
  using Host = Kokkos::View<T const*, Kokkos::HostSpace, Kokkos::MemoryUnmanaged>;
  Array<T> device("values", values.size());
  Kokkos::deep_copy(device, Host(values.data(), values.size()));
  return device;
}

struct HostRows {
  std::vector<std::int64_t> start{0};
  std::vector<std::int32_t> column;
  std::vector<float> value;
  SparseMatrix device() const { return {on_device(start), on_device(column), on_device(value)}; }
};

/// Every third cell or so, small whole numbers: products and sums are exact.
HostRows some_rows(int rows, int columns, int salt) {
  HostRows result;
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      if ((r * 7 + c * 5 + salt) % 3 != 0) continue;
      result.column.push_back(c);
      result.value.push_back(static_cast<float>((r + 2 * c + salt) % 9 - 4));
    }
    result.start.push_back(static_cast<std::int64_t>(result.column.size()));
  }
  return result;
}

TEST(SparseProduct, IsThePlainProductAddedToWhatIsThere) {
  Exec const exec;
  for (int const rows : {0, 1, 5}) {
    for (int const middle : {1, 4, 33}) {
      for (int const columns : {1, 2, 65, 1000}) {
        HostRows const left = some_rows(rows, middle, 1), right = some_rows(middle, columns, 2);
        ScoreMatrix const out("out", static_cast<std::size_t>(rows), static_cast<std::size_t>(columns));
        Kokkos::deep_copy(out, 7.0f);
        add_sparse_product(exec, left.device(), right.device(), out);
        auto const found = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), out);
        std::vector<float> expected(static_cast<std::size_t>(rows * columns), 7.0f);
        for (std::size_t r = 0; r < static_cast<std::size_t>(rows); ++r) {
          for (auto e = static_cast<std::size_t>(left.start[r]); e < static_cast<std::size_t>(left.start[r + 1]); ++e) {
            auto const m = static_cast<std::size_t>(left.column[e]);
            for (auto f = static_cast<std::size_t>(right.start[m]); f < static_cast<std::size_t>(right.start[m + 1]);
                 ++f) {
              expected[r * static_cast<std::size_t>(columns) + static_cast<std::size_t>(right.column[f])] +=
                  left.value[e] * right.value[f];
            }
          }
        }
        for (int r = 0; r < rows; ++r) {
          for (int c = 0; c < columns; ++c) {
            EXPECT_EQ(found(r, c), expected[static_cast<std::size_t>(r * columns + c)]) << r << " " << c;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace tidemill::kernels
