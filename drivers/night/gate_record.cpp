#include "drivers/night/gate_record.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "io/error.hpp"
#include "io/store/posix.hpp"

namespace tidemill::drivers {
namespace {

double number_or_nan(nlohmann::json const& value) { return value.is_null() ? std::nan("") : value.get<double>(); }

GateFigure gate_figure_from(nlohmann::json const& json) {
  GateFigure figure;
  figure.metric = json.at("metric");
  figure.is_target = json.at("role") == "target";
  figure.champion = number_or_nan(json.at("champion"));
  figure.challenger = number_or_nan(json.at("challenger"));
  figure.improvement = number_or_nan(json.at("improvement"));
  figure.lower = number_or_nan(json.at("lower"));
  figure.upper = number_or_nan(json.at("upper"));
  figure.limit = number_or_nan(json.at("limit"));
  figure.passed = json.at("passed");
  return figure;
}

GateRecord gate_record_from(nlohmann::json const& json) {
  GateRecord record;
  json.at("model").get_to(record.model);
  json.at("version").get_to(record.version);
  json.at("date").get_to(record.date);
  json.at("base").get_to(record.base);
  json.at("compared_with").get_to(record.compared_with);
  json.at("rung").get_to(record.rung);
  nlohmann::json const& verdict = json.at("verdict");
  verdict.at("promoted").get_to(record.verdict.promoted);
  verdict.at("reason").get_to(record.verdict.reason);
  verdict.at("rows").get_to(record.verdict.rows);
  verdict.at("units").get_to(record.verdict.units);
  for (nlohmann::json const& figure : verdict.at("metrics")) record.verdict.figures.push_back(gate_figure_from(figure));
  return record;
}

}  // namespace

std::string to_json(GateRecord const& record) {
  nlohmann::ordered_json const json{{"model", record.model},
                                    {"version", record.version},
                                    {"date", record.date},
                                    {"base", record.base},
                                    {"compared_with", record.compared_with},
                                    {"rung", record.rung},
                                    {"verdict", nlohmann::ordered_json::parse(to_json(record.verdict))}};
  return json.dump(2) + "\n";
}

GateRecord read_gate_record(io::Comm const& comm, std::filesystem::path const& file) {
  std::string text;
  GateRecord record;
  io::agree(comm, "read " + file.string(), [&] {
    if (!comm.is_root()) return;
    text = io::read_file(file);
    try {
      record = gate_record_from(nlohmann::json::parse(text));
    } catch (nlohmann::json::exception const& error) {
      throw DataError(fmt::format("{} is damaged: {}; verify the night and run it again", file.string(), error.what()));
    }
  });
  text = comm.broadcast(text);
  if (!comm.is_root()) record = gate_record_from(nlohmann::json::parse(text));
  return record;
}

}  // namespace tidemill::drivers
