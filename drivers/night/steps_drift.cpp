#include <cmath>
#include <limits>

#include "drivers/drift/drift.hpp"
#include "drivers/night/forecast_file.hpp"
#include "drivers/night/night_steps.hpp"
#include "drivers/partition/move_rows.hpp"

namespace tidemill::drivers {
namespace {

/// This rank's rows for which `is_kept(row)`.
template <class Kept>
io::Table rows_where(io::Comm const& comm, io::Table const& table, Kept const& is_kept) {
  std::vector<std::int64_t> rows;
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    if (is_kept(row)) rows.push_back(row);
  }
  io::Table kept = take_rows(table, rows);
  kept.range = io::range_of_part(comm, kept.rows());
  return kept;
}

/// The newest days of the sales against the days before them.
std::vector<ColumnDrift> sales_drift(io::Comm const& comm, io::Table const& daily, NightParams const& params) {
  std::vector<std::int64_t> const& dates = daily.at("business_date").integers;
  std::int64_t last = std::numeric_limits<std::int64_t>::min();
  for (std::int64_t const date : dates) last = std::max(last, date);
  last = comm.max(last);
  std::int64_t const border = last - params.drift_days;
  auto const date = [&](std::int64_t row) { return dates[static_cast<std::size_t>(row)]; };
  io::Table const reference = rows_where(comm, daily, [&](std::int64_t row) {
    return date(row) <= border && date(row) > border - params.drift_reference_days;
  });
  io::Table const current = rows_where(comm, daily, [&](std::int64_t row) { return date(row) > border; });
  DriftParams drift = params.drift;
  drift.columns = {"units", "unit_price", "unit_cost", "discount_depth", "orders", "promotion", "category"};
  std::erase_if(drift.columns, [&](std::string const& name) { return !daily.has(name); });
  return compare_tables(comm, "sales", reference, current, drift);
}

/// What the model forecasts tonight against what it would have forecast on the days of the back-test.
std::vector<ColumnDrift> forecast_drift(io::Comm const& comm, io::Table const& tested, io::Table const& forecasts,
                                        NightParams const& params) {
  io::Column const& model = tested.at("model");
  io::Table const reference =
      rows_where(comm, tested, [&](std::int64_t row) { return model.text(row) == params.backtest.forecast.model; });
  DriftParams drift = params.drift;
  drift.columns = {"forecast"};
  return compare_tables(comm, params.backtest.forecast.model, reference, forecasts, drift);
}

std::vector<Figure> drift_figures(std::vector<ColumnDrift> const& drifts) {
  std::vector<Figure> figures;
  for (ColumnDrift const& drift : drifts) {
    std::map<std::string, std::string> const labels{{"of", drift.of}, {"column", drift.column}};
    auto const add = [&](char const* name, double value) {
      if (std::isfinite(value)) figures.push_back({name, labels, value});
    };
    if (drift.level == DriftLevel::too_few) continue;
    add("drift_psi", drift.psi);
    add("drift_ks", drift.ks);
    add("drift_js", drift.js);
    add("drift_level", static_cast<double>(drift.level));
  }
  return figures;
}

std::string drift_text(std::vector<ColumnDrift> const& drifts) {
  std::string shifted;
  for (ColumnDrift const& drift : drifts) {
    if (drift.level != DriftLevel::moderate && drift.level != DriftLevel::major) continue;
    shifted += (shifted.empty() ? "" : ", ") + drift.column + " (" + name_of(drift.level) + ")";
  }
  return shifted.empty() ? "no column has shifted" : "shifted: " + shifted;
}

}  // namespace

Step drift_step(NightParams const& params) {
  Step step{"drift", "Drift", 1, {"daily", "forecast", "backtest"}, params.config_of("drift"), {}, {}};
  step.run = [params](StepWork const& work) -> StepOutcome {
    io::Table const forecasts = load_forecast_table(work.comm, work.folder_of("forecast") / "forecast.h5", "forecasts");
    std::vector<ColumnDrift> drifts = sales_drift(work.comm, load_table(work, "daily", "daily"), params);
    for (ColumnDrift const& drift :
         forecast_drift(work.comm, load_table(work, "backtest", "forecasts"), forecasts, params)) {
      drifts.push_back(drift);
    }
    std::string const config = params.config_of("drift");
    save_table(work, "columns", config, drift_table(work.comm, drifts));
    save_table(work, "bins", config, drift_bin_table(work.comm, drifts));
    return {static_cast<std::int64_t>(drifts.size()), drift_text(drifts), drift_figures(drifts)};
  };
  return step;
}

}  // namespace tidemill::drivers
