#include "drivers/forecast/judged_rows.hpp"

#include <cmath>
#include <map>

#include "drivers/metrics/regression.hpp"
#include "drivers/partition/exact_sum.hpp"

namespace tidemill::drivers {
namespace {

/// Means over (series, origin) pairs of errors in units of the series' own scale.
struct ScaledErrors {
  double mase = 0, mase_weighted = 0, rmsse = 0, rmsse_weighted = 0;
};

/// Plain and weighted mean of one scaled error.
class MeanOfSeries {
 public:
  void add(double error, double weight) {
    if (!std::isfinite(error)) return;
    sum_.add(error);
    weighted_.add(error * weight);
    weights_.add(weight);
    ++count_;
  }
  double plain(io::Comm const& comm) const {
    double const sum = sum_.total(comm);
    std::int64_t const count = comm.sum(count_);
    return count > 0 ? sum / static_cast<double>(count) : std::nan("");
  }
  double weighted(io::Comm const& comm) const {
    std::vector<double> const totals = ExactSum::totals(comm, {weighted_, weights_});
    return totals[1] > 0 ? totals[0] / totals[1] : std::nan("");
  }

 private:
  ExactSum sum_, weighted_, weights_;
  std::int64_t count_ = 0;
};

ScaledErrors scaled_errors(io::Comm const& comm, JudgedRows const& rows,
                           std::vector<std::vector<SeriesScale>> const& scales) {
  struct Errors {
    double absolute = 0, squared = 0;
    std::int64_t count = 0;
  };
  std::map<std::pair<std::int64_t, std::int64_t>, Errors> of_series;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Errors& errors = of_series[{rows.origin[i], rows.series[i]}];
    double const e = rows.actual[i] - rows.forecast[i];
    errors.absolute += std::abs(e);
    errors.squared += e * e;
    ++errors.count;
  }
  MeanOfSeries mase, rmsse;
  for (auto const& [key, errors] : of_series) {
    SeriesScale const& scale = scales[static_cast<std::size_t>(key.first)][static_cast<std::size_t>(key.second)];
    auto const count = static_cast<double>(errors.count);
    mase.add(errors.absolute / count / scale.mase, scale.weight);
    rmsse.add(std::sqrt(errors.squared / count / scale.rmsse), scale.weight);
  }
  return {mase.plain(comm), mase.weighted(comm), rmsse.plain(comm), rmsse.weighted(comm)};
}

/// The rows with a known interval.
JudgedRows with_interval(JudgedRows const& rows) {
  JudgedRows result;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!std::isnan(rows.lower[i])) result.add(rows, i);
  }
  return result;
}

JudgedRows of_horizon(JudgedRows const& rows, std::int64_t horizon) {
  JudgedRows result;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows.horizon[i] == horizon) result.add(rows, i);
  }
  return result;
}

/// Columns of the metrics table while it is made, in the order of the table.
struct MetricColumns {
  std::vector<std::string> model;
  std::vector<std::int64_t> horizon, pairs;
  std::vector<std::pair<std::string, std::vector<double>>> values;

  void add(char const* name, double value) {
    for (auto& [known, column] : values) {
      if (known == name) return column.push_back(value);
    }
    values.emplace_back(name, std::vector<double>{value});
  }
};

void add_row(io::Comm const& comm, JudgedRows const& rows, std::string const& model, std::int64_t horizon,
             std::vector<std::vector<SeriesScale>> const& scales, double interval, MetricColumns& out) {
  RegressionErrors const errors = regression_errors(comm, {rows.actual, rows.forecast});
  ScaledErrors const scaled = scaled_errors(comm, rows, scales);
  JudgedRows const intervals = with_interval(rows);
  IntervalQuality const quality = interval_quality(comm, intervals.actual, intervals.lower, intervals.upper);
  double const tail = (1 - interval) / 2;
  out.model.push_back(model);
  out.horizon.push_back(horizon);
  out.pairs.push_back(errors.pairs);
  out.add("rmse", errors.rmse);
  out.add("mae", errors.mae);
  out.add("rmsle", errors.rmsle);
  out.add("wape", errors.wape);
  out.add("bias", errors.bias);
  out.add("mase", scaled.mase);
  out.add("mase_weighted", scaled.mase_weighted);
  out.add("rmsse", scaled.rmsse);
  out.add("rmsse_weighted", scaled.rmsse_weighted);
  out.add("coverage", quality.pairs > 0 ? quality.coverage : std::nan(""));
  out.add("width", quality.pairs > 0 ? quality.width : std::nan(""));
  out.add("pinball_low", pinball(comm, {intervals.actual, intervals.lower}, tail));
  out.add("pinball_high", pinball(comm, {intervals.actual, intervals.upper}, 1 - tail));
}

std::string description_of(std::string const& metric) {
  static std::map<std::string, std::string> const texts{
      {"rmse", "sqrt of mean squared error"},
      {"mae", "mean absolute error"},
      {"rmsle", "sqrt of mean squared error of ln(1 + units)"},
      {"wape", "sum of absolute errors / sum of units"},
      {"bias", "sum of (actual - forecast) / sum of units"},
      {"mase", "mean absolute error / that of the seasonal naive in training; plain mean over series"},
      {"mase_weighted", "the same, series weighted by their units in training"},
      {"rmsse", "root mean squared error scaled by that of the naive in training; plain mean over series"},
      {"rmsse_weighted", "the same, series weighted by their units in training"},
      {"coverage", "share of outcomes inside the interval"},
      {"width", "mean width of the interval"},
      {"pinball_low", "pinball loss of the lower end"},
      {"pinball_high", "pinball loss of the upper end"}};
  return texts.at(metric);
}

}  // namespace

void JudgedRows::add(JudgedRows const& from, std::size_t i) {
  row.push_back(from.row[i]);
  series.push_back(from.series[i]);
  origin.push_back(from.origin[i]);
  horizon.push_back(from.horizon[i]);
  actual.push_back(from.actual[i]);
  forecast.push_back(from.forecast[i]);
  lower.push_back(from.lower[i]);
  upper.push_back(from.upper[i]);
}

io::Table judge(io::Comm const& comm, std::vector<JudgedRows> const& models,
                std::vector<std::vector<SeriesScale>> const& scales, std::int64_t horizon, double interval) {
  MetricColumns out;
  for (JudgedRows const& rows : models) {
    add_row(comm, rows, rows.model, 0, scales, interval, out);
    for (std::int64_t h = 1; h <= horizon; ++h) {
      add_row(comm, of_horizon(rows, h), rows.model, h, scales, interval, out);
    }
  }
  if (!comm.is_root()) {
    out.model.clear();
    out.horizon.clear();
    out.pairs.clear();
    for (auto& [name, column] : out.values) column.clear();
  }
  io::Table table;
  table.range = io::range_of_part(comm, static_cast<std::int64_t>(out.model.size()));
  table.add(io::text_column(comm, "model", out.model, "model or baseline"));
  table.add(io::integer_column("horizon", out.horizon, io::ColumnType::integer, "steps", "steps ahead; 0: all"));
  table.add(io::integer_column("pairs", out.pairs, io::ColumnType::integer, "rows", "rows judged"));
  for (auto& [name, column] : out.values) table.add(io::real_column(name, std::move(column), "", description_of(name)));
  return table;
}

}  // namespace tidemill::drivers
