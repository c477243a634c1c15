#include "kernels/trees/histogram.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "kernels/random/philox.hpp"
#include "kernels/trees/partition.hpp"
#include "kernels/trees/split_feature.hpp"
#include "kernels/trees/split_scan.hpp"

namespace tidemill::kernels {
namespace {

std::uint32_t random(std::int64_t id, std::uint32_t step) {
  return Philox::block(5, static_cast<std::uint64_t>(id), step, 7).word[0];
}

BinnedRows random_rows(std::int64_t rows, std::vector<std::int32_t> const& bins) {
  BinnedRows result = make_binned_rows(rows, bins);
  for (std::size_t f = 0; f < bins.size(); ++f) {
    for (std::int64_t row = 0; row < rows; ++row) {
      result.column_major(f * static_cast<std::size_t>(rows) + static_cast<std::size_t>(row)) =
          static_cast<std::uint8_t>(random(row, static_cast<std::uint32_t>(f)) % static_cast<std::uint32_t>(bins[f]));
    }
  }
  fill_row_major(Exec(), result);
  return result;
}

Array<std::int32_t> random_gradients(std::int64_t rows, CellLayout const& layout) {
  Array<std::int32_t> quantised("quantised", static_cast<std::size_t>(rows));
  for (std::int64_t row = 0; row < rows; ++row) {
    std::int32_t const limit = layout.gradient_limit;
    auto const g = static_cast<std::int32_t>(random(row, 100) % static_cast<std::uint32_t>(2 * limit + 1)) - limit;
    auto const h = static_cast<std::int32_t>(random(row, 101) % static_cast<std::uint32_t>(layout.hessian_limit + 1));
    quantised(static_cast<std::size_t>(row)) = g * 65536 + h;
  }
  return quantised;
}

/// Every third row, or all of them.
NodeRows some_rows(std::int64_t rows, bool all) {
  NodeRows node;
  node.is_all = all;
  node.index = Array<std::uint32_t>("index", static_cast<std::size_t>(rows) + 64);
  for (std::int64_t row = 0; row < rows; row += 3)
    node.index(static_cast<std::size_t>(node.count++)) = static_cast<std::uint32_t>(row);
  if (all) node.count = rows;
  return node;
}

std::vector<CellLayout> layouts() {
  return {CellLayout::unit_hessian(), CellLayout::any_hessian(false), CellLayout::any_hessian(true)};
}

HistogramView view(Array<std::int64_t> const& cells, BinnedRows const& rows, bool wide, CellLayout const& layout) {
  return {cells.data(), rows.cells(), wide, layout};
}

TEST(Histogram, EqualsPlainSumsAtOddSizes) {
  std::vector<std::int32_t> const bins{256, 2, 17, 255, 9, 1, 64, 3, 200, 5, 31};
  for (std::int64_t const n : {0, 1, 15, 17, 4095, 4097, 70001}) {
    BinnedRows const rows = random_rows(n, bins);
    for (CellLayout const& layout : layouts()) {
      Array<std::int32_t> const quantised = random_gradients(n, layout);
      for (bool const all : {true, false}) {
        NodeRows const node = some_rows(n, all);
        bool const wide = node.count > layout.rows_per_block;
        Array<std::int64_t> const fast("fast", static_cast<std::size_t>(rows.cells() * 3));
        Array<std::int64_t> const portable("portable", static_cast<std::size_t>(rows.cells() * 3));
        build_histogram(Exec(), rows, quantised, node, layout, wide, fast);
        build_histogram_portable(Exec(), rows, quantised, node, layout, wide, portable);
        for (std::size_t f = 0; f < bins.size(); ++f) {
          std::vector<NodeSums> expected(static_cast<std::size_t>(bins[f]));
          for (std::int64_t i = 0; i < node.count; ++i) {
            std::size_t const row = all ? static_cast<std::size_t>(i) : node.index(static_cast<std::size_t>(i));
            NodeSums& sum = expected[rows.column_major(f * static_cast<std::size_t>(n) + row)];
            sum.gradient += quantised(row) >> 16;
            sum.hessian += layout.has_hessian() ? quantised(row) & 0xffff : 1;
            sum.count += layout.has_count() ? 1 : 0;
          }
          auto const lane = static_cast<std::int32_t>(f % 8);
          std::int64_t const start = rows.block_start[f / 8];
          for (std::int32_t b = 0; b < bins[f]; ++b) {
            for (auto const& cells : {fast, portable}) {
              NodeSums const found = sums_of_bin(view(cells, rows, wide, layout), start, lane, b);
              ASSERT_EQ(found.gradient, expected[static_cast<std::size_t>(b)].gradient) << n << " " << f << " " << b;
              ASSERT_EQ(found.hessian, expected[static_cast<std::size_t>(b)].hessian);
              ASSERT_EQ(found.count, expected[static_cast<std::size_t>(b)].count);
            }
          }
        }
      }
    }
  }
}

TEST(Histogram, ExtremeGradientsDoNotOverflow) {
  for (CellLayout const& layout : layouts()) {
    std::int64_t const n = layout.rows_per_block;
    BinnedRows const rows = make_binned_rows(n, {2});  // every row in bin 0
    for (int const sign : {-1, 1}) {
      Array<std::int32_t> const quantised("quantised", static_cast<std::size_t>(n));
      Kokkos::deep_copy(quantised, sign * layout.gradient_limit * 65536 + layout.hessian_limit);
      NodeRows node;
      node.count = n;
      node.is_all = true;
      Array<std::int64_t> const cells("cells", static_cast<std::size_t>(rows.cells()));
      build_histogram(Exec(), rows, quantised, node, layout, false, cells);
      EXPECT_EQ(layout.gradient(cells(0)), sign * n * layout.gradient_limit);
      EXPECT_TRUE(!layout.has_hessian() || layout.hessian(cells(0)) == n * layout.hessian_limit);
      EXPECT_TRUE(!layout.has_count() || layout.count(cells(0)) == n);
    }
  }
}

TEST(Histogram, SiblingBySubtractionEqualsSiblingBySumming) {
  std::int64_t const n = 30000;
  BinnedRows const rows = random_rows(n, {100, 200, 7});
  for (CellLayout const& layout : layouts()) {
    Array<std::int32_t> const quantised = random_gradients(n, layout);
    NodeRows parent = some_rows(n, false);
    NodeRows child = parent;
    child.count = 1000;
    NodeRows sibling = parent;
    sibling.first = 1000;
    sibling.count = parent.count - 1000;
    auto const build = [&](NodeRows const& node, bool wide) {
      Array<std::int64_t> const cells("cells", static_cast<std::size_t>(rows.cells() * 3));
      build_histogram(Exec(), rows, quantised, node, layout, wide, cells);
      return cells;
    };
    Array<std::int64_t> const whole = build(parent, true);
    subtract_packed_from_wide(whole.data(), build(child, false).data(), rows.cells(), layout);
    Array<std::int64_t> const expected = build(sibling, true);
    for (std::int64_t i = 0; i < rows.cells() * layout.planes(); ++i) {
      ASSERT_EQ(whole(static_cast<std::size_t>(i)), expected(static_cast<std::size_t>(i)));
    }
    NodeRows few = parent;
    few.count = 2500;
    Array<std::int64_t> const packed("packed", static_cast<std::size_t>(rows.cells()));
    pack(build(few, true).data(), rows.cells(), layout, packed.data());
    Array<std::int64_t> const direct = build(few, false);
    for (std::int64_t i = 0; i < rows.cells(); ++i) {
      ASSERT_EQ(packed(static_cast<std::size_t>(i)), direct(static_cast<std::size_t>(i)));
    }
  }
}

TEST(Partition, KeepsOrderAndNeighbours) {
  BinnedRows const rows = random_rows(5003, {256, 12});
  BinSet left;
  for (std::int32_t b = 0; b < 256; b += 3) left.insert(b);
  for (std::int64_t const count : {0, 1, 15, 16, 17, 1000, 5003}) {
    for (bool const all : {false, true}) {
      for (bool const portable : {false, true}) {
        std::int64_t const first = all ? 0 : std::min<std::int64_t>(7, 5003 - count);
        Array<std::uint32_t> const index("index", 5003 + 64);
        Array<std::uint32_t> const scratch("scratch", 5003 + 64);
        for (std::uint32_t i = 0; i < 5003 + 64; ++i) index(i) = all && i < count ? 77 : i % 5003;
        auto const run = portable ? partition_rows_portable : partition_rows;
        std::int64_t const to_left = run(Exec(), rows, 0, left, index, first, count, all, scratch);
        std::vector<std::uint32_t> expected;
        for (bool const wanted : {true, false}) {
          for (std::int64_t i = first; i < first + count; ++i) {
            if (left.has(rows.column_major(static_cast<std::size_t>(i))) == wanted)
              expected.push_back(static_cast<std::uint32_t>(i));
          }
          EXPECT_TRUE(!wanted || static_cast<std::int64_t>(expected.size()) == to_left);
        }
        for (std::int64_t i = 0; i < count; ++i) {
          ASSERT_EQ(index(static_cast<std::size_t>(first + i)), expected[static_cast<std::size_t>(i)]) << count;
        }
        for (std::int64_t i = first + count; i < 5003; ++i) {
          ASSERT_EQ(index(static_cast<std::size_t>(i)), static_cast<std::uint32_t>(i)) << "a neighbour was overwritten";
        }
      }
    }
  }
}

TEST(SplitScan, VectorAndPortableGiveTheSameBits) {
  if (!host::has_avx512()) GTEST_SKIP() << "this processor has no AVX-512";
  std::int64_t const n = 9001;
  for (CellLayout const& layout : layouts()) {
    BinnedRows const rows = random_rows(n, {256, 2, 17, 255, 9, 1, 64, 3});
    Array<std::int32_t> const quantised = random_gradients(n, layout);
    for (std::int64_t const count : {std::int64_t{3}, std::int64_t{100}, n}) {
      NodeRows node;
      node.count = count;
      node.is_all = true;
      for (bool const wide : {false, true}) {
        if (!wide && count > layout.rows_per_block) continue;
        Array<std::int64_t> const cells("cells", static_cast<std::size_t>(rows.cells() * 3));
        build_histogram(Exec(), rows, quantised, node, layout, wide, cells);
        BlockScan scan{view(cells, rows, wide, layout), 0, 256, {}, {}};
        for (std::int32_t b = 0; b < 256; ++b) scan.node = scan.node + sums_of_bin(scan.histogram, 0, 0, b);
        scan.rules.min_rows = 2;
        scan.rules.gradient_unit = 0x1p-11;
        scan.rules.hessian_unit = 0x1p-9;
        scan.rules.l2 = 0.3;
        LaneBest fast, portable;
        scan_block_avx512(scan, fast);
        scan_block_portable(scan, portable);
        for (int lane = 0; lane < 8; ++lane) {
          EXPECT_EQ(fast.score[lane], portable.score[lane]);
          EXPECT_EQ(fast.bin[lane], portable.bin[lane]);
          EXPECT_EQ(fast.missing_left[lane], portable.missing_left[lane]);
        }
      }
    }
  }
}

}  // namespace
}  // namespace tidemill::kernels
