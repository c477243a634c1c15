#include "drivers/trees/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

[[noreturn]] void refuse(io::Hdf5File const& file, std::string const& what) {
  throw DataError(
      fmt::format("{}: {}; the file is damaged or was not written by tidemill", file.path().string(), what));
}

void require(io::Hdf5File const& file, bool condition, char const* what) {
  if (!condition) refuse(file, what);
}

/// One dataset with all features' items, and where each feature's begin.
template <class T>
void save_lists(io::Hdf5File& file, std::string const& name, std::vector<std::vector<T>> const& lists) {
  std::vector<T> all;
  std::vector<std::int64_t> start{0};
  for (auto const& list : lists) {
    all.insert(all.end(), list.begin(), list.end());
    start.push_back(static_cast<std::int64_t>(all.size()));
  }
  if constexpr (std::is_same_v<T, std::string>) {
    file.write_texts(name, all);
  } else {
    file.write_all(name, all);
  }
  file.write_all(name + "_start", start);
}

template <class T>
std::vector<std::vector<T>> load_lists(io::Hdf5File& file, std::string const& name, std::size_t count) {
  std::vector<T> all;
  if constexpr (std::is_same_v<T, std::string>) {
    all = file.read_texts(name);
  } else {
    all = file.read_all<T>(name);
  }
  auto const start = file.read_all<std::int64_t>(name + "_start");
  require(file,
          start.size() == count + 1 && start.front() == 0 && start.back() == static_cast<std::int64_t>(all.size()) &&
              std::is_sorted(start.begin(), start.end()),
          "a list of lists has inconsistent starts");
  std::vector<std::vector<T>> lists;
  for (std::size_t i = 0; i < count; ++i) {
    lists.emplace_back(all.begin() + start[i], all.begin() + start[i + 1]);
  }
  return lists;
}

void save_bins(io::Hdf5File& file, std::vector<kernels::FeatureBins> const& bins, std::string const& group) {
  std::vector<std::int8_t> kinds;
  std::vector<std::vector<float>> upper;
  std::vector<std::vector<std::int32_t>> category;
  for (kernels::FeatureBins const& feature : bins) {
    kinds.push_back(feature.is_categorical ? 1 : 0);
    upper.push_back(feature.upper);
    category.push_back(feature.category);
  }
  file.write_all(group + "/is_categorical", kinds);
  save_lists(file, group + "/upper", upper);
  save_lists(file, group + "/category", category);
}

std::vector<kernels::FeatureBins> load_bins(io::Hdf5File& file, std::string const& group,
                                            std::vector<std::vector<std::string>> const& categories) {
  auto const kinds = file.read_all<std::int8_t>(group + "/is_categorical");
  require(file, kinds.size() == categories.size(), "bins and features differ in number");
  auto upper = load_lists<float>(file, group + "/upper", kinds.size());
  auto category = load_lists<std::int32_t>(file, group + "/category", kinds.size());
  std::vector<kernels::FeatureBins> bins(kinds.size());
  for (std::size_t f = 0; f < bins.size(); ++f) {
    bins[f].is_categorical = kinds[f] != 0;
    bins[f].upper = std::move(upper[f]);
    bins[f].category = std::move(category[f]);
    std::size_t const items = bins[f].is_categorical ? bins[f].category.size() : bins[f].upper.size();
    require(file, items <= 255, "a feature has more than 255 bins");
    require(file, std::is_sorted(bins[f].upper.begin(), bins[f].upper.end()), "bounds of bins are not ascending");
    for (std::int32_t const code : bins[f].category) {
      require(file, code >= 0 && code < static_cast<std::int64_t>(categories[f].size()), "a bin names no category");
    }
    bins[f].count = static_cast<std::int32_t>(items) + 1;
  }
  return bins;
}

