#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// One input of a model: numbers (single precision; missing is NaN) or categories.
struct TreeFeature {
  std::string name;
  bool is_categorical = false;
  std::vector<float> values;            ///< numeric: one per local row
  std::vector<std::int32_t> codes;      ///< categorical: index into `categories`, or -1 when missing
  std::vector<std::string> categories;  ///< the same on every rank
};

/// This rank's rows as trees take them: consecutive parts in rank order, as in io::Table.
struct TreeDataset {
  io::RowRange range;
  std::vector<TreeFeature> features;
  std::vector<double> target;             ///< one per local row; classes are 0, 1, ... in the order of class_labels
  std::vector<double> weight;             ///< one per local row, >= 0; empty: all 1
  std::vector<std::string> class_labels;  ///< classification only: in byte order (texts) or numeric order (numbers)

  std::int64_t rows() const { return range.count; }
};

/// Which columns of a table play which part.
struct DatasetColumns {
  std::vector<std::string> features;     ///< text columns become categories, all others numbers
  std::vector<std::string> categorical;  ///< of these, number columns whose values are names (each distinct value one)
  std::string target;
  std::string weight;              ///< empty: none
  bool is_classification = false;  ///< target values are class names, at most 1000 different ones
};

/// Collective. Throws DataError naming the column and global row of a missing or infinite target, a negative weight, or
/// a table without rows; ConfigError for a feature that is also the target.
TreeDataset make_dataset(io::Comm const& comm, io::Table const& table, DatasetColumns const& columns);

/// Every column of the table but the target, the weight and those to ignore, in table order. Throws ConfigError for a
/// name in `ignore` that the table does not have.
std::vector<std::string> feature_names(io::Table const& table, std::string const& target, std::string const& weight,
                                       std::vector<std::string> const& ignore);

}  // namespace tidemill::drivers
