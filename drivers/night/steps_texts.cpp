#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drivers/learn/learning_data.hpp"
#include "drivers/night/asset_steps.hpp"
#include "drivers/night/night_steps.hpp"
#include "drivers/panel/row_columns.hpp"
#include "drivers/text/quality.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/tables/read_table.hpp"
#include "kernels/random/philox.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::uint32_t text_holdout_purpose = 0x7468;

/// The file of texts: its table keeps the texts alive.
struct NightTexts {
  io::Table table;
  std::vector<std::string_view> texts;
  std::vector<std::string> given;  ///< labels as the file has them; empty: none
  std::string target;              ///< name of the column of labels
};

NightTexts read_night_texts(io::Comm const& comm, AssetTexts const& params) {
  io::TextFormat format;
  format.text_columns = {params.text};
  NightTexts read;
  read.table = io::read_table(comm, params.file, format);
  read.texts = texts_of(read.table.columns[find_column(read.table, params.text)]);
  io::Column const& target = read.table.columns[find_column(read.table, params.target)];
  read.target = target.name;
  std::vector<std::string> const names = class_names(comm, target);
  for (std::int32_t const index : class_indices(target, names)) {
    read.given.push_back(index < 0 ? std::string() : names[static_cast<std::size_t>(index)]);
  }
  return read;
}

/// Whether a row of the file is one that the model is judged by.
bool is_held_out(AssetNight const& params, std::int64_t row) {
  auto const draw =
      kernels::Philox::block(params.seed, static_cast<std::uint64_t>(row), 0, text_holdout_purpose).word[0];
  return static_cast<double>(draw) < params.asset.texts.holdout * 4294967296.0;
}

/// Collective. The rows with labels that `wanted` takes.
template <class Wanted>
LabelledTexts labelled_rows(io::Comm const& comm, AssetNight const& params, NightTexts const& read,
                            std::vector<std::string> const* classes, Wanted const& wanted) {
  LabelledTexts chosen;
  std::vector<std::string> cells;
  for (std::size_t i = 0; i < read.given.size(); ++i) {
    if (read.given[i].empty() || !wanted(read.table.range.first + static_cast<std::int64_t>(i))) continue;
    chosen.texts.push_back(read.texts[i]);
    cells.push_back(read.given[i]);
  }
  io::Column const target = io::text_column(comm, read.target, cells);
  io::RowRange const range = io::range_of_part(comm, static_cast<std::int64_t>(cells.size()));
  char const separator = params.asset.texts.separator;
  chosen.labels = classes == nullptr ? row_labels(comm, target, range, separator)
                                     : row_labels(comm, target, range, separator, *classes);
  return chosen;
}

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

/// The labels of a row as one text.
std::string label_text(TextClassifier const& model, TextPredictions const& said, std::size_t row, char separator) {
  if (!model.params().has_tags) {
    return said.in_scope[row] != 0 ? model.classes()[static_cast<std::size_t>(said.best[row])]
                                   : model.params().out_of_scope;
  }
  std::string joined;
  for (std::int32_t const tag : said.tags[row]) {
    joined += (joined.empty() ? "" : std::string(1, separator)) + model.classes()[static_cast<std::size_t>(tag)];
  }
  return joined;
}

io::Table label_table(io::Comm const& comm, AssetTexts const& params, NightTexts const& read,
                      TextClassifier const& model) {
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
  std::vector<std::string> labels;
  std::vector<double> probability;
  for (std::size_t row = 0; row < read.texts.size(); ++row) {
    labels.push_back(label_text(model, said, row, params.separator));
    if (model.params().has_tags) continue;
    probability.push_back(said.probability[row * model.classes().size() + static_cast<std::size_t>(said.best[row])]);
  }
  std::vector<std::int64_t> in_scope(said.in_scope.begin(), said.in_scope.end());
  table.add(io::text_column(comm, "label", labels, "what the model says"));
  table.add(io::text_column(comm, "given", read.given, "what the file says"));
  if (!model.params().has_tags) {
    table.add(io::real_column("probability", std::move(probability), "probability", "of the likeliest class"));
  }
  table.add(
      io::integer_column("in_scope", std::move(in_scope), io::ColumnType::integer, "0/1", "0: belongs to no class"));
  return table;
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

void save_text_model(StepWork const& work, AssetNight const& params, NightTexts const& read,
                     TextClassifier const& model) {
  AssetTexts const& texts = params.asset.texts;
  io::Provenance const provenance{"model", texts.config, params.seed, {}};
  io::commit_hdf5(work.comm, work.folder / "text_model.h5", provenance, [&](io::Hdf5File& file) {
    model.save(file, "text_classifier");
    file.set_attribute("text_classifier", "text", texts.text);
    file.set_attribute("text_classifier", "target", read.target);
    file.set_attribute("text_classifier", "separator",
                       texts.separator == 0 ? std::string() : std::string(1, texts.separator));
  });
}

StepOutcome run_texts(StepWork const& work, AssetNight const& params) {
  AssetTexts const& texts = params.asset.texts;
  NightTexts const read = read_night_texts(work.comm, texts);
  auto const checkpoints = [&](char const* part) -> CheckpointPlace {
    return {work.folder / "checkpoints" / part, work.key + part, params.checkpoint_seconds};
  };
  LabelledTexts const all = labelled_rows(work.comm, params, read, nullptr, [](std::int64_t) { return true; });
  std::vector<std::string> const& classes = all.labels.classes;
  LabelledTexts const train =
      labelled_rows(work.comm, params, read, &classes, [&](std::int64_t row) { return !is_held_out(params, row); });
  LabelledTexts const held_out =
      labelled_rows(work.comm, params, read, &classes, [&](std::int64_t row) { return is_held_out(params, row); });
  check_parts(work.comm, texts, train, held_out);
  TextClassifier const judged =
      TextClassifier::train(work.comm, train, nullptr, texts.model, checkpoints("judged"), work.progress);
  std::map<std::string, double> const quality =
      text_quality(work.comm, judged, judged.predict(held_out.texts), held_out.labels);
  std::int64_t const learned = work.comm.sum(train.labels.rows()), asked = work.comm.sum(held_out.labels.rows());
  save_table(work, "quality", texts.config, text_quality_table(work.comm, quality, learned, asked));

  TextClassifier const model =
      TextClassifier::train(work.comm, all, nullptr, texts.model, checkpoints("all"), work.progress);
  save_text_model(work, params, read, model);
  save_table(work, "labels", texts.config, label_table(work.comm, texts, read, model));
  std::string const first = texts.model.has_tags ? "micro_f1" : "accuracy";
  std::vector<Figure> figures;
  for (auto const& [name, value] : quality) {
    if (std::isfinite(value)) figures.push_back({"text_" + name, {}, value});
  }
  return {read.table.range.total,
          fmt::format("{} {:.4f} on {}, {} classes", first, quality.at(first), counted(asked, "held-out rows"),
                      classes.size()),
          figures};
}

}  // namespace

Step texts_step(io::Comm const& comm, AssetNight const& params) {
  std::string const config = params.asset.texts.config + fmt::format("seed = {}\n", params.seed);
  Step step{"texts", "Labels of texts", 1, {}, config, {}, {}};
  step.inputs = [&comm, params] { return file_inputs(comm, {{"texts", params.asset.texts.file}}); };
  step.run = [params](StepWork const& work) { return run_texts(work, params); };
  return step;
}

}  // namespace tidemill::drivers
