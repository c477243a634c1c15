#include "drivers/trees/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::size_t max_classes = 1000;

/// The distinct numbers of a column over all ranks, ascending.
std::vector<double> distinct_numbers(io::Comm const& comm, io::Column const& column, std::size_t limit,
                                     std::string const& what) {
  std::set<double> mine;
  for (std::int64_t row = 0; row < column.size() && mine.size() <= limit; ++row) {
    if (!column.is_missing(row)) mine.insert(column.number(row));
  }
  std::vector<double> const list(mine.begin(), mine.end());
  std::vector<double> all = comm.gather_all(std::span<double const>(list));
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  if (all.size() > limit) {
    throw DataError(
        fmt::format("column '{}' has more than {} different values; too many for {}", column.name, limit, what));
  }
  return all;
}

std::int32_t position_of(std::vector<double> const& sorted, double value) {
  return static_cast<std::int32_t>(std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin());
}

std::vector<std::string> texts_of(std::vector<double> const& numbers) {
  std::vector<std::string> texts;
  for (double const number : numbers) texts.push_back(fmt::format("{}", number));
  return texts;
}

TreeFeature make_feature(io::Comm const& comm, io::Column const& column, bool as_category) {
  TreeFeature feature;
  feature.name = column.name;
  feature.is_categorical = column.is_text() || as_category;
  std::int64_t const rows = column.size();
  if (column.is_text()) {
    feature.codes = column.codes;
    feature.categories = column.dictionary;
  } else if (as_category) {
    std::vector<double> const numbers = distinct_numbers(comm, column, 1 << 20, "a categorical feature");
    feature.categories = texts_of(numbers);
    for (std::int64_t row = 0; row < rows; ++row) {
      feature.codes.push_back(column.is_missing(row) ? -1 : position_of(numbers, column.number(row)));
    }
  } else {
    feature.values.reserve(static_cast<std::size_t>(rows));
    for (std::int64_t row = 0; row < rows; ++row) feature.values.push_back(static_cast<float>(column.number(row)));
  }
  return feature;
}

/// Throws on every rank for the first row (by global number) for which `is_bad` holds.
template <class IsBad>
void refuse_bad_rows(io::Comm const& comm, io::RowRange const& range, std::string const& message, IsBad const& is_bad) {
  std::int64_t first = range.total;
  for (std::int64_t row = 0; row < range.count && first == range.total; ++row) {
    if (is_bad(row)) first = range.first + row;
  }
  first = comm.min(first);
  if (first < range.total) throw DataError(fmt::format("row {} (from 0): {}", first, message));
}

void read_target(io::Comm const& comm, io::Column const& column, bool is_classification, TreeDataset& data) {
  std::int64_t const rows = column.size();
  refuse_bad_rows(comm, data.range, fmt::format("the target '{}' is missing; remove such rows or fill it", column.name),
                  [&](std::int64_t row) { return column.is_missing(row); });
  data.target.resize(static_cast<std::size_t>(rows));
  auto const set = [&](std::int64_t row, double value) { data.target[static_cast<std::size_t>(row)] = value; };
  if (!is_classification) {
    if (column.is_text()) {
      throw DataError(fmt::format("the target '{}' holds texts; numbers are expected for this task", column.name));
    }
    refuse_bad_rows(comm, data.range, fmt::format("the target '{}' is infinite", column.name),
                    [&](std::int64_t row) { return std::isinf(column.number(row)); });
    for (std::int64_t row = 0; row < rows; ++row) set(row, column.number(row));
    return;
  }
  if (column.is_text()) {
    if (column.dictionary.size() > max_classes) {
      throw DataError(fmt::format("the target '{}' has {} classes; at most {} are possible", column.name,
                                  column.dictionary.size(), max_classes));
    }
    data.class_labels = column.dictionary;
    for (std::int64_t row = 0; row < rows; ++row) set(row, column.codes[static_cast<std::size_t>(row)]);
    return;
  }
  std::vector<double> const classes = distinct_numbers(comm, column, max_classes, "classes");
  data.class_labels = texts_of(classes);
  for (std::int64_t row = 0; row < rows; ++row) set(row, position_of(classes, column.number(row)));
}

void read_weight(io::Comm const& comm, io::Column const& column, TreeDataset& data) {
  if (column.is_text()) throw DataError(fmt::format("the weight '{}' holds texts", column.name));
  refuse_bad_rows(comm, data.range, fmt::format("the weight '{}' must be a number of 0 or more", column.name),
                  [&](std::int64_t row) {
                    double const weight = column.number(row);
                    return !(weight >= 0) || std::isinf(weight);
                  });
  for (std::int64_t row = 0; row < column.size(); ++row) data.weight.push_back(column.number(row));
}

bool contains(std::vector<std::string> const& names, std::string const& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

TreeDataset make_dataset(io::Comm const& comm, io::Table const& table, DatasetColumns const& columns) {
  if (table.range.total == 0) throw DataError("the table has no rows to train on");
  TreeDataset data;
  data.range = table.range;
  for (std::string const& name : columns.categorical) {
    if (!contains(columns.features, name)) {
      throw ConfigError(fmt::format("categorical column '{}' is not a feature; did you mean '{}'?", name,
                                    io::nearest_name(name, columns.features)));
    }
  }
  for (std::string const& name : columns.features) {
    if (name == columns.target || name == columns.weight) {
      throw ConfigError(fmt::format("'{}' is a feature and also the target or weight; name it once", name));
    }
    data.features.push_back(make_feature(comm, table.at(name), contains(columns.categorical, name)));
  }
  read_target(comm, table.at(columns.target), columns.is_classification, data);
  if (!columns.weight.empty()) read_weight(comm, table.at(columns.weight), data);
  return data;
}

std::vector<std::string> feature_names(io::Table const& table, std::string const& target, std::string const& weight,
                                       std::vector<std::string> const& ignore) {
  std::vector<std::string> all;
  for (io::Column const& column : table.columns) all.push_back(column.name);
  for (std::string const& name : ignore) {
    if (contains(all, name)) continue;
    throw ConfigError(
        fmt::format("ignored column '{}' does not exist; did you mean '{}'?", name, io::nearest_name(name, all)));
  }
  std::vector<std::string> names;
  for (std::string const& name : all) {
    if (name != target && name != weight && !contains(ignore, name)) names.push_back(name);
  }
  return names;
}

}  // namespace tidemill::drivers