void check_nodes(io::Hdf5File const& file, kernels::TreeEnsemble const& e,
                 std::vector<kernels::FeatureBins> const& bins) {
  auto const features = static_cast<std::int32_t>(bins.size());
  for (std::int64_t tree = 0; tree < e.trees(); ++tree) {
    std::int64_t const end = e.tree_start[static_cast<std::size_t>(tree) + 1];
    std::int64_t const begin = e.tree_start[static_cast<std::size_t>(tree)];
    require(file, begin < end, "a tree has no nodes");
    for (std::int64_t node = begin; node < end; ++node) {
      auto const i = static_cast<std::size_t>(node);
      require(file, std::isfinite(e.value[i]), "a leaf value is not finite");
      if (e.feature[i] < 0) {
        require(file, e.feature[i] == -1, "a node splits on an unknown feature");
        continue;
      }
      require(file, e.feature[i] < features, "a node splits on an unknown feature");
      // Children after their parent: no walk can go round in circles.
      require(file, e.left[i] > node && e.left[i] < end && e.right[i] > node && e.right[i] < end,
              "a node's children lie outside its tree");
      bool const is_categorical = e.is_categorical[i] != 0;
      require(file, is_categorical == bins[static_cast<std::size_t>(e.feature[i])].is_categorical,
              "a split and its feature differ in kind");
      std::int64_t const limit = is_categorical ? static_cast<std::int64_t>(e.sets.size() / 4) : 256;
      require(file, e.threshold[i] >= 0 && e.threshold[i] < limit, "a threshold is out of range");
    }
  }
}

}  // namespace

void save_ensemble(io::Hdf5File& file, kernels::TreeEnsemble const& e, std::string const& group) {
  file.create_group(group);
  file.set_attribute(group, "outputs", std::int64_t{e.outputs});
  file.write_all(group + "/base_score", e.base_score);
  file.write_all(group + "/tree_start", e.tree_start);
  file.write_all(group + "/feature", e.feature);
  file.write_all(group + "/threshold", e.threshold);
  file.write_all(group + "/missing_left", e.missing_left);
  file.write_all(group + "/is_categorical", e.is_categorical);
  file.write_all(group + "/left", e.left);
  file.write_all(group + "/right", e.right);
  file.write_all(group + "/value", e.value);
  file.write_all(group + "/gain", e.gain);
  file.write_all(group + "/cover", e.cover);
  file.write_all(group + "/sets", e.sets);
}

kernels::TreeEnsemble load_ensemble(io::Hdf5File& file, std::string const& group,
                                    std::vector<kernels::FeatureBins> const& bins) {
  kernels::TreeEnsemble e;
  std::int64_t const outputs = file.integer_attribute(group, "outputs");
  require(file, outputs >= 1 && outputs <= 1000, "the number of outputs is out of range");
  e.outputs = static_cast<std::int32_t>(outputs);
  e.base_score = file.read_all<double>(group + "/base_score");
  e.tree_start = file.read_all<std::int64_t>(group + "/tree_start");
  e.feature = file.read_all<std::int32_t>(group + "/feature");
  e.threshold = file.read_all<std::int32_t>(group + "/threshold");
  e.missing_left = file.read_all<std::int8_t>(group + "/missing_left");
  e.is_categorical = file.read_all<std::int8_t>(group + "/is_categorical");
  e.left = file.read_all<std::int32_t>(group + "/left");
  e.right = file.read_all<std::int32_t>(group + "/right");
  e.value = file.read_all<double>(group + "/value");
  e.gain = file.read_all<double>(group + "/gain");
  e.cover = file.read_all<std::int64_t>(group + "/cover");
  e.sets = file.read_all<std::uint64_t>(group + "/sets");
  std::size_t const nodes = e.feature.size();
  for (std::size_t const size : {e.threshold.size(), e.missing_left.size(), e.is_categorical.size(), e.left.size(),
                                 e.right.size(), e.value.size(), e.gain.size(), e.cover.size()}) {
    require(file, size == nodes, "node arrays differ in length");
  }
  require(file, nodes <= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()),
          "there are too many nodes");
  require(file, e.base_score.size() == static_cast<std::size_t>(outputs), "base scores and outputs differ in number");
  require(file,
          !e.tree_start.empty() && e.tree_start.front() == 0 &&
              e.tree_start.back() == static_cast<std::int64_t>(nodes) &&
              std::is_sorted(e.tree_start.begin(), e.tree_start.end()),
          "starts of trees are inconsistent");
  require(file, e.trees() % outputs == 0 && e.sets.size() % 4 == 0, "the last round is incomplete");
  check_nodes(file, e, bins);
  return e;
}

void save_model(io::Hdf5File& file, TreeModel const& model, std::string const& group) {
  file.create_group(group);
  file.set_attribute(group, "kind", "trees");
  file.set_attribute(group, "params", to_text(model.params));
  file.set_attribute(group, "target", model.target);
  file.set_attribute(group, "best_round", model.best_round);
  file.write_texts(group + "/feature_names", model.feature_names);
  file.write_texts(group + "/class_labels", model.class_labels);
  save_lists(file, group + "/categories", model.categories);
  save_bins(file, model.bins, group + "/bins");
  save_ensemble(file, model.ensemble, group + "/trees");
}

