#include "drivers/linear/encoding.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <unordered_map>

#include "drivers/partition/exact_sum.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {

LinearEncoding::LinearEncoding(io::Comm const& comm, io::Table const& features, std::span<double const> weight) {
  auto const weight_of = [&](std::int64_t row) { return weight.empty() ? 1.0 : weight[static_cast<std::size_t>(row)]; };
  std::vector<std::string> feature_names;
  for (io::Column const& column : features.columns) {
    Feature feature;
    feature_names.push_back(column.name);
    if (column.is_text()) {
      feature.levels = column.dictionary;
      feature.levels.insert(feature.levels.begin(), std::string());  // so that a category without levels is one too
    } else {
      std::int64_t missing = 0;
      ExactSum weights, sum;
      for (std::int64_t row = 0; row < column.size(); ++row) {
        if (column.is_missing(row)) {
          ++missing;
          continue;
        }
        weights.add(weight_of(row));
        sum.add(weight_of(row) * column.number(row));
      }
      feature.has_indicator = comm.sum(missing) > 0;
      auto const totals = ExactSum::totals(comm, {weights, sum});
      feature.mean = totals[0] > 0 ? totals[1] / totals[0] : 0;
      ExactSum squares;
      for (std::int64_t row = 0; row < column.size(); ++row) {
        if (column.is_missing(row)) continue;
        double const deviation = column.number(row) - feature.mean;
        squares.add(weight_of(row) * deviation * deviation);
      }
      double const variance = squares.total(comm) / totals[0];
      // Below this the column is constant up to rounding.
      bool const varies = variance > 1e-24 * feature.mean * feature.mean;
      feature.scale = varies ? 1 / std::sqrt(variance) : 0;
    }
    features_.push_back(std::move(feature));
  }
  name_columns(feature_names);
}

void LinearEncoding::name_columns(std::vector<std::string> const& feature_names) {
  feature_names_ = feature_names;
  names_ = {"(constant)"};
  for (std::size_t f = 0; f < features_.size(); ++f) {
    Feature const& feature = features_[f];
    for (std::size_t level = 1; level < feature.levels.size(); ++level) {
      names_.push_back(feature_names[f] + " = " + feature.levels[level]);
    }
    if (feature.levels.empty()) names_.push_back(feature_names[f]);
    if (feature.has_indicator) names_.push_back(feature_names[f] + " is missing");
  }
}

std::vector<double> LinearEncoding::encode(io::Table const& features) const {
  auto const rows = static_cast<std::size_t>(features.rows());
  std::vector<double> design(rows * width(), 0.0);
  for (std::size_t row = 0; row < rows; ++row) design[row * width()] = 1;
  std::size_t at = 1;
  for (std::size_t f = 0; f < features_.size(); ++f) {
    Feature const& feature = features_[f];
    io::Column const& column = features.columns[f];
    if (!feature.levels.empty()) {
      std::unordered_map<std::string, std::size_t> position;
      for (std::size_t level = 1; level < feature.levels.size(); ++level) position[feature.levels[level]] = level - 1;
      std::vector<std::int64_t> place;
      for (std::string const& text : column.dictionary) {
        auto const found = position.find(text);
        place.push_back(found == position.end() ? -1 : static_cast<std::int64_t>(at + found->second));
      }
      for (std::size_t row = 0; row < rows; ++row) {
        std::int32_t const code = column.codes[row];
        std::int64_t const to = code < 0 ? -1 : place[static_cast<std::size_t>(code)];
        if (to >= 0) design[row * width() + static_cast<std::size_t>(to)] = 1;
      }
      at += feature.levels.size() - 1;
      continue;
    }
    for (std::size_t row = 0; row < rows; ++row) {
      auto const index = static_cast<std::int64_t>(row);
      bool const missing = column.is_missing(index);
      if (!missing) design[row * width() + at] = (column.number(index) - feature.mean) * feature.scale;
      if (missing && feature.has_indicator) design[row * width() + at + 1] = 1;
    }
    at += feature.has_indicator ? 2 : 1;
  }
  return design;
}

void LinearEncoding::save(io::Hdf5File& file, std::string const& group) const {
  file.create_group(group);
  std::vector<double> mean, scale;
  std::vector<std::int8_t> has_indicator;
  std::vector<std::int64_t> level_count;
  std::vector<std::string> levels;
  for (Feature const& feature : features_) {
    mean.push_back(feature.mean);
    scale.push_back(feature.scale);
    has_indicator.push_back(feature.has_indicator);
    level_count.push_back(static_cast<std::int64_t>(feature.levels.size()));
    levels.insert(levels.end(), feature.levels.begin(), feature.levels.end());
  }
  file.write_all(group + "/mean", mean);
  file.write_all(group + "/scale", scale);
  file.write_all(group + "/has_indicator", has_indicator);
  file.write_all(group + "/level_count", level_count);
  file.write_texts(group + "/levels", levels);
  file.write_texts(group + "/features", feature_names_);
}

LinearEncoding LinearEncoding::load(io::Hdf5File& file, std::string const& group) {
  LinearEncoding encoding;
  auto const mean = file.read_all<double>(group + "/mean");
  auto const scale = file.read_all<double>(group + "/scale");
  auto const has_indicator = file.read_all<std::int8_t>(group + "/has_indicator");
  auto const level_count = file.read_all<std::int64_t>(group + "/level_count");
  auto const levels = file.read_texts(group + "/levels");
  auto const names = file.read_texts(group + "/features");
  std::size_t left = levels.size();
  bool fits = scale.size() == mean.size() && has_indicator.size() == mean.size() && level_count.size() == mean.size() &&
              names.size() == mean.size();
  for (std::int64_t const count : level_count) {
    fits = fits && count >= 0 && static_cast<std::size_t>(count) <= left;
    left -= fits ? static_cast<std::size_t>(count) : 0;
  }
  if (!fits || left != 0) {
    throw DataError(fmt::format("{}: {} does not fit its {} features; train the model again", file.path().string(),
                                group, names.size()));
  }
  auto next = levels.begin();
  for (std::size_t f = 0; f < mean.size(); ++f) {
    Feature feature{mean[f], scale[f], has_indicator[f] != 0, {next, next + level_count[f]}};
    next += level_count[f];
    encoding.features_.push_back(std::move(feature));
  }
  encoding.name_columns(names);
  return encoding;
}

}  // namespace tidemill::drivers
