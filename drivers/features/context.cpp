#include "drivers/features/context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

void check_rows(SeriesTable const& rows, FeatureParams const& params) {
  check(params);
  io::Column const& time = rows.table.at(params.time);
  if (time.is_text() || time.is_real()) {
    throw ConfigError(fmt::format("time column '{}' must be a date or an integer period", params.time));
  }
  rows.table.at(params.target);
  for (std::size_t s = 0; s + 1 < rows.start.size(); ++s) {
    for (std::int64_t row = rows.start[s] + 1; row < rows.start[s + 1]; ++row) {
      auto const i = static_cast<std::size_t>(row);
      if (time.integers[i - 1] < time.integers[i]) continue;
      throw DataError(
          fmt::format("row {}: the series has two rows with {} = {}; aggregate them first, or add the "
                      "column that tells them apart to the series keys",
                      rows.table.range.first + row, params.time, time.integers[i]));
    }
  }
}

std::vector<double> discount_of(FeatureContext const& context) {
  if (!context.has_price() || context.params.list_price.empty()) return {};
  std::vector<double> depth = context.numbers(context.params.price);
  std::vector<double> const list = context.numbers(context.params.list_price);
  for (std::size_t i = 0; i < depth.size(); ++i) depth[i] = list[i] > 0 ? 1 - depth[i] / list[i] : std::nan("");
  return depth;
}

}  // namespace

FeatureContext::FeatureContext(io::Comm const& comm_, kernels::Exec const& exec_, SeriesTable const& rows_,
                               FeatureParams const& params_)
    : comm(comm_), exec(exec_), rows(rows_), params(params_) {
  io::agree(comm, "check the rows of series", [&] { check_rows(rows, params); });
  std::vector<std::int64_t> const& time = table().at(params.time).integers;
  std::int64_t earliest = std::numeric_limits<std::int64_t>::max() / 2;
  std::int64_t latest = -earliest;
  for (std::int64_t const t : time) {
    earliest = std::min(earliest, t);
    latest = std::max(latest, t);
  }
  earliest = comm.min(earliest);
  latest = comm.max(latest);
  steps = std::max<std::int64_t>(latest - earliest + 1, 1);
  std::vector<std::int64_t> first(size()), since(size());
  for (std::size_t s = 0; s + 1 < rows.start.size(); ++s) {
    for (std::int64_t row = rows.start[s]; row < rows.start[s + 1]; ++row) {
      first[static_cast<std::size_t>(row)] = rows.start[s];
      since[static_cast<std::size_t>(row)] = time[static_cast<std::size_t>(row)] - earliest;
    }
  }
  step = to_device(since, "step");
  series = {step, to_device(first, "first")};
  ends = kernels::Array<std::int64_t>("ends", size());
  kernels::find_ends(exec, series, params.lead, ends);
  discount_depth = discount_of(*this);
  result.table.range = table().range;
}

std::vector<double> FeatureContext::numbers(std::string const& name) const {
  io::Column const& column = table().at(name);
  if (column.is_text()) throw ConfigError(fmt::format("column '{}' holds text; expected numbers", name));
  std::vector<double> values(size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = column.number(static_cast<std::int64_t>(i));
  return values;
}

bool FeatureContext::is_on(std::string const& flag, std::size_t row) const {
  double const value = table().at(flag).number(static_cast<std::int64_t>(row));
  return !std::isnan(value) && value != 0;
}

std::vector<kernels::Fixed> FeatureContext::target_values() const {
  std::vector<double> values = numbers(params.target);
  bool const masks = !params.open.empty() && table().has(params.open);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] *= params.target_scale;
    if (params.log_values) values[i] = std::isnan(values[i]) ? values[i] : std::log1p(std::max(values[i], 0.0));
    if (masks && !is_on(params.open, i)) values[i] = std::nan("");
  }
  return to_fixed(values, params.target);
}

kernels::RollingInput FeatureContext::rolling_input(std::vector<kernels::Fixed> const& values) const {
  kernels::Array<kernels::Fixed> const on_device = to_device(values, "values");
  kernels::Array<kernels::Fixed> const sums("sums", values.size() + 1);
  kernels::Array<std::int64_t> const counts("counts", values.size() + 1);
  kernels::accumulate(exec, on_device, sums, counts);
  return {series, ends, on_device, sums, counts};
}

void FeatureContext::add(Feature feature, kernels::Array<double> const& values, std::string const& description) {
  exec.fence();
  add(std::move(feature), to_host(values), description);
}

void FeatureContext::add(Feature feature, std::vector<double> values, std::string const& description) {
  result.table.add(io::real_column(feature.name, std::move(values), {}, description));
  result.features.push_back(std::move(feature));
}

std::vector<kernels::Fixed> to_fixed(std::vector<double> const& numbers, std::string const& column) {
  constexpr double largest = 4398046511104.0;  // 2^42
  std::vector<kernels::Fixed> values(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (std::isnan(numbers[i])) {
      values[i] = kernels::missing_fixed;
      continue;
    }
    if (std::abs(numbers[i]) > largest) {
      throw DataError(
          fmt::format("column '{}': {} is too large to be summed exactly (limit 2^42)", column, numbers[i]));
    }
    values[i] = std::llround(numbers[i] / kernels::fixed_unit);
  }
  return values;
}

FeatureTable make_features(io::Comm const& comm, kernels::Exec const& exec, SeriesTable const& rows,
                           FeatureParams const& params) {
  FeatureContext context(comm, exec, rows, params);
  add_series_features(context);
  add_known_features(context);
  add_group_features(context);
  add_calendar_features(context);
  return std::move(context.result);
}

}  // namespace tidemill::drivers
