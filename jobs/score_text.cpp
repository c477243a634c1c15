#include "jobs/score_text.hpp"

#include "drivers/learn/learning_data.hpp"
#include "drivers/text/text_classifier.hpp"
#include "io/tables/read_table.hpp"

namespace tidemill::jobs {
namespace {

constexpr char const* group = "text_classifier";

std::vector<std::string> names_of(drivers::TextClassifier const& model, drivers::TextPredictions const& predictions,
                                  std::string const& separator) {
  std::vector<std::string> names;
  for (std::size_t row = 0; row < predictions.best.size(); ++row) {
    if (!model.params().has_tags) {
      names.push_back(model.classes()[static_cast<std::size_t>(predictions.best[row])]);
      continue;
    }
    std::string joined;
    for (std::int32_t const tag : predictions.tags[row]) {
      joined += (joined.empty() ? "" : separator) + model.classes()[static_cast<std::size_t>(tag)];
    }
    names.push_back(joined);
  }
  return names;
}

/// Every `width`-th value from `first` on.
std::vector<double> column_of(std::vector<double> const& values, std::size_t first, std::size_t width) {
  std::vector<double> column;
  for (std::size_t at = first; at < values.size(); at += width) column.push_back(values[at]);
  return column;
}

}  // namespace

bool is_text_model(io::Hdf5File& file) { return file.has(group); }

io::Table score_texts(Context const& context, io::Hdf5File& model_file, std::string const& input) {
  auto const model = drivers::TextClassifier::load(model_file, group);
  std::string const text = model_file.text_attribute(group, "text");
  io::TextFormat format;
  format.text_columns = {text};
  io::Table const rows = io::read_table(context.comm, input, format);
  auto const predictions = model.predict(drivers::texts_of(rows.columns[drivers::find_column(rows, text)]));

  io::Table table;
  table.range = rows.range;
  std::vector<std::int64_t> numbers, in_scope(predictions.in_scope.begin(), predictions.in_scope.end());
  for (std::int64_t row = rows.range.first; row < rows.range.end(); ++row) numbers.push_back(row);
  table.add(io::integer_column("row", std::move(numbers), io::ColumnType::integer, "", "row of the input, from 0"));
  table.add(io::text_column(context.comm, "prediction",
                            names_of(model, predictions, model_file.text_attribute(group, "separator")),
                            "prediction of " + model_file.text_attribute(group, "target")));
  std::size_t const width = model.classes().size();
  if (!model.params().has_tags) {
    std::vector<double> best;
    for (std::size_t row = 0; row < predictions.best.size(); ++row) {
      best.push_back(predictions.probability[row * width + static_cast<std::size_t>(predictions.best[row])]);
    }
    table.add(io::real_column("probability", std::move(best), "probability", "of the predicted class"));
  }
  table.add(io::integer_column("in_scope", std::move(in_scope), io::ColumnType::integer, "",
                               "0: rejected, belongs to no class"));
  for (std::size_t tag = 0; model.params().has_tags && tag < width; ++tag) {
    table.add(io::real_column("probability_" + model.classes()[tag], column_of(predictions.probability, tag, width),
                              "probability", "that the tag belongs to the row"));
  }
  return table;
}

}  // namespace tidemill::jobs
