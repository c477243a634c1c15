#include "drivers/night/gate_record.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "io/error.hpp"
#include "io/store/night_list.hpp"
#include "io/store/posix.hpp"
#include "io/store/registry.hpp"

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

nlohmann::ordered_json finite_value(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
}

nlohmann::ordered_json slice_json(SliceRecord const& slice) {
  SliceTest const& test = slice.test;
  return {{"slice", test.slice},
          {"compared_with", test.incumbent},
          {"own_champion", slice.champion},
          {"reason", test.reason},
          {"rows", test.rows},
          {"units", test.units},
          {"metric", test.target.metric},
          {"champion", finite_value(test.target.champion)},
          {"challenger", finite_value(test.target.challenger)},
          {"gain_p", finite_value(test.gain_p)},
          {"gain_q", finite_value(test.gain_q)},
          {"loss_p", finite_value(test.loss_p)},
          {"loss_q", finite_value(test.loss_q)},
          {"wins", test.wins},
          {"loses", test.loses}};
}

SliceRecord slice_from(nlohmann::json const& json) {
  SliceRecord slice;
  SliceTest& test = slice.test;
  json.at("slice").get_to(test.slice);
  json.at("compared_with").get_to(test.incumbent);
  json.at("own_champion").get_to(slice.champion);
  json.at("reason").get_to(test.reason);
  json.at("rows").get_to(test.rows);
  json.at("units").get_to(test.units);
  json.at("metric").get_to(test.target.metric);
  test.target.champion = number_or_nan(json.at("champion"));
  test.target.challenger = number_or_nan(json.at("challenger"));
  test.gain_p = number_or_nan(json.at("gain_p"));
  test.gain_q = number_or_nan(json.at("gain_q"));
  test.loss_p = number_or_nan(json.at("loss_p"));
  test.loss_q = number_or_nan(json.at("loss_q"));
  json.at("wins").get_to(test.wins);
  json.at("loses").get_to(test.loses);
  return slice;
}

GateVerdict verdict_from(nlohmann::json const& json) {
  GateVerdict verdict;
  json.at("promoted").get_to(verdict.promoted);
  json.at("reason").get_to(verdict.reason);
  json.at("rows").get_to(verdict.rows);
  json.at("units").get_to(verdict.units);
  for (nlohmann::json const& figure : json.at("metrics")) verdict.figures.push_back(gate_figure_from(figure));
  return verdict;
}

GateRecord gate_record_from(nlohmann::json const& json) {
  GateRecord record;
  json.at("model").get_to(record.model);
  json.at("version").get_to(record.version);
  json.at("date").get_to(record.date);
  json.at("base").get_to(record.base);
  json.at("compared_with").get_to(record.compared_with);
  json.at("rung").get_to(record.rung);
  record.verdict = verdict_from(json.at("verdict"));
  if (json.contains("refreshed")) {
    nlohmann::json const& again = json.at("refreshed");
    record.refreshed = {again.at("version"), again.at("compared_with"), verdict_from(again.at("verdict"))};
  }
  if (!json.contains("slices")) return record;
  for (nlohmann::json const& slice : json.at("slices")) record.slices.push_back(slice_from(slice));
  return record;
}

}  // namespace

std::string to_json(GateRecord const& record) {
  nlohmann::ordered_json json{{"model", record.model},
                              {"version", record.version},
                              {"date", record.date},
                              {"base", record.base},
                              {"compared_with", record.compared_with},
                              {"rung", record.rung},
                              {"verdict", nlohmann::ordered_json::parse(to_json(record.verdict))}};
  if (record.refreshed) {
    json["refreshed"] = {{"version", record.refreshed->version},
                         {"compared_with", record.refreshed->compared_with},
                         {"verdict", nlohmann::ordered_json::parse(to_json(record.refreshed->verdict))}};
  }
  for (SliceRecord const& slice : record.slices) json["slices"].push_back(slice_json(slice));
  return json.dump(2) + "\n";
}

GateRecord gate_record_from_json(std::string const& text, std::string const& file) {
  try {
    return gate_record_from(nlohmann::json::parse(text));
  } catch (nlohmann::json::exception const& error) {
    throw DataError(fmt::format("{} is damaged: {}; verify the night and run it again", file, error.what()));
  }
}

GateRecord read_gate_record(io::Comm const& comm, std::filesystem::path const& file) {
  std::string text;
  GateRecord record;
  io::agree(comm, "read " + file.string(), [&] {
    if (!comm.is_root()) return;
    text = io::read_file(file);
    record = gate_record_from_json(text, file.string());
  });
  text = comm.broadcast(text);
  if (!comm.is_root()) record = gate_record_from_json(text, file.string());
  return record;
}

std::string serving_version(io::Comm const& comm, std::filesystem::path const& folder, std::string const& name) {
  GateRecord const record = read_gate_record(comm, folder / name);
  if (record.verdict.promoted) return record.version;
  io::ModelAliases const kept = io::read_aliases(comm, folder).decided.at(record.model);
  return record.rung == "champion" ? kept.champion : kept.previous;
}

std::vector<GateRecord> gate_records_of(std::filesystem::path const& night) {
  std::vector<GateRecord> records;
  for (char const* name : {"gate.json", "recommender_gate.json", "text_gate.json"}) {
    std::filesystem::path const file = night / name;
    if (std::filesystem::exists(file)) records.push_back(gate_record_from_json(io::read_file(file), file.string()));
  }
  return records;
}

std::optional<PastVerdict> find_verdict(std::filesystem::path const& tenant, std::string const& model,
                                        std::string const& version) {
  std::vector<io::NightName> const nights = io::list_nights(tenant);
  for (auto night = nights.rbegin(); night != nights.rend(); ++night) {
    try {
      for (GateRecord const& record : gate_records_of(tenant / "nights" / night->text())) {
        if (record.model != model) continue;
        if (record.version == version) return PastVerdict{night->text(), record.verdict};
        bool const is_refreshed = record.refreshed && record.refreshed->version == version;
        if (is_refreshed) return PastVerdict{night->text(), record.refreshed->verdict};
      }
    } catch (Error const&) {
      continue;
    }
  }
  return std::nullopt;
}

}  // namespace tidemill::drivers
