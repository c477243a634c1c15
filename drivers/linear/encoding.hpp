#pragma once

#include <span>
#include <string>
#include <vector>

#include "io/comm/comm.hpp"
#include "io/hdf5/file.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// How table columns become columns of a design matrix. Column 0 is the constant 1. A number is standardised (missing:
/// the mean) and, when it was missing anywhere in training, followed by a 0/1 indicator. A category becomes one 0/1
/// column per level; unknown and missing levels are all zeros.
class LinearEncoding {
 public:
  LinearEncoding() = default;
  /// Collective. From training rows; `weight` may be empty.
  LinearEncoding(io::Comm const& comm, io::Table const& features, std::span<double const> weight);

  std::size_t width() const { return names_.size(); }
  /// Names of the design's columns: (constant), x, x is missing, c = level.
  std::vector<std::string> const& names() const { return names_; }
  /// This rank's rows, row-major, `width()` columns.
  std::vector<double> encode(io::Table const& features) const;

  void save(io::Hdf5File& file, std::string const& group) const;
  static LinearEncoding load(io::Hdf5File& file, std::string const& group);

 private:
  struct Feature {
    double mean = 0;
    double scale = 1;  ///< 1 / standard deviation; 0 for a constant column
    bool has_indicator = false;
    std::vector<std::string> levels;  ///< not empty: a category
  };
  void name_columns(std::vector<std::string> const& feature_names);
  std::vector<Feature> features_;
  std::vector<std::string> feature_names_;
  std::vector<std::string> names_;
};

}  // namespace tidemill::drivers
