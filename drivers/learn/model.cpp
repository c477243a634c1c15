#include "drivers/learn/model.hpp"

#include <fmt/format.h>

#include "io/error.hpp"

namespace tidemill::drivers {

int ModelCard::outputs() const {
  if (task == Task::multiclass) return static_cast<int>(classes.size());
  return task == Task::quantile ? static_cast<int>(quantiles.size()) : 1;
}

std::vector<std::string> ModelCard::output_names() const {
  std::vector<std::string> names;
  if (task == Task::multiclass) {
    for (std::string const& name : classes) names.push_back("probability_" + name);
  } else if (task == Task::quantile) {
    for (double const tau : quantiles) names.push_back(fmt::format("quantile_{}", tau));
  } else {
    names.push_back("prediction");
  }
  return names;
}

std::vector<double> Model::contributions(io::Table const&) const {
  throw ConfigError("only models of trees (boost, forest) explain their predictions");
}

ModelCard make_card(std::string kind, LearningData const& data, std::vector<double> quantiles) {
  ModelCard card;
  card.kind = std::move(kind);
  card.task = data.task;
  card.target = data.target_name;
  card.classes = data.classes;
  card.quantiles = std::move(quantiles);
  card.features = feature_names(data.features);
  return card;
}

void save_card(io::Hdf5File& file, ModelCard const& card) {
  file.create_group("learning");
  file.set_attribute("learning", "model", card.kind);
  file.set_attribute("learning", "task", std::string(name_of(card.task)));
  file.set_attribute("learning", "target", card.target);
  file.write_texts("learning/classes", card.classes);
  file.write_all("learning/quantiles", card.quantiles);
  file.write_texts("learning/features", card.features.names);
  file.write_all("learning/is_categorical", card.features.is_categorical);
}

ModelCard load_card(io::Hdf5File& file) {
  if (!file.has("learning")) {
    throw DataError(file.path().string() + " is no model file (it has no group 'learning'); make one with train");
  }
  ModelCard card;
  card.kind = file.text_attribute("learning", "model");
  card.task = task_named(file.text_attribute("learning", "task"));
  card.target = file.text_attribute("learning", "target");
  card.classes = file.read_texts("learning/classes");
  card.quantiles = file.read_all<double>("learning/quantiles");
  card.features.names = file.read_texts("learning/features");
  card.features.is_categorical = file.read_all<std::int8_t>("learning/is_categorical");
  return card;
}

}  // namespace tidemill::drivers