TreeModel load_model(io::Hdf5File& file, std::string const& group) {
  TreeModel model;
  model.params = params_of_text(file.text_attribute(group, "params"));
  model.target = file.text_attribute(group, "target");
  model.best_round = file.integer_attribute(group, "best_round");
  model.feature_names = file.read_texts(group + "/feature_names");
  model.class_labels = file.read_texts(group + "/class_labels");
  model.categories = load_lists<std::string>(file, group + "/categories", model.feature_names.size());
  model.bins = load_bins(file, group + "/bins", model.categories);
  model.ensemble = load_ensemble(file, group + "/trees", model.bins);
  require(file, model.ensemble.outputs == model.params.outputs(), "parameters and trees differ in outputs");
  require(file, model.best_round * model.ensemble.outputs == model.ensemble.trees(), "rounds and trees differ");
  try {
    check(model.params, static_cast<std::int64_t>(model.feature_names.size()));
  } catch (ConfigError const& error) {
    refuse(file, error.what());
  }
  return model;
}

namespace {

/// Codes of one dictionary in terms of another; texts that it lacks become missing.
std::vector<std::int32_t> translate(std::vector<std::string> const& from, std::vector<std::string> const& to) {
  std::unordered_map<std::string, std::int32_t> code_of;
  for (std::size_t i = 0; i < to.size(); ++i) code_of.emplace(to[i], static_cast<std::int32_t>(i));
  std::vector<std::int32_t> codes;
  for (std::string const& text : from) {
    auto const found = code_of.find(text);
    codes.push_back(found == code_of.end() ? -1 : found->second);
  }
  return codes;
}

TreeFeature category_feature(io::Column const& column, std::vector<std::string> const& categories) {
  TreeFeature feature;
  feature.categories = categories;
  feature.is_categorical = true;
  if (column.is_text()) {
    std::vector<std::int32_t> const codes = translate(column.dictionary, categories);
    for (std::int32_t const code : column.codes) {
      feature.codes.push_back(code < 0 ? -1 : codes[static_cast<std::size_t>(code)]);
    }
    return feature;
  }
  std::unordered_map<std::string, std::int32_t> code_of;
  for (std::size_t i = 0; i < categories.size(); ++i) code_of.emplace(categories[i], static_cast<std::int32_t>(i));
  for (std::int64_t row = 0; row < column.size(); ++row) {
    auto const found = column.is_missing(row) ? code_of.end() : code_of.find(fmt::format("{}", column.number(row)));
    feature.codes.push_back(found == code_of.end() ? -1 : found->second);
  }
  return feature;
}

}  // namespace

TreeDataset features_for(TreeModel const& model, io::Table const& table) {
  TreeDataset data;
  data.range = table.range;
  for (std::size_t f = 0; f < model.feature_names.size(); ++f) {
    io::Column const& column = table.at(model.feature_names[f]);
    TreeFeature feature;
    if (model.bins[f].is_categorical) {
      feature = category_feature(column, model.categories[f]);
    } else if (column.is_text()) {
      // A column with no value at all is read as text; anything else is another kind of column.
      if (!column.dictionary.empty()) {
        throw DataError(fmt::format("column '{}' holds texts; the model was trained on numbers", column.name));
      }
      feature.values.assign(static_cast<std::size_t>(column.size()), std::numeric_limits<float>::quiet_NaN());
    } else {
      for (std::int64_t row = 0; row < column.size(); ++row) {
        feature.values.push_back(static_cast<float>(column.number(row)));
      }
    }
    feature.name = model.feature_names[f];
    data.features.push_back(std::move(feature));
  }
  return data;
}

FeatureImportance importance_of(TreeModel const& model) {
  FeatureImportance result{std::vector<double>(model.feature_names.size(), 0.0),
                           std::vector<std::int64_t>(model.feature_names.size(), 0)};
  for (std::size_t node = 0; node < model.ensemble.feature.size(); ++node) {
    if (model.ensemble.feature[node] < 0) continue;
    auto const f = static_cast<std::size_t>(model.ensemble.feature[node]);
    result.gain[f] += model.ensemble.gain[node];
    ++result.splits[f];
  }
  return result;
}

}  // namespace tidemill::drivers
