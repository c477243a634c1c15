#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "drivers/night/gate_record.hpp"
#include "drivers/night/night_steps.hpp"
#include "drivers/night/night_texts.hpp"
#include "drivers/night/recommender_version.hpp"
#include "io/csv/write_csv.hpp"
#include "io/store/commit.hpp"
#include "io/store/registry.hpp"

namespace tidemill::drivers {
namespace {

constexpr char const* held_out_group = "held_out/text_classifier";
constexpr char const* text_baseline = "most_frequent";

/// All that the gate of one night's texts looks at.
struct TextGate {
  StepWork const& work;
  AssetNight const& params;
  NightTexts read;
  std::vector<std::size_t> asked;  ///< rows held out
  std::string date, base;
  io::ModelAliases used;  ///< by the night `base`

  std::filesystem::path tenant() const { return params.store / params.tenant; }
};

std::string date_of_texts(StepWork const& work, AssetNight const& params) {
  if (params.asset.is_beside_sales) return read_gate_record(work.comm, work.folder_of("gate") / "gate.json").date;
  return params.asset.has_interactions() ? recommender_in_use(work).date : io::date_text(*params.date);
}

TextGate open_text_gate(StepWork const& work, AssetNight const& params) {
  TextGate gate{work, params, read_night_texts(work.comm, params), {}, date_of_texts(work, params), "", {}};
  gate.asked = labelled_rows(gate.read, true);
  gate.base = io::base_night(work.comm, gate.tenant(), gate.date);
  if (gate.base.empty()) return gate;
  io::Aliases const aliases = io::read_aliases(work.comm, gate.tenant() / "nights" / gate.base);
  auto const found = aliases.in_use.find(texts_model);
  if (found != aliases.in_use.end()) gate.used = found->second;
  return gate;
}

NamedClassifier classifier_in(StepWork const& work, std::filesystem::path const& path, std::string const& group) {
  io::Hdf5File file = io::Hdf5File::open(work.comm, path);
  return load_classifier(file, group);
}

NamedClassifier trained_tonight(StepWork const& work, std::string const& name) {
  return classifier_in(work, work.folder_of("texts") / (name + ".h5"), text_group);
}

/// A version in use that labels what tonight's does; none, and said why, when there is none or it cannot be used.
struct TextsInUse {
  std::string version, rung;
  std::optional<NamedClassifier> held_out;
};

TextsInUse texts_in_use(TextGate const& gate, NamedClassifier const& tonight) {
  for (auto const& [rung, version] :
       {std::pair("champion", gate.used.champion), std::pair("previous", gate.used.previous)}) {
    if (version.empty()) continue;
    std::string fault = fault_of_version(gate.work.comm, gate.tenant(), texts_model, version);
    if (fault.empty()) {
      NamedClassifier found =
          classifier_in(gate.work, io::version_file(gate.tenant(), texts_model, version), held_out_group);
      bool const is_of_these = found.target == tonight.target && found.separator == tonight.separator;
      if (is_of_these) return {version, rung, std::move(found)};
      fault = "it knows the labels of column " + found.target;
    }
    gate.work.progress.say(fmt::format("{} {} cannot be used: {}", texts_model, version, fault));
  }
  return {};
}

/// 2 |both| / (|said| + |given|): 1 when all labels of the row are right, 0 when none is.
double row_score(std::string const& said, std::string const& given, char separator) {
  std::vector<std::string> const a = split_labels(said, separator), b = split_labels(given, separator);
  std::vector<std::string> both;
  std::ranges::set_intersection(a, b, std::back_inserter(both));
  return a.empty() && b.empty() ? 1 : 2.0 * static_cast<double>(both.size()) / static_cast<double>(a.size() + b.size());
}

std::vector<double> row_scores(TextGate const& gate, std::vector<std::string> const& said) {
  std::vector<double> scores;
  for (std::size_t i = 0; i < gate.asked.size(); ++i) {
    scores.push_back(row_score(said[i], gate.read.given[gate.asked[i]], gate.params.asset.texts.separator));
  }
  return scores;
}

std::vector<std::string> said_of_asked(TextGate const& gate, TextClassifier const& model) {
  std::vector<std::string_view> texts;
  for (std::size_t const row : gate.asked) texts.push_back(gate.read.texts[row]);
  return labels_said(model, model.predict(texts), gate.params.asset.texts.separator);
}

/// Collective. The label that most of the rows not held out have, of equals the first.
std::string most_frequent_label(TextGate const& gate) {
  LabelledTexts const known =
      labelled_texts(gate.work.comm, gate.params, gate.read, labelled_rows(gate.read, false), nullptr);
  std::vector<std::int64_t> counts(known.labels.classes.size());
  for (std::int32_t const label : known.labels.label) ++counts[static_cast<std::size_t>(label)];
  gate.work.comm.sum(std::span<std::int64_t>(counts));
  return known.labels.classes[static_cast<std::size_t>(std::ranges::max_element(counts) - counts.begin())];
}

GateVerdict judge_texts(TextGate const& gate, std::vector<double> champion, std::vector<double> challenger,
                        GateParams const& params) {
  PairedRows rows;
  for (std::size_t const row : gate.asked) rows.unit.push_back(gate.read.unit[row]);
  PairedMetric metric;
  // Rows that are rightly rejected count too, so this is not the accuracy of domain.md.
  metric.name = gate.params.asset.texts.separator == 0 ? "rows_right" : "row_f1";
  metric.higher_is_better = true;
  metric.denominator.assign(challenger.size(), 1);
  metric.champion = std::move(champion);
  metric.challenger = std::move(challenger);
  rows.metrics.push_back(std::move(metric));
  return judge_challenger(gate.work.comm, rows, params);
}

std::string texts_recipe(AssetNight const& params) { return params.asset.texts.config; }

bool is_same_recipe(TextGate const& gate, std::string const& version) {
  io::VersionInfo const old = io::read_version(gate.work.comm, gate.tenant(), texts_model, version);
  return old.program_version == TIDEMILL_VERSION && old.lineage.provenance.seed == gate.params.seed &&
         old.lineage.provenance.config == texts_recipe(gate.params);
}

std::string register_texts(TextGate const& gate, NamedClassifier const& held_out, GateVerdict const& verdict) {
  io::Lineage lineage;
  lineage.provenance = {"model", texts_recipe(gate.params), gate.params.seed,
                        file_inputs(gate.work.comm, {{"texts", gate.params.asset.texts.file}})};
  lineage.date = gate.date;
  lineage.parent = gate.used.champion;
  for (GateFigure const& figure : verdict.figures) {
    if (std::isfinite(figure.challenger)) lineage.metrics[figure.metric] = figure.challenger;
  }
  NamedClassifier const all = trained_tonight(gate.work, "text_model");
  return io::register_model(gate.work.comm, gate.tenant(), texts_model, lineage, [&](io::Hdf5File& file) {
    save_classifier(file, text_group, all);
    file.create_group("held_out");
    save_classifier(file, held_out_group, held_out);
  });
}

/// Why a refused model is used all the same; empty: it is not.
std::string let_in_since(TextGate const& gate, GateVerdict const& verdict) {
  if (verdict.promoted) return "";
  if (!gate.params.gate.is_enabled) return "; the gate is off";
  bool const is_too_few = verdict.params.is_refresh && verdict.units < verdict.params.min_units;
  return is_too_few ? "; the same recipe on newer data is used all the same" : "";
}

/// Tonight's against the version in use; without one against the label that most texts have, which decides nothing.
GateVerdict judge_tonight(TextGate const& gate, TextsInUse const& in_use, NamedClassifier const& tonight) {
  GateParams params = gate.params.gate.params;
  params.seed = gate.params.seed;
  std::vector<double> const scores = row_scores(gate, said_of_asked(gate, tonight.model));
  if (!in_use.held_out) {
    std::vector<std::string> const usual(gate.asked.size(), most_frequent_label(gate));
    GateVerdict verdict = judge_texts(gate, row_scores(gate, usual), scores, params);
    if (!verdict.promoted) {
      verdict.reason = "there is no champion to keep; against the baseline: " + verdict.reason;
    }
    verdict.promoted = true;
    return verdict;
  }
  params.is_refresh = !gate.params.gate.refresh_must_gain && is_same_recipe(gate, in_use.version);
  GateVerdict verdict =
      judge_texts(gate, row_scores(gate, said_of_asked(gate, in_use.held_out->model)), scores, params);
  std::string const since = let_in_since(gate, verdict);
  verdict.promoted = verdict.promoted || !since.empty();
  verdict.reason += since;
  return verdict;
}

GateRecord decide_texts(TextGate const& gate, TextsInUse const& in_use, NamedClassifier const& tonight) {
  GateRecord record;
  record.model = texts_model;
  record.date = gate.date;
  record.base = gate.base;
  record.compared_with = in_use.held_out ? in_use.version : text_baseline;
  record.verdict = judge_tonight(gate, in_use, tonight);
  record.version = register_texts(gate, tonight, record.verdict);
  record.rung = record.verdict.promoted ? "champion" : in_use.rung;
  return record;
}

io::Aliases texts_aliases(TextGate const& gate, GateRecord const& record) {
  io::Aliases aliases;
  aliases.base = gate.base;
  aliases.decided = aliases.in_use = {
      {texts_model, record.verdict.promoted ? io::ModelAliases{record.version, gate.used.champion} : gate.used}};
  return aliases;
}

io::Table label_table(TextGate const& gate, TextClassifier const& model, std::string const& version,
                      std::string const& rung) {
  AssetTexts const& params = gate.params.asset.texts;
  NightTexts const& read = gate.read;
  TextPredictions const said = model.predict(read.texts);
  io::Table table;
  table.range = read.table.range;
  if (read.table.has(params.id)) {
    table.add(read.table.at(params.id));
    table.columns.back().name = "id";
  } else {
    std::vector<std::int64_t> numbers;
    for (std::int64_t row = table.range.first; row < table.range.end(); ++row) numbers.push_back(row);
    table.add(io::integer_column("id", std::move(numbers), io::ColumnType::integer, "", "row of the file, from 0"));
  }
  io::Comm const& comm = gate.work.comm;
  table.add(io::text_column(comm, "label", labels_said(model, said, params.separator), "what the model says"));
  table.add(io::text_column(comm, "given", read.given, "what the file says"));
  if (!model.params().has_tags) {
    std::vector<double> probability;
    for (std::size_t row = 0; row < read.texts.size(); ++row) {
      probability.push_back(said.probability[row * model.classes().size() + static_cast<std::size_t>(said.best[row])]);
    }
    table.add(io::real_column("probability", std::move(probability), "probability", "of the likeliest class"));
  }
  std::vector<std::int64_t> in_scope(said.in_scope.begin(), said.in_scope.end());
  table.add(
      io::integer_column("in_scope", std::move(in_scope), io::ColumnType::integer, "0/1", "0: belongs to no class"));
  std::vector<std::string> const versions(read.texts.size(), version), rungs(read.texts.size(), rung);
  table.add(io::text_column(comm, "version", versions, "of the model that gave the label"));
  table.add(io::text_column(comm, "rung", rungs, "which one that is: champion (tonight's if promoted) or previous"));
  return table;
}

StepOutcome run_text_gate(StepWork const& work, AssetNight const& params, std::string const& config) {
  TextGate const gate = open_text_gate(work, params);
  NamedClassifier const tonight = trained_tonight(work, "held_out");
  TextsInUse const in_use = texts_in_use(gate, tonight);
  GateRecord const record = decide_texts(gate, in_use, tonight);
  std::string const version = record.verdict.promoted ? record.version : in_use.version;
  NamedClassifier const chosen = classifier_in(work, io::version_file(gate.tenant(), texts_model, version), text_group);
  save_table(work, "labels", config, label_table(gate, chosen.model, version, record.rung));
  bool const is_root = work.comm.is_root();
  io::commit_text(work.comm, work.folder / "text_gate.json", is_root ? to_json(record) : "");
  io::commit_text(work.comm, work.folder / io::aliases_name, is_root ? to_json(texts_aliases(gate, record)) : "");
  return {gate.read.table.range.total,
          fmt::format("{} {}: {}", record.version, record.verdict.promoted ? "is the champion" : "was refused",
                      record.verdict.reason),
          {{"gate_verdict", {{"model", texts_model}}, record.verdict.promoted ? 1.0 : 0.0}}};
}

/// Whether the night would still be compared with the same champion, and its version is where it was put.
bool text_gate_still_holds(StepWork const& work, AssetNight const& params) {
  GateRecord const record = read_gate_record(work.comm, work.folder / "text_gate.json");
  std::filesystem::path const tenant = params.store / params.tenant;
  if (io::base_night(work.comm, tenant, record.date) != record.base) return false;
  auto const versions = io::list_versions(work.comm, tenant);
  auto const found = versions.find(texts_model);
  return found != versions.end() && std::ranges::find(found->second, record.version) != found->second.end();
}

}  // namespace

Step text_gate_step(io::Comm const& comm, AssetNight const& params) {
  std::vector<std::string> after{"texts"};
  if (params.asset.has_interactions()) after.emplace_back("in_use");
  if (params.asset.is_beside_sales) after.emplace_back("gate");
  std::string config = params.asset.texts.config +
                       lines_of(params.config_of("gate"), "gate",
                                {"enabled", "refresh-must-gain", "confidence", "resamples", "tolerance", "min-units"}) +
                       fmt::format("seed = {}\n", params.seed);
  if (!params.asset.has_interactions() && !params.asset.is_beside_sales) {
    config += "date = " + io::date_text(*params.date) + "\n";
  }
  Step step{"text_gate", "Labels of texts", 1, after, config, {}, {}};
  step.inputs = [&comm, params] { return file_inputs(comm, {{"texts", params.asset.texts.file}}); };
  step.run = [params, config](StepWork const& work) { return run_text_gate(work, params, config); };
  step.still_holds = [params](StepWork const& work) { return text_gate_still_holds(work, params); };
  return step;
}

std::string labelling_version(StepWork const& work) {
  return serving_version(work.comm, work.folder_of("text_gate"), "text_gate.json");
}

}  // namespace tidemill::drivers
