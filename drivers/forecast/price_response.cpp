#include "drivers/forecast/price_response.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "drivers/forecast/block_model.hpp"
#include "drivers/partition/move_rows.hpp"
#include "drivers/trees/predict.hpp"

namespace tidemill::drivers {
namespace {

/// What a question needs, on every rank.
struct Response {
  kernels::Exec exec;
  BlockModel model;
  ForecastParams params;
  io::Table features;
  std::vector<double> price;  ///< that the features hold, in the major unit of money
  std::map<std::pair<std::string, std::string>, std::vector<std::int64_t>> rows_of;  ///< (location, item) -> rows

  void answer(std::span<DemandQuestion const> questions, std::span<double> units) const {
    std::vector<std::int64_t> rows;
    std::vector<double> factor;
    std::vector<std::size_t> end;
    for (DemandQuestion const& question : questions) {
      auto const found = rows_of.find({question.location == nullptr ? "" : *question.location, *question.item});
      if (found != rows_of.end()) {
        for (std::int64_t const row : found->second) {
          rows.push_back(row);
          factor.push_back(question.price / price[static_cast<std::size_t>(row)]);
        }
      }
      end.push_back(rows.size());
    }
    io::Table asked = take_rows(features, rows);
    for (Feature const& feature : model.features) {
      if (!feature.is_proportional_to_price) continue;
      io::Column& column = asked.at(feature.name);
      for (std::size_t i = 0; i < factor.size(); ++i) column.reals[i] *= factor[i];
    }
    std::vector<double> forecast = predict(exec, model.point, asked).value;
    std::size_t at = 0;
    for (std::size_t q = 0; q < questions.size(); ++q) {
      double sum = 0;
      auto const days = static_cast<double>(end[q] - at);
      for (; at < end[q]; ++at) sum += std::max(0.0, params.log_target ? std::expm1(forecast[at]) : forecast[at]);
      units[q] = days > 0 ? sum / days : std::nan("");
    }
  }
};

}  // namespace

DemandModel price_response(io::Comm const& comm, kernels::Exec const& exec, ForecastResult const& result) {
  auto response = std::make_shared<Response>();
  response->exec = exec;
  response->model = result.blocks.at(0);
  response->params = result.params;
  response->features = on_every_rank(comm, result.first_rows.table);
  io::Table const keys = on_every_rank(comm, result.first_keys);
  FeatureParams const& names = result.params.features;
  bool const has_location = names.series.size() > 1;
  io::Column const& location = keys.at(names.series.front());
  io::Column const& item = keys.at(names.series.back());
  io::Column const& price = keys.at(names.price);
  double const major = price.type == io::ColumnType::cents ? 0.01 : 1.0;
  for (std::int64_t row = 0; row < keys.rows(); ++row) {
    response->price.push_back(price.number(row) * major);
    response->rows_of[{has_location ? location.text(row) : "", item.text(row)}].push_back(row);
  }
  return [response](std::span<DemandQuestion const> questions, std::span<double> units) {
    response->answer(questions, units);
  };
}

}  // namespace tidemill::drivers
