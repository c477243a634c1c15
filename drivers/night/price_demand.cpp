#include "drivers/night/price_demand.hpp"

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "drivers/forecast/price_response.hpp"
#include "drivers/night/forecast_file.hpp"
#include "drivers/night/gate_record.hpp"
#include "drivers/partition/move_rows.hpp"

namespace tidemill::drivers {
namespace {

/// Location and item; without locations the first is empty.
using SeriesName = std::pair<std::string, std::string>;

/// The models of one night's forecasts and the series that each is asked about.
struct ModelsOfSeries {
  std::vector<DemandModel> models;        ///< the first is asked about all series that are not in `own`
  std::map<SeriesName, std::size_t> own;  ///< number of the model

  std::size_t model_of(DemandQuestion const& question) const {
    auto const found = own.find({question.location == nullptr ? "" : *question.location, *question.item});
    return found == own.end() ? 0 : found->second;
  }
  void answer(std::span<DemandQuestion const> questions, std::span<double> units) const {
    std::vector<std::vector<std::size_t>> asked(models.size());
    for (std::size_t q = 0; q < questions.size(); ++q) asked[model_of(questions[q])].push_back(q);
    for (std::size_t m = 0; m < models.size(); ++m) {
      std::vector<DemandQuestion> theirs;
      for (std::size_t const q : asked[m]) theirs.push_back(questions[q]);
      std::vector<double> answers(theirs.size());
      models[m](theirs, answers);
      for (std::size_t i = 0; i < answers.size(); ++i) units[asked[m][i]] = answers[i];
    }
  }
};

bool file_is_there(io::Comm const& comm, std::filesystem::path const& file) {
  return comm.broadcast(comm.is_root() && std::filesystem::exists(file) ? "1" : "") == "1";
}

/// This rank's rows of the first day.
io::Table first_horizon(io::Comm const& comm, io::Table const& forecasts) {
  std::vector<std::int64_t> rows;
  std::vector<std::int64_t> const& horizon = forecasts.at("horizon").integers;
  for (std::size_t row = 0; row < horizon.size(); ++row) {
    if (horizon[row] == 1) rows.push_back(static_cast<std::int64_t>(row));
  }
  io::Table first = take_rows(forecasts, rows);
  first.range = io::range_of_part(comm, first.rows());
  return first;
}

}  // namespace

std::string slice_forecast_file(std::string const& version) { return "forecast-" + version + ".h5"; }

DemandModel price_demand(io::Comm const& comm, kernels::Exec const& exec, std::filesystem::path const& folder,
                         ForecastParams const& params) {
  if (read_gate_record(comm, folder / "gate.json").rung == "baseline") return {};
  ForecastResult const champion = load_forecast(comm, folder / "forecast.h5", params);
  auto all = std::make_shared<ModelsOfSeries>();
  all->models.push_back(price_response(comm, exec, champion));
  io::Table const series = on_every_rank(comm, first_horizon(comm, champion.forecasts));
  std::vector<std::string> const& names = params.features.series;
  std::map<std::string, std::size_t> numbers;  // of versions
  for (std::int64_t row = 0; row < series.rows(); ++row) {
    std::string const version = series.at("version").text(row);
    if (!numbers.contains(version)) {
      std::filesystem::path const own = folder / slice_forecast_file(version);
      bool const is_own = file_is_there(comm, own);
      numbers[version] = is_own ? all->models.size() : 0;
      if (is_own) all->models.push_back(price_response(comm, exec, load_forecast(comm, own, params)));
    }
    if (numbers[version] == 0) continue;
    std::string const location = names.size() > 1 ? series.at(names.front()).text(row) : "";
    all->own[{location, series.at(names.back()).text(row)}] = numbers[version];
  }
  return [all](std::span<DemandQuestion const> questions, std::span<double> units) { all->answer(questions, units); };
}

}  // namespace tidemill::drivers
