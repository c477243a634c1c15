#include "drivers/text/labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "drivers/learn/learning_data.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

/// Labels of each distinct value, in the order of `values`.
std::vector<std::vector<std::string>> parts_of(std::vector<std::string> const& values, char separator) {
  std::vector<std::vector<std::string>> parts;
  for (std::string const& value : values) parts.push_back(split_labels(value, separator));
  return parts;
}

RowLabels number_labels(io::Column const& column, io::RowRange range, char separator,
                        std::vector<std::string> const& values, std::vector<std::string> const& classes) {
  RowLabels result;
  result.classes = classes;
  auto const parts = parts_of(values, separator);
  std::vector<std::int32_t> const indices = class_indices(column, values);
  for (std::int64_t row = 0; row < column.size(); ++row) {
    std::int32_t const value = indices[static_cast<std::size_t>(row)];
    if (value < 0 && separator == 0) {
      throw DataError(fmt::format("target '{}': row {} (from 0) has no class; fill it in or remove the row",
                                  column.name, range.first + row));
    }
    for (std::size_t i = 0; value >= 0 && i < parts[static_cast<std::size_t>(value)].size(); ++i) {
      std::string const& name = parts[static_cast<std::size_t>(value)][i];
      auto const found = std::lower_bound(classes.begin(), classes.end(), name);
      if (found == classes.end() || *found != name) {
        throw DataError(fmt::format("target '{}': class '{}' of row {} (from 0) does not occur in the training rows",
                                    column.name, name, range.first + row));
      }
      result.label.push_back(static_cast<std::int32_t>(found - classes.begin()));
    }
    result.start.push_back(static_cast<std::int64_t>(result.label.size()));
  }
  return result;
}

}  // namespace

std::vector<std::string> split_labels(std::string const& cell, char separator) {
  if (separator == 0) return {cell};
  std::set<std::string> parts;
  for (std::size_t at = 0; at <= cell.size();) {
    std::size_t const end = std::min(cell.find(separator, at), cell.size());
    std::string part = cell.substr(at, end - at);
    part.erase(0, part.find_first_not_of(" \t\r\n"));
    part.erase(part.find_last_not_of(" \t\r\n") + 1);
    if (!part.empty()) parts.insert(part);
    at = end + 1;
  }
  return {parts.begin(), parts.end()};
}

RowLabels row_labels(io::Comm const& comm, io::Column const& column, io::RowRange range, char separator) {
  std::set<std::string> all;
  for (auto const& parts : parts_of(class_names(comm, column), separator)) all.insert(parts.begin(), parts.end());
  return row_labels(comm, column, range, separator, {all.begin(), all.end()});
}

RowLabels row_labels(io::Comm const& comm, io::Column const& column, io::RowRange range, char separator,
                     std::vector<std::string> const& classes) {
  std::vector<std::string> const values = class_names(comm, column);
  RowLabels result;
  io::agree(comm, "read the classes of rows",
            [&] { result = number_labels(column, range, separator, values, classes); });
  return result;
}

}  // namespace tidemill::drivers
