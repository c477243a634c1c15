#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/hdf5/file.hpp"

namespace tidemill::drivers {

/// Rows of few entries in host memory: row r has entries start[r] .. start[r + 1] - 1, with ascending columns.
struct SparseRows {
  std::int64_t columns = 0;
  std::vector<std::int64_t> start{0};
  std::vector<std::int32_t> column;
  std::vector<float> value;

  std::int64_t rows() const { return static_cast<std::int64_t>(start.size()) - 1; }
  void end_row() { start.push_back(static_cast<std::int64_t>(column.size())); }
  void add(std::int32_t at, float entry) {
    column.push_back(at);
    value.push_back(entry);
  }
};

SparseRows transposed(SparseRows const& rows);

/// Collective. Datasets start, column and value of a group, and its attribute `columns`; the same rows on every rank.
void save_rows(io::Hdf5File& file, std::string const& group, SparseRows const& rows);
/// Collective. Throws DataError when positions or columns cannot be.
SparseRows load_rows(io::Hdf5File& file, std::string const& group);

/// Products with a matrix that stays on the device.
class SparseScorer {
 public:
  explicit SparseScorer(SparseRows const& matrix);
  /// scores (row-major, queries.rows() x columns of the matrix) += queries x matrix, every row in the order of its
  /// entries.
  void add(SparseRows const& queries, std::span<float> scores) const;

 private:
  struct OnDevice;
  std::shared_ptr<OnDevice const> matrix_;
  std::int64_t columns_;
};

}  // namespace tidemill::drivers
