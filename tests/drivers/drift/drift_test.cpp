#include "drivers/drift/drift.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "drivers/drift/sorted_values.hpp"
#include "drivers/drift/statistics.hpp"
#include "io/csv/write_csv.hpp"
#include "io/error.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using tests::world;

constexpr double not_there = std::numeric_limits<double>::quiet_NaN();

/// Independent of ranks: number i of stream s in (0, 1).
double drawn(std::uint64_t stream, std::int64_t i) {
  std::uint64_t z = (static_cast<std::uint64_t>(i) + 1) * 0x9E3779B97F4A7C15 + stream * 0xD1B54A32D192ED03;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return (static_cast<double>((z ^ (z >> 31)) >> 11) + 0.5) / 9007199254740992.0;
}

using Values = std::vector<double>;

/// This rank's share of rows that every rank knows, in a column x; text of the value's sign in a column t.
io::Table table_of(Values const& all, io::Comm const& comm = world()) {
  io::Table table;
  table.range = io::even_share(static_cast<std::int64_t>(all.size()), comm.rank(), comm.size());
  Values const mine(all.begin() + table.range.first, all.begin() + table.range.end());
  std::vector<std::string> texts;
  for (double const value : mine)
    texts.push_back(std::isnan(value) ? "" : value < 0 ? "minus" : value > 2 ? "much" : "plus");
  table.add(io::real_column("x", mine));
  table.add(io::text_column(comm, "t", texts));
  return table;
}

/// All rows of all tables, to the last bit of every number.
std::string rows_of(io::Comm const& comm, std::vector<ColumnDrift> const& drifts) {
  std::string all;
  for (io::Table const& table : {drift_table(comm, drifts), drift_bin_table(comm, drifts)}) {
    for (std::string const& part : comm.gather_all_texts(io::csv_rows(table))) all += part;
  }
  return all;
}

Values sample(std::uint64_t stream, std::int64_t count, double shift = 0, double missing = 0) {
  Values values;
  for (std::int64_t i = 0; i < count; ++i) {
    double const angle = 6.283185307179586 * drawn(stream + 1, i);
    double const normal = std::sqrt(-2 * std::log(drawn(stream, i))) * std::cos(angle) + shift;
    values.push_back(drawn(stream + 2, i) < missing ? not_there : normal);
  }
  return values;
}

/// The slow way, on all values.
double plain_ks(Values const& a, Values const& b) {
  double largest = 0;
  for (Values const& points : {a, b}) {
    for (double const point : points) {
      auto const below = [&](Values const& v) {
        return static_cast<double>(std::count_if(v.begin(), v.end(), [&](double x) { return x <= point; })) /
               static_cast<double>(v.size());
      };
      largest = std::max(largest, std::abs(below(a) - below(b)));
    }
  }
  return largest;
}

double plain_psi(Values const& reference, Values const& current, int bins) {
  Values sorted = reference;
  std::erase_if(sorted, [](double v) { return std::isnan(v); });
  std::sort(sorted.begin(), sorted.end());
  Values edges;
  for (int bin = 1; bin < bins; ++bin) {
    auto const place = static_cast<std::size_t>(std::ceil(static_cast<double>(sorted.size()) * bin / bins));
    if (edges.empty() || sorted[place - 1] > edges.back()) edges.push_back(sorted[place - 1]);
  }
  double psi = 0;
  for (std::size_t bin = 0; bin <= edges.size() + 1; ++bin) {
    auto const share = [&](Values const& values) {
      double rows = 0;
      for (double const v : values) {
        std::size_t const in =
            std::isnan(v) ? edges.size() + 1
                          : static_cast<std::size_t>(std::lower_bound(edges.begin(), edges.end(), v) - edges.begin());
        rows += in == bin ? 1 : 0;
      }
      return std::max(1e-4, rows / static_cast<double>(values.size()));
    };
    psi += (share(current) - share(reference)) * std::log(share(current) / share(reference));
  }
  return psi;
}

TEST(DriftStatistics, WorkedNumbers) {
  EXPECT_NEAR(
      population_stability(std::vector<std::int64_t>{10, 20, 30, 40}, std::vector<std::int64_t>{15, 25, 30, 30}),
      0.060199, 1e-6);
  auto const all = compare_tables(world(), "w", table_of({1, 2, 3, 4}), table_of({2, 3, 4, 5, 6}), {{"x"}});
  ASSERT_EQ(all.size(), 1u);
  EXPECT_DOUBLE_EQ(all[0].ks, 0.4);
  EXPECT_EQ(all[0].level, DriftLevel::too_few);
  EXPECT_DOUBLE_EQ(all[0].current.mean, 4);
  EXPECT_DOUBLE_EQ(all[0].reference.p50, 2);
  EXPECT_DOUBLE_EQ(stability_expected(11, 100, 50), 10 * (0.01 + 0.02));
  EXPECT_NEAR(stability_bound(11, 2, 2, 3.0902323), 29.588, 0.2);  // chi square with 10 degrees of freedom, 0.999
  // Both forms of Kolmogorov's function meet, and its tabled quantile: P(1.3581) = .05.
  EXPECT_NEAR(kolmogorov_p(1.3581, 2, 2), 0.05, 1e-4);
  EXPECT_NEAR(kolmogorov_p(0.999999, 2, 2), kolmogorov_p(1.000001, 2, 2), 1e-5);
  EXPECT_NEAR(kolmogorov_p(0.999999, 2, 2), 0.27, 1e-4);
  EXPECT_DOUBLE_EQ(jensen_shannon(std::vector<std::int64_t>{4, 0}, std::vector<std::int64_t>{0, 9}), 1);
  EXPECT_DOUBLE_EQ(jensen_shannon(std::vector<std::int64_t>{4, 8}, std::vector<std::int64_t>{1, 2}), 0);
}

