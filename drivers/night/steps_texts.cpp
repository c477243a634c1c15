#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drivers/night/night_steps.hpp"
#include "drivers/night/night_texts.hpp"
#include "drivers/panel/row_columns.hpp"
#include "drivers/text/quality.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"

namespace tidemill::drivers {
namespace {

struct TextMetric {
  std::string name;
  double value = 0;
};

io::Table text_quality_table(io::Comm const& comm, std::map<std::string, double> const& quality, std::int64_t trained,
                             std::int64_t judged) {
  std::vector<TextMetric> rows;
  for (auto const& [name, value] : quality) {
    if (comm.is_root()) rows.push_back({name, value});
  }
  RowColumns<TextMetric> columns(comm, rows);
  auto const integer = io::ColumnType::integer;
  columns.text("metric", "of labels of held-out rows", [](TextMetric const& m) { return m.name; })
      .real("value", "", "of a model trained without them", [](TextMetric const& m) { return m.value; })
      .integer("trained_on", integer, "rows", "with labels", [&](TextMetric const&) { return trained; })
      .integer("judged_on", integer, "rows", "held out", [&](TextMetric const&) { return judged; });
  return columns.take();
}

/// Collective. Throws DataError unless both parts have rows.
void check_parts(io::Comm const& comm, AssetTexts const& params, LabelledTexts const& train,
                 LabelledTexts const& held_out) {
  std::int64_t const learned = comm.sum(train.labels.rows()), judged = comm.sum(held_out.labels.rows());
  if (learned > 0 && judged > 0) return;
  throw DataError(
      fmt::format("{}: expected rows with labels in column {} to train on and to judge by; found {} and {}; "
                  "bring more, or change asset.texts-holdout",
                  params.file.string(), params.target, learned, judged));
}

/// Collective. Trains on these rows and saves as FOLDER/NAME.h5.
TextClassifier train_texts(StepWork const& work, AssetNight const& params, NightTexts const& read,
                           LabelledTexts const& rows, std::string const& name) {
  AssetTexts const& texts = params.asset.texts;
  CheckpointPlace const place{work.folder / "checkpoints" / name, work.key + name, params.checkpoint_seconds};
  NamedClassifier const trained{texts.text, read.target,
                                texts.separator == 0 ? std::string() : std::string(1, texts.separator),
                                TextClassifier::train(work.comm, rows, nullptr, texts.model, place, work.progress)};
  io::Provenance const provenance{"model", texts.config, params.seed, {}};
  io::commit_hdf5(work.comm, work.folder / (name + ".h5"), provenance,
                  [&](io::Hdf5File& file) { save_classifier(file, text_group, trained); });
  return trained.model;
}

StepOutcome run_texts(StepWork const& work, AssetNight const& params) {
  AssetTexts const& texts = params.asset.texts;
  NightTexts const read = read_night_texts(work.comm, params);
  std::vector<std::size_t> const known = labelled_rows(read, false), asked = labelled_rows(read, true);
  std::vector<std::size_t> every = known;
  every.insert(every.end(), asked.begin(), asked.end());
  std::sort(every.begin(), every.end());
  LabelledTexts const all = labelled_texts(work.comm, params, read, every, nullptr);
  std::vector<std::string> const& classes = all.labels.classes;
  LabelledTexts const train = labelled_texts(work.comm, params, read, known, &classes);
  LabelledTexts const held_out = labelled_texts(work.comm, params, read, asked, &classes);
  check_parts(work.comm, texts, train, held_out);
  TextClassifier const judged = train_texts(work, params, read, train, "held_out");
  std::map<std::string, double> const quality =
      text_quality(work.comm, judged, judged.predict(held_out.texts), held_out.labels);
  std::int64_t const learned = work.comm.sum(train.labels.rows()), judged_on = work.comm.sum(held_out.labels.rows());
  save_table(work, "quality", texts.config, text_quality_table(work.comm, quality, learned, judged_on));
  train_texts(work, params, read, all, "text_model");
  std::string const first = texts.model.has_tags ? "micro_f1" : "accuracy";
  std::vector<Figure> figures;
  for (auto const& [name, value] : quality) {
    if (std::isfinite(value)) figures.push_back({"text_" + name, {}, value});
  }
  return {read.table.range.total,
          fmt::format("{} {:.4f} on {}, {} classes", first, quality.at(first), counted(judged_on, "held-out rows"),
                      classes.size()),
          figures};
}

}  // namespace

Step texts_step(io::Comm const& comm, AssetNight const& params) {
  std::string const config = params.asset.texts.config + fmt::format("seed = {}\n", params.seed);
  Step step{"texts", "Texts", 2, {}, config, {}, {}};
  step.inputs = [&comm, params] { return file_inputs(comm, {{"texts", params.asset.texts.file}}); };
  step.run = [params](StepWork const& work) { return run_texts(work, params); };
  return step;
}

}  // namespace tidemill::drivers
