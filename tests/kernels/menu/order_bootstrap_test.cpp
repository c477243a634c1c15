#include "kernels/menu/order_bootstrap.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/device_array.hpp"

namespace tidemill::kernels {
namespace {

using tests::to_device;

struct HostLines {
  std::vector<std::int64_t> first_line{0};
  std::vector<std::uint64_t> order;
  std::vector<std::int32_t> item;
  std::vector<std::int64_t> units, net;
};

HostLines make_lines(int orders, int items) {
  HostLines lines;
  for (int k = 0; k < orders; ++k) {
    lines.order.push_back(0x123456789ull * static_cast<std::uint64_t>(k + 1));
    for (int j = 0; j <= k % 4; ++j) {
      lines.item.push_back((k + j * 3) % items);
      lines.units.push_back(1000 * (1 + j));
      lines.net.push_back(k % 7 == 0 ? -250 : 995 + k);
    }
    lines.first_line.push_back(static_cast<std::int64_t>(lines.item.size()));
  }
  return lines;
}

TEST(OrderBootstrap, EqualsThePlainLoop) {
  for (int const orders : {0, 1, 33, 500}) {
    for (int const resamples : {1, 6, 64}) {
      int const items = 5;
      HostLines const lines = make_lines(orders, items);
      ResampleTotals units("units", items, resamples), net("net", items, resamples);
      resample_orders(Exec(),
                      {to_device(lines.first_line), to_device(lines.order), to_device(lines.item),
                       to_device(lines.units), to_device(lines.net)},
                      42, units, net);
      auto const units_found = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), units);
      auto const net_found = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), net);
      for (int b = 0; b < resamples; ++b) {
        std::vector<std::int64_t> units_expected(items, 0), net_expected(items, 0);
        for (std::size_t k = 0; k < lines.order.size(); ++k) {
          int const weight = order_weights(42, lines.order[k], static_cast<std::uint32_t>(b / 4)).of[b % 4];
          for (auto line = lines.first_line[k]; line < lines.first_line[k + 1]; ++line) {
            auto const l = static_cast<std::size_t>(line);
            units_expected[static_cast<std::size_t>(lines.item[l])] += weight * lines.units[l];
            net_expected[static_cast<std::size_t>(lines.item[l])] += weight * lines.net[l];
          }
        }
        for (int i = 0; i < items; ++i) {
          EXPECT_EQ(units_found(i, b), units_expected[static_cast<std::size_t>(i)]);
          EXPECT_EQ(net_found(i, b), net_expected[static_cast<std::size_t>(i)]);
        }
      }
    }
  }
}

TEST(OrderBootstrap, WeightsArePoissonWithMeanOne) {
  std::vector<int> count(12, 0);
  int const draws = 40000;
  for (int k = 0; k < draws / 4; ++k) {
    PoissonWeights const weights = order_weights(7, static_cast<std::uint64_t>(k), 3);
    for (int const weight : weights.of) ++count[static_cast<std::size_t>(weight)];
  }
  double mean = 0;
  for (int w = 0; w < 12; ++w) mean += w * static_cast<double>(count[static_cast<std::size_t>(w)]) / draws;
  EXPECT_NEAR(mean, 1.0, 0.02);
  EXPECT_NEAR(static_cast<double>(count[0]) / draws, 0.367879, 0.01);
  EXPECT_NEAR(static_cast<double>(count[3]) / draws, 0.061313, 0.005);
}

}  // namespace
}  // namespace tidemill::kernels
