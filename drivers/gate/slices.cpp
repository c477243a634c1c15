#include "drivers/gate/slices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drivers/experiment/tests_of_arms.hpp"
#include "drivers/gate/units.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

constexpr char const* slice_separator = " / ";

std::string slice_of_row(std::vector<io::Column const*> const& columns, std::int64_t row) {
  std::string name;
  for (io::Column const* column : columns) {
    if (column->is_missing(row)) return "";
    name += (name.empty() ? "" : slice_separator) + column->text(row);
  }
  return name;
}

std::vector<io::Column const*> slicing_columns(io::Table const& rows, std::vector<std::string> const& names) {
  std::vector<io::Column const*> columns;
  for (std::string const& name : names) {
    columns.push_back(&rows.at(name));
    if (!columns.back()->is_text()) {
      throw ConfigError(fmt::format("gate.slices: column '{}' holds {}, expected texts such as category", name,
                                    io::name_of(columns.back()->type)));
    }
  }
  return columns;
}

/// A unit of this rank with the slice that its newest row names.
struct NewestSlice {
  std::uint64_t unit;
  std::int64_t time;
  std::string slice;
};

/// One for each unit of this rank's rows.
std::vector<NewestSlice> newest_slices(io::Table const& rows, std::vector<std::string> const& series,
                                       std::string const& time, std::vector<std::string> const& columns) {
  std::vector<std::uint64_t> const units = unit_ids(rows, series);
  std::vector<io::Column const*> const values = slicing_columns(rows, columns);
  std::vector<std::int64_t> const& times = rows.at(time).integers;
  std::vector<NewestSlice> newest;
  for (std::size_t i = 0; i < units.size(); ++i) {
    bool const is_known = !newest.empty() && newest.back().unit == units[i];
    if (is_known && times[i] < newest.back().time) continue;
    if (!is_known) newest.push_back({units[i], 0, ""});
    newest.back().time = times[i];
    newest.back().slice = slice_of_row(values, static_cast<std::int64_t>(i));
  }
  return newest;
}

/// Collective. All names of all ranks, in byte order.
std::vector<std::string> common_names(io::Comm const& comm, std::vector<NewestSlice> const& mine) {
  std::vector<std::string> slices;
  for (NewestSlice const& unit : mine) slices.push_back(unit.slice);
  return io::text_column(comm, "slice", slices).dictionary;
}

/// The challenger's figures on one slice; p values of too few rows or units stay NaN and out of the adjustment.
SliceTest test_slice(io::Comm const& comm, SliceRows const& slice, GateParams const& params,
                     SliceParams const& slice_params, bool& guardrails_hold) {
  GateVerdict const verdict = judge_challenger(comm, slice.rows, params);
  SliceTest test;
  test.slice = slice.slice;
  test.incumbent = slice.incumbent;
  test.rows = verdict.rows;
  test.units = verdict.units;
  test.target = verdict.figures.front();
  guardrails_hold = std::all_of(verdict.figures.begin() + 1, verdict.figures.end(),
                                [](GateFigure const& figure) { return figure.passed; });
  bool const is_enough = test.rows >= slice_params.min_rows && test.units >= params.min_units;
  test.gain_p = is_enough ? test.target.no_gain : std::nan("");
  test.loss_p = is_enough ? test.target.no_loss : std::nan("");
  return test;
}

void decide_slice(SliceTest& test, bool guardrails_hold, GateParams const& params, SliceParams const& slice_params) {
  double const rate = slice_params.discovery_rate;
  test.loses = test.loss_q <= rate;
  test.wins = test.gain_q <= rate && guardrails_hold;
  if (std::isnan(test.gain_q)) {
    test.reason = fmt::format("{} rows of {} units were judged; {} of {} are needed", test.rows, test.units,
                              slice_params.min_rows, params.min_units);
  } else if (test.wins) {
    test.reason = fmt::format("the new model is better there (q {:.4g})", test.gain_q);
  } else if (test.loses) {
    test.reason = fmt::format("the new model is worse there (q {:.4g})", test.loss_q);
  } else if (test.gain_q <= rate) {
    test.reason = "the new model is better there, but a guardrail falls";
  } else {
    test.reason = "no difference was found";
  }
}

}  // namespace