TEST(DriftStatistics, KeysKeepTheOrderOfNumbers) {
  Values const ascending{-std::numeric_limits<double>::infinity(), -1e300, -1, -5e-324, 0, 5e-324, 1, 1e300};
  for (std::size_t i = 1; i < ascending.size(); ++i)
    EXPECT_LT(ordered_key(ascending[i - 1]), ordered_key(ascending[i]));
  EXPECT_EQ(ordered_key(-0.0), ordered_key(0.0));
  for (double const value : ascending) EXPECT_EQ(value_of_key(ordered_key(value)), value);
}

TEST(Drift, EqualsThePlainWay) {
  for (std::int64_t const count : {1, 97, 400}) {
    Values reference = sample(1, count), current = sample(11, count / 2 + 3, 0.4);
    for (double& value : current) value = std::round(value * 4) / 4;  // ties, and values on the edges
    for (double& value : reference) value = std::round(value * 4) / 4;
    auto const drift = compare_tables(world(), "w", table_of(reference), table_of(current), {{"x"}})[0];
    EXPECT_DOUBLE_EQ(drift.ks, plain_ks(reference, current)) << count;
    EXPECT_NEAR(drift.psi, plain_psi(reference, current, 10), 1e-12) << count;
  }
  Values const gaps = sample(21, 300, 0, 0.2), more_gaps = sample(31, 200, 0, 0.7);
  auto const drift = compare_tables(world(), "w", table_of(gaps), table_of(more_gaps), {{"x"}})[0];
  EXPECT_NEAR(drift.psi, plain_psi(gaps, more_gaps, 10), 1e-12);
  EXPECT_EQ(drift.level, DriftLevel::major);
  EXPECT_EQ(drift.current.rows, 200);
  EXPECT_EQ(drift.current.missing,
            std::count_if(more_gaps.begin(), more_gaps.end(), [](double v) { return std::isnan(v); }));
}

TEST(Drift, InjectedShiftsAreFoundAndNoneInShuffledRows) {
  int false_alarms = 0;
  for (std::uint64_t turn = 0; turn < 8; ++turn) {
    Values const reference = sample(100 + 10 * turn, 600), current = sample(5000 + 10 * turn, 500);
    for (ColumnDrift const& drift : compare_tables(world(), "w", table_of(reference), table_of(current))) {
      false_alarms += drift.level == DriftLevel::steady ? 0 : 1;
    }
  }
  EXPECT_EQ(false_alarms, 0);
  Values const reference = sample(1, 600);
  auto const shifted = compare_tables(world(), "w", table_of(reference), table_of(sample(11, 500, 1)));
  ASSERT_EQ(shifted.size(), 2u);
  EXPECT_EQ(shifted[0].level, DriftLevel::major) << shifted[0].psi;
  EXPECT_FALSE(shifted[1].is_number);
  EXPECT_EQ(shifted[1].level, DriftLevel::major) << shifted[1].js;
  EXPECT_EQ(compare_tables(world(), "w", table_of(reference), table_of(sample(11, 500, 0.4)), {{"x"}})[0].level,
            DriftLevel::moderate);
  Values wider = sample(11, 500);
  for (double& value : wider) value *= 2;
  EXPECT_EQ(compare_tables(world(), "w", table_of(reference), table_of(wider), {{"x"}})[0].level, DriftLevel::major);
}

TEST(Drift, TheSameBitsForAnyRanksAndEmptySides) {
  Values const reference = sample(1, 333, 0, 0.1), current = sample(11, 111, 0.7);
  auto const drifts = compare_tables(world(), "w", table_of(reference), table_of(current));
  // Rows held by the last rank alone, in another order.
  Values turned(current.rbegin(), current.rend());
  io::Table const lopsided = [&] {
    io::Table table;
    bool const is_last = world().rank() == world().size() - 1;
    table.range = io::range_of_part(world(), is_last ? 111 : 0);
    std::vector<std::string> texts;
    for (double const v : is_last ? turned : Values{}) texts.push_back(v < 0 ? "minus" : v > 2 ? "much" : "plus");
    table.add(io::real_column("x", is_last ? turned : Values{}));
    table.add(io::text_column(world(), "t", texts));
    return table;
  }();
  auto const again = compare_tables(world(), "w", table_of(reference), lopsided);
  EXPECT_EQ(rows_of(world(), drifts), rows_of(world(), again));
  io::Comm const self = io::Comm::self();
  EXPECT_EQ(rows_of(world(), drifts),
            rows_of(self, compare_tables(self, "w", table_of(reference, self), table_of(current, self))));
  auto const empty = compare_tables(world(), "w", table_of({}), table_of(current));
  EXPECT_EQ(empty[0].level, DriftLevel::too_few);
  EXPECT_TRUE(std::isnan(empty[0].reference.mean));
  EXPECT_THROW(compare_tables(world(), "w", table_of(reference), table_of(current), {{"y"}}), DataError);
}

}  // namespace
}  // namespace tidemill::drivers
