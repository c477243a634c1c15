#include "drivers/learn/learning_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <unordered_map>

#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

std::string class_name(io::Column const& column, std::int64_t row) {
  return column.is_text() ? column.text(row) : fmt::format("{}", column.number(row));
}

io::Column as_category(io::Comm const& comm, io::Column const& column) {
  std::vector<std::string> texts(static_cast<std::size_t>(column.size()));
  for (std::int64_t row = 0; row < column.size(); ++row) {
    if (!column.is_missing(row)) texts[static_cast<std::size_t>(row)] = class_name(column, row);
  }
  return io::text_column(comm, column.name, texts, column.description);
}

void check_target(LearningData const& data, io::RowRange range) {
  for (std::size_t i = 0; i < data.target.size(); ++i) {
    double const y = data.target[i];
    auto const row = range.first + static_cast<std::int64_t>(i) + 1;
    if (!std::isfinite(y)) {
      throw DataError(
          fmt::format("target '{}' is missing in row {} (counted from 1 without the header); remove rows "
                      "without a target before training",
                      data.target_name, row));
    }
    if (y < 0 && (data.task == Task::poisson || data.task == Task::tweedie)) {
      throw DataError(fmt::format("target '{}' is {} in row {}; task {} needs values of 0 and more", data.target_name,
                                  y, row, name_of(data.task)));
    }
    if (!data.weight.empty() && !(data.weight[i] >= 0 && std::isfinite(data.weight[i]))) {
      throw DataError(fmt::format("the weight of row {} is missing or negative; weights are 0 and more", row));
    }
  }
}

void set_target(io::Comm const& comm, LearningData& data, io::Column const& column) {
  data.target_name = column.name;
  if (is_classification(data.task)) {
    data.classes = class_names(comm, column);
    if (data.classes.size() < 2 || (data.task == Task::binary && data.classes.size() > 2)) {
      throw DataError(fmt::format("target '{}' has {} distinct values; task {} needs {}", column.name,
                                  data.classes.size(), name_of(data.task),
                                  data.task == Task::binary ? "exactly two" : "at least two"));
    }
    for (std::int32_t const index : class_indices(column, data.classes)) data.target.push_back(index < 0 ? NAN : index);
    return;
  }
  if (column.is_text()) {
    throw DataError(fmt::format("target '{}' holds text such as '{}'; task {} needs numbers", column.name,
                                column.dictionary.empty() ? "" : column.dictionary.front(), name_of(data.task)));
  }
  for (std::int64_t row = 0; row < column.size(); ++row) data.target.push_back(column.number(row));
}

}  // namespace

std::size_t find_column(io::Table const& table, std::string const& name) {
  std::vector<std::string> names;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    if (table.columns[c].name == name) return c;
    names.push_back(table.columns[c].name);
  }
  std::size_t number = 0;
  auto const [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error == std::errc() && end == name.data() + name.size() && number >= 1 && number <= names.size()) {
    return number - 1;
  }
  throw DataError(fmt::format("no column '{}' among the {} there are; did you mean '{}'? A number from 1 works too",
                              name, names.size(), io::nearest_name(name, names)));
}

std::vector<std::string> class_names(io::Comm const& comm, io::Column const& column) {
  constexpr std::size_t most = 4096;
  if (column.is_text()) {
    // The dictionary may list values that no row has.
    std::vector<std::int64_t> used(column.dictionary.size());
    for (std::int32_t const code : column.codes) {
      if (code >= 0) used[static_cast<std::size_t>(code)] = 1;
    }
    comm.sum(std::span<std::int64_t>(used));
    std::vector<std::string> names;
    for (std::size_t i = 0; i < used.size(); ++i) {
      if (used[i] != 0) names.push_back(column.dictionary[i]);
    }
    return names;
  }
  std::set<double> mine;
  for (std::int64_t row = 0; row < column.size() && mine.size() <= most; ++row) {
    if (!column.is_missing(row)) mine.insert(column.number(row));
  }
  std::vector<double> const listed(mine.begin(), mine.end());
  std::vector<double> const everyones = comm.gather_all(std::span<double const>(listed));
  std::set<double> const all(everyones.begin(), everyones.end());
  if (all.size() > most) {
    throw DataError(
        fmt::format("column '{}' has more than {} distinct numbers; that is no set of classes", column.name, most));
  }
  std::vector<std::string> names;
  for (double const value : all) names.push_back(fmt::format("{}", value));
  return names;
}

std::vector<std::int32_t> class_indices(io::Column const& column, std::vector<std::string> const& classes) {
  std::unordered_map<std::string, std::int32_t> index;
  for (std::size_t c = 0; c < classes.size(); ++c) index[classes[c]] = static_cast<std::int32_t>(c);
  std::vector<std::int32_t> result(static_cast<std::size_t>(column.size()), -1);
  for (std::int64_t row = 0; row < column.size(); ++row) {
    if (column.is_missing(row)) continue;
    auto const found = index.find(class_name(column, row));
    if (found != index.end()) result[static_cast<std::size_t>(row)] = found->second;
  }
  return result;
}

LearningData make_learning_data(io::Comm const& comm, io::Table table, LearningColumns const& columns, Task task) {
  LearningData data;
  data.task = task;
  std::vector<bool> is_feature(table.columns.size(), true);
  for (std::string const& name : columns.ignored) is_feature[find_column(table, name)] = false;
  for (std::string const& name : columns.categorical) {
    io::Column& column = table.columns[find_column(table, name)];
    if (!column.is_text()) column = as_category(comm, column);
  }
  std::size_t const target = find_column(table, columns.target);
  is_feature[target] = false;
  set_target(comm, data, table.columns[target]);
  if (!columns.weight.empty()) {
    std::size_t const weight = find_column(table, columns.weight);
    is_feature[weight] = false;
    io::Column const& column = table.columns[weight];
    if (column.is_text()) throw DataError(fmt::format("weight '{}' holds text; weights are numbers", column.name));
    for (std::int64_t row = 0; row < column.size(); ++row) data.weight.push_back(column.number(row));
  }
  io::agree(comm, "check the target", [&] { check_target(data, table.range); });
  if (table.range.total == 0) throw DataError("the training table has no rows");
  data.features.range = table.range;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    if (is_feature[c]) data.features.columns.push_back(std::move(table.columns[c]));
  }
  if (data.features.columns.empty()) throw DataError("no feature columns are left beside the target");
  return data;
}

FeatureNames feature_names(io::Table const& features) {
  FeatureNames result;
  for (io::Column const& column : features.columns) {
    result.names.push_back(column.name);
    result.is_categorical.push_back(column.is_text());
  }
  return result;
}

io::Table select_features(io::Comm const& comm, io::Table const& table, FeatureNames const& features) {
  io::Table result;
  result.range = table.range;
  for (std::size_t f = 0; f < features.names.size(); ++f) {
    io::Column const& column = table.at(features.names[f]);
    bool const wants_text = features.is_categorical[f] != 0;
    if (column.is_text() && !wants_text) {
      // A column without any value is read as text: all its rows are missing numbers.
      if (!column.dictionary.empty()) {
        throw DataError(fmt::format("column '{}' holds text such as '{}', but the model was trained on numbers there",
                                    column.name, column.dictionary.front()));
      }
      result.columns.push_back(
          io::real_column(column.name, std::vector<double>(static_cast<std::size_t>(column.size()), NAN)));
    } else {
      result.columns.push_back(wants_text && !column.is_text() ? as_category(comm, column) : column);
    }
  }
  return result;
}

}  // namespace tidemill::drivers