void check(SliceParams const& params) {
  if (params.min_rows < 1)
    throw ConfigError(fmt::format("gate.slice-min-rows = {}: expected 1 or more", params.min_rows));
  if (!(params.discovery_rate > 0 && params.discovery_rate < 0.5)) {
    throw ConfigError(
        fmt::format("gate.slice-discovery-rate = {}: expected a share between 0 and .5", params.discovery_rate));
  }
}

std::int32_t SliceMap::slice_of(std::uint64_t unit) const {
  auto const found = std::ranges::lower_bound(of_units, unit, {}, &std::pair<std::uint64_t, std::int32_t>::first);
  return found != of_units.end() && found->first == unit ? found->second : -1;
}

std::int32_t SliceMap::number_of(std::string const& name) const {
  auto const found = std::ranges::lower_bound(names, name);
  return found != names.end() && *found == name ? static_cast<std::int32_t>(found - names.begin()) : -1;
}

SliceMap slices_of_units(io::Comm const& comm, io::Table const& rows, std::vector<std::string> const& series,
                         std::string const& time, std::vector<std::string> const& columns) {
  struct Placed {
    std::uint64_t unit;
    std::int64_t time;
    std::int32_t slice;
    auto operator<=>(Placed const&) const = default;
  };
  std::vector<NewestSlice> newest;
  io::agree(comm, "cut the series into slices", [&] { newest = newest_slices(rows, series, time, columns); });
  SliceMap map;
  map.names = common_names(comm, newest);
  std::vector<Placed> mine;
  for (NewestSlice const& unit : newest) mine.push_back({unit.unit, unit.time, map.number_of(unit.slice)});
  std::vector<Placed> all = comm.gather_all(std::span<Placed const>(mine));
  std::sort(all.begin(), all.end());
  // Of several rows of a unit the newest counts, which is the last.
  for (Placed const& unit : all) {
    if (!map.of_units.empty() && map.of_units.back().first == unit.unit) map.of_units.pop_back();
    map.of_units.emplace_back(unit.unit, unit.slice);
  }
  return map;
}

std::vector<PairedRows> rows_by_slice(PairedRows const& rows, SliceMap const& map) {
  PairedRows none;
  for (PairedMetric const& metric : rows.metrics) {
    none.metrics.push_back({metric.name, metric.form, metric.higher_is_better, metric.margin_is_absolute, {}, {}, {}});
  }
  std::vector<PairedRows> slices(map.names.size(), none);
  for (std::size_t i = 0; i < rows.unit.size(); ++i) {
    std::int32_t const number = map.slice_of(rows.unit[i]);
    if (number < 0) continue;
    PairedRows& slice = slices[static_cast<std::size_t>(number)];
    slice.unit.push_back(rows.unit[i]);
    for (std::size_t m = 0; m < rows.metrics.size(); ++m) {
      slice.metrics[m].champion.push_back(rows.metrics[m].champion[i]);
      slice.metrics[m].challenger.push_back(rows.metrics[m].challenger[i]);
      slice.metrics[m].denominator.push_back(rows.metrics[m].denominator[i]);
    }
  }
  return slices;
}

std::vector<SliceTest> judge_slices(io::Comm const& comm, std::vector<SliceRows> const& slices,
                                    GateParams const& params, SliceParams const& slice_params) {
  check(slice_params);
  std::vector<SliceTest> tests;
  std::vector<double> gains, losses;
  std::vector<char> holds;
  for (SliceRows const& slice : slices) {
    bool guardrails_hold = false;
    tests.push_back(test_slice(comm, slice, params, slice_params, guardrails_hold));
    holds.push_back(guardrails_hold ? 1 : 0);
    gains.push_back(tests.back().gain_p);
    losses.push_back(tests.back().loss_p);
  }
  std::vector<double> const gain_q = adjusted_p(gains), loss_q = adjusted_p(losses);
  for (std::size_t i = 0; i < tests.size(); ++i) {
    tests[i].gain_q = gain_q[i];
    tests[i].loss_q = loss_q[i];
    decide_slice(tests[i], holds[i] != 0, params, slice_params);
  }
  return tests;
}

}  // namespace tidemill::drivers
