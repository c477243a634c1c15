#include "kernels/features/windows.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "kernels/features/groups.hpp"
#include "kernels/random/philox.hpp"
#include "tests/reference/rolling.hpp"
#include "tests/support/device_array.hpp"

namespace tidemill::kernels {
namespace {

using tests::to_device;

template <class T>
std::vector<T> to_host(Array<T> const& array) {
  auto const mirror = Kokkos::create_mirror_view(array);
  Kokkos::deep_copy(mirror, array);
  return {mirror.data(), mirror.data() + mirror.extent(0)};
}

/// Series of odd lengths with gaps in time and missing values.
struct Sample {
  std::vector<std::int64_t> time, first;
  std::vector<Fixed> values;
  explicit Sample(std::vector<int> const& lengths) {
    for (std::size_t s = 0; s < lengths.size(); ++s) {
      auto const begin = static_cast<std::int64_t>(time.size());
      std::int64_t now = -3;
      for (int i = 0; i < lengths[s]; ++i) {
        auto const random = Philox::block(11, time.size(), 0, 0);
        now += 1 + random.word[0] % 5 / 4 * 3;
        time.push_back(now);
        first.push_back(begin);
        values.push_back(random.word[1] % 6 == 0 ? missing_fixed : static_cast<Fixed>(random.word[2] % 1000) << 18);
      }
    }
  }
  tests::RollingSeries reference() const { return {time, first, values}; }
};

struct OnDevice {
  explicit OnDevice(Sample const& sample, std::int64_t lead)
      : time(to_device(sample.time)),
        first(to_device(sample.first)),
        values(to_device(sample.values)),
        ends("ends", sample.time.size()),
        sums("sums", sample.time.size() + 1),
        counts("counts", sample.time.size() + 1),
        out("out", sample.time.size()) {
    find_ends(exec, rows(), lead, ends);
    accumulate(exec, values, sums, counts);
  }
  SeriesRows rows() const { return {time, first}; }
  RollingInput input() const { return {rows(), ends, values, sums, counts}; }
  Exec exec;
  Array<std::int64_t> time, first;
  Array<Fixed> values;
  Array<std::int64_t> ends;
  Array<Fixed> sums;
  Array<std::int64_t> counts;
  Array<double> out;
};

void expect_same(std::vector<double> const& actual, std::vector<double> const& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    if (std::isnan(expected[i])) {
      EXPECT_TRUE(std::isnan(actual[i])) << "row " << i;
    } else {
      EXPECT_NEAR(actual[i], expected[i], 1e-12 * (1 + std::abs(expected[i]))) << "row " << i;
    }
  }
}

TEST(Windows, AgreeWithThePlainReference) {
  for (std::vector<int> const& lengths : {std::vector<int>{}, {1}, {3, 0, 1}, {40, 1, 133, 2, 60}}) {
    Sample const sample(lengths);
    for (std::int64_t const lead : {1, 2, 7}) {
      OnDevice device(sample, lead);
      for (std::int64_t const window : {1, 3, 8, 100}) {
        for (Statistic const statistic :
             {Statistic::mean, Statistic::sd, Statistic::min, Statistic::max, Statistic::median, Statistic::count}) {
          roll(device.exec, device.input(), lead, window, statistic, device.out);
          expect_same(to_host(device.out), tests::roll(sample.reference(), lead, window, statistic));
        }
      }
      roll(device.exec, device.input(), lead, 0, Statistic::mean, device.out);
      expect_same(to_host(device.out), tests::roll(sample.reference(), lead, 1000000, Statistic::mean));
      lag(device.exec, device.rows(), device.values, lead + 1, device.out);
      expect_same(to_host(device.out), tests::roll(sample.reference(), lead + 1, 1, Statistic::mean));
      season_mean(device.exec, device.rows(), device.values, lead, 7, 3, device.out);
      expect_same(to_host(device.out), tests::season_mean(sample.reference(), lead, 7, 3));
    }
  }
}

TEST(Windows, StepsAreCounted) {
  Exec const exec;
  SeriesRows const rows{to_device(std::vector<std::int64_t>{5, 6, 8, 9, 20}),
                        to_device(std::vector<std::int64_t>{0, 0, 0, 0, 4})};
  Array<double> out("out", 5);
  steps_since_first(exec, rows, 2, out);
  std::vector<double> age = to_host(out);
  EXPECT_TRUE(std::isnan(age[0]) && std::isnan(age[1]) && std::isnan(age[4]));
  EXPECT_EQ(age[3], 4.0);
  steps_into_run(exec, rows, to_device(std::vector<std::int8_t>{0, 1, 1, 1, 1}), out);
  EXPECT_EQ(to_host(out), (std::vector<double>{0, 1, 3, 4, 1}));
}

TEST(Groups, MeansUseThePastOnly) {
  Exec const exec;
  Fixed const one = Fixed{1} << 20;
  auto const group = to_device(std::vector<std::int32_t>{0, 0, 0, 1, 1});
  auto const step = to_device(std::vector<std::int64_t>{0, 1, 3, 0, 2});
  auto const values = to_device(std::vector<Fixed>{one, 3 * one, 5 * one, 7 * one, missing_fixed});
  auto const cells_of = [&](std::int64_t groups, auto const& group_of_row) {
    GroupCells cells{groups, 4, Array<Fixed>("sums", static_cast<std::size_t>(groups * 4)),
                     Array<std::int64_t>("counts", static_cast<std::size_t>(groups * 4))};
    add_rows(exec, group_of_row, step, values, cells);
    return cells;
  };
  GroupCells const cells = cells_of(2, group);
  Array<double> out("out", 5);
  cell_count(exec, cells, group, step, out);
  EXPECT_EQ(to_host(out), (std::vector<double>{1, 1, 1, 1, 0}));
  GroupCells const all = cells_of(1, to_device(std::vector<std::int32_t>(5, 0)));
  accumulate_steps(exec, cells);
  accumulate_steps(exec, all);
  group_mean(exec, cells, all, group, step, 1, 2, 0, out);
  std::vector<double> means = to_host(out);
  EXPECT_TRUE(std::isnan(means[0]));
  EXPECT_EQ(means[1], 1.0);
  EXPECT_EQ(means[2], 3.0);  // steps 1 and 2
  EXPECT_EQ(means[4], 7.0);
  group_mean(exec, cells, all, group, step, 1, 0, 2.0, out);
  means = to_host(out);
  EXPECT_DOUBLE_EQ(means[2], (4 + 2 * (11.0 / 3)) / 4);  // (1 + 3 + 2 mean of 1, 3, 7) / (2 + 2)
}

}  // namespace
}  // namespace tidemill::kernels
