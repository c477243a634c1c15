#include "drivers/gate/slices.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "drivers/gate/units.hpp"
#include "drivers/night/slice_champions.hpp"
#include "io/error.hpp"
#include "tests/reference/paired_bootstrap.hpp"
#include "tests/support/example_tables.hpp"
#include "tests/support/world.hpp"

namespace tidemill::drivers {
namespace {

using io::Comm;
using tests::draw;
using tests::world;

constexpr int slice_units = 15, slice_days = 12;
/// By slice: how much of the champion's error the challenger takes off; it adds its own noise everywhere.
constexpr double slice_gains[] = {.5, -.6, 0, .5};
constexpr char const* slice_names[] = {"Bar", "Mains", "Sides", "Soups"};

std::uint64_t unit_of_slice(int slice, int unit) { return static_cast<std::uint64_t>(slice * 1000 + unit) * 7919; }

SliceMap example_slices() {
  SliceMap map{{std::begin(slice_names), std::end(slice_names)}, {}};
  for (int slice = 0; slice < 4; ++slice) {
    for (int unit = 0; unit < slice_units; ++unit) map.of_units.emplace_back(unit_of_slice(slice, unit), slice);
  }
  std::sort(map.of_units.begin(), map.of_units.end());
  return map;
}

/// This rank's part of what a model said; `share` of the champion's error in each slice. The last slice has few units.
JudgedForecasts judged_in_slices(Comm const& comm, std::vector<double> const& share, double noise) {
  JudgedForecasts judged;
  std::int64_t row = 0;
  for (int slice = 0; slice < 4; ++slice) {
    for (int unit = 0; unit < (slice == 3 ? 3 : slice_units); ++unit) {
      for (int day = 0; day < slice_days; ++day, ++row) {
        if (row % comm.size() != comm.rank()) continue;
        double const error = draw(row, 2) - .5, actual = 10 + draw(row, 1);
        judged.unit.push_back(unit_of_slice(slice, unit));
        judged.time.push_back(day);
        judged.lead.push_back(1);
        judged.actual.push_back(actual);
        judged.forecast.push_back(actual + error * share[static_cast<std::size_t>(slice)] +
                                  noise * (draw(row, 3) - .5));
      }
    }
  }
  return judged;
}

JudgedForecasts example_challenger(Comm const& comm) {
  std::vector<double> share;
  for (double const gain : slice_gains) share.push_back(1 - gain);
  return judged_in_slices(comm, share, 0);
}

NightGate sliced_gate() {
  NightGate gate;
  gate.metrics = {"rmse", "bias"};
  gate.params.resamples = 400;
  gate.params.tolerance = 1e-2;
  gate.slices = {{"category"}, 100, .05};
  return gate;
}

DemandVersion version_of(std::string const& name, JudgedForecasts const& judged) {
  DemandVersion version;
  version.info.version = name;
  version.judged = judged;
  return version;
}

std::map<std::string, SliceRecord> contest_of(Comm const& comm, bool is_promoted,
                                              std::map<std::string, std::string> const& own = {}) {
  NightGate const gate = sliced_gate();
  SliceMap const map = example_slices();
  JudgedForecasts const challenger = example_challenger(comm);
  DemandVersion const champion = version_of("old", judged_in_slices(comm, {1, 1, 1, 1}, 0));
  auto const load = [&](std::string const& name) {
    // One that errs as the challenger does, and one that is gone.
    return name == "twin" ? std::optional(version_of("twin", challenger)) : std::nullopt;
  };
  std::map<std::string, SliceRecord> records;
  for (SliceRecord& record :
       choose_slice_champions(comm, {gate, map, challenger, "new", is_promoted, champion, own, load})) {
    records[record.test.slice] = record;
  }
  return records;
}

TEST(Slices, AgreeWithThePlainLoop) {
  auto const records = contest_of(world(), false);
  ASSERT_EQ(records.size(), 4u);
  JudgedForecasts const champion = judged_in_slices(Comm::self(), {1, 1, 1, 1}, 0),
                        all = example_challenger(Comm::self());
  std::vector<double> p;
  for (int slice = 0; slice < 3; ++slice) {
    tests::PlainGate plain;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (example_slices().slice_of(all.unit[i]) != slice) continue;
      plain.unit.push_back(all.unit[i]);
      plain.champion.push_back(std::pow(all.actual[i] - champion.forecast[i], 2));
      plain.challenger.push_back(std::pow(all.actual[i] - all.forecast[i], 2));
      plain.denominator.push_back(1);
    }
    std::vector<double> const gains = plain.root_gains(1, 400);
    auto const none = std::count_if(gains.begin(), gains.end(), [](double gain) { return gain <= 0; });
    p.push_back((1 + static_cast<double>(none)) / 401);
    EXPECT_DOUBLE_EQ(records.at(slice_names[slice]).test.gain_p, p.back()) << slice_names[slice];
  }
  EXPECT_DOUBLE_EQ(p[0], 1 / 401.0);
  EXPECT_DOUBLE_EQ(records.at("Bar").test.gain_q, 3 * p[0]) << "the least of three: Benjamini & Hochberg";
  EXPECT_DOUBLE_EQ(records.at("Sides").test.loss_p, 1.0) << "equal models: no resample shows a loss";
}

TEST(Slices, SameForAnyNumberOfRanks) {
  auto const together = contest_of(world(), true), alone = contest_of(Comm::self(), true);
  ASSERT_EQ(together.size(), alone.size());
  for (auto const& [name, record] : alone) {
    EXPECT_EQ(together.at(name).champion, record.champion) << name;
    EXPECT_EQ(together.at(name).test.target.improvement, record.test.target.improvement) << name;
    EXPECT_EQ(together.at(name).test.rows, record.test.rows) << name;
  }
}

/// A refused challenger wins where it is better; a promoted one loses where it is worse; too few units tell nothing.
TEST(Slices, WinnersAndLosersServeTheirSlices) {
  auto const refused = contest_of(world(), false);
  EXPECT_EQ(refused.at("Bar").champion, "new");
  EXPECT_EQ(refused.at("Mains").champion, "");
  EXPECT_EQ(refused.at("Sides").champion, "");
  EXPECT_EQ(refused.at("Soups").champion, "");
  EXPECT_TRUE(std::isnan(refused.at("Soups").test.gain_q)) << "three units only";
  auto const promoted = contest_of(world(), true);
  EXPECT_EQ(promoted.at("Bar").champion, "");
  EXPECT_EQ(promoted.at("Mains").champion, "old");
  EXPECT_EQ(promoted.at("Sides").champion, "");
  EXPECT_EQ(own_champions({promoted.at("Bar"), promoted.at("Mains")}),
            (std::map<std::string, std::string>{{"Mains", "old"}}));
}

/// A champion of its own stays while no difference is found, and goes when too little is judged or its file is gone.
TEST(Slices, OwnChampionsStayUntilBeaten) {
  auto const records =
      contest_of(world(), false, {{"Bar", "twin"}, {"Sides", "twin"}, {"Soups", "twin"}, {"Mains", "gone"}});
  EXPECT_EQ(records.at("Bar").test.incumbent, "twin");
  EXPECT_EQ(records.at("Bar").champion, "twin");
  EXPECT_EQ(records.at("Sides").champion, "twin");
  EXPECT_EQ(records.at("Soups").champion, "");
  EXPECT_EQ(records.at("Mains").test.incumbent, "old");
}

/// A gain in the slice's target does not count when a guardrail falls there.
TEST(Slices, AGuardrailHoldsInASliceToo) {
  NightGate const gate = sliced_gate();
  JudgedForecasts challenger = example_challenger(world());
  for (double& forecast : challenger.forecast) forecast += .05;  // always too high
  DemandVersion const champion = version_of("old", judged_in_slices(world(), {1, 1, 1, 1}, 0));
  SliceMap const map = example_slices();
  NightGate strict = gate;
  strict.params.tolerance = 1e-4;
  auto const none = [](std::string const&) { return std::optional<DemandVersion>(); };
  auto const records = choose_slice_champions(world(), {strict, map, challenger, "new", false, champion, {}, none});
  ASSERT_EQ(records[0].test.slice, "Bar");
  EXPECT_LE(records[0].test.gain_q, .05);
  EXPECT_FALSE(records[0].test.wins);
  EXPECT_NE(records[0].test.reason.find("guardrail"), std::string::npos) << records[0].test.reason;
}

/// Items with their days on one rank each; item 1 moves to another category, item 2 has none.
io::Table rows_to_cut(Comm const& comm) {
  std::vector<std::string> items, categories;
  std::vector<std::int64_t> days;
  for (int item = comm.rank(); item < 7; item += comm.size()) {
    for (int day = 0; day < 3; ++day) {
      items.push_back("item " + std::to_string(item));
      std::string const category = item % 2 == 0 ? "Mains" : "Drinks";
      categories.push_back(item == 2 ? "" : item == 1 && day < 2 ? "Old" : category);
      days.push_back(day);
    }
  }
  io::Table table;
  table.range = io::range_of_part(comm, static_cast<std::int64_t>(items.size()));
  table.add(io::text_column(comm, "item_key", items));
  table.add(io::text_column(comm, "category", categories));
  table.add(io::integer_column("day", days));
  return table;
}

TEST(Slices, UnitsAreInTheSliceOfTheirNewestRow) {
  io::Table const rows = rows_to_cut(world());
  SliceMap const map = slices_of_units(world(), rows, {"item_key"}, "day", {"category"});
  EXPECT_EQ(map.names, (std::vector<std::string>{"Drinks", "Mains"}));
  EXPECT_EQ(map.of_units.size(), 7u);
  std::vector<std::uint64_t> const units = unit_ids(rows, {"item_key"});
  for (std::size_t i = 0; i < units.size(); ++i) {
    std::string const item = rows.at("item_key").text(static_cast<std::int64_t>(i));
    int const expected = item == "item 2" ? -1 : (item.back() - '0') % 2 == 0 ? 1 : 0;
    EXPECT_EQ(map.slice_of(units[i]), expected) << item;
  }
  EXPECT_EQ(map.slice_of(1), -1);
  EXPECT_EQ(map.number_of("Old"), -1);
  SliceMap const both = slices_of_units(world(), rows, {"item_key"}, "day", {"category", "item_key"});
  EXPECT_EQ(both.names.front(), "Drinks / item 1");
  EXPECT_THROW(slices_of_units(world(), rows, {"item_key"}, "day", {"day"}), ConfigError);
  EXPECT_THROW(slices_of_units(world(), rows, {"item_key"}, "day", {"segment"}), DataError);
}

TEST(Slices, AServedSliceTakesItsRowsAlone) {
  io::Table const rows = rows_to_cut(world());
  SliceMap const map = slices_of_units(world(), rows, {"item_key"}, "day", {"category"});
  auto const forecasts = [&](double value) {
    io::Table table = rows;
    auto const count = static_cast<std::size_t>(rows.rows());
    table.add(io::integer_column("horizon", std::vector<std::int64_t>(count, 1)));
    for (char const* name : {"forecast", "lower", "upper"}) {
      table.add(io::real_column(name, std::vector<double>(count, value)));
    }
    return table;
  };
  io::Table served = forecasts(1);
  std::vector<std::string> rungs(static_cast<std::size_t>(rows.rows()), "champion");
  EXPECT_TRUE(serve_slice(served, forecasts(2), {"item_key"}, map, "Mains", rungs, "slice champion"));
  for (std::int64_t row = 0; row < rows.rows(); ++row) {
    auto const i = static_cast<std::size_t>(row);
    bool const is_own = rows.at("category").text(row) == "Mains";
    EXPECT_EQ(served.at("lower").reals[i], is_own ? 2 : 1);
    EXPECT_EQ(rungs[i], is_own ? "slice champion" : "champion");
  }
  io::Table other = forecasts(2);
  for (std::int64_t& horizon : other.at("horizon").integers) horizon = 2;
  bool const is_served = serve_slice(served, other, {"item_key"}, map, "Drinks", rungs, "slice champion");
  EXPECT_EQ(is_served, rows.rows() == 0);
}

TEST(Slices, SettingsThatMakeNoSenseAreRefused) {
  EXPECT_THROW(check(SliceParams{{}, 0, .05}), ConfigError);
  EXPECT_THROW(check(SliceParams{{}, 1, .5}), ConfigError);
  EXPECT_THROW(check(SliceParams{{}, 1, std::numeric_limits<double>::quiet_NaN()}), ConfigError);
}

}  // namespace
}  // namespace tidemill::drivers
