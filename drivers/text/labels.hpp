#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/comm/comm.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// Labels of this rank's rows: row r has the classes label[start[r]] .. label[start[r + 1] - 1], ascending, as indices
/// into `classes` (in byte order, the same on every rank).
struct RowLabels {
  std::vector<std::string> classes;
  std::vector<std::int64_t> start{0};
  std::vector<std::int32_t> label;

  std::int64_t rows() const { return static_cast<std::int64_t>(start.size()) - 1; }
  std::span<std::int32_t const> of(std::int64_t row) const {
    auto const first = static_cast<std::size_t>(start[static_cast<std::size_t>(row)]);
    return {label.data() + first, static_cast<std::size_t>(start[static_cast<std::size_t>(row) + 1]) - first};
  }
};

/// The names in one cell: the cell itself (separator 0), or its parts without blanks around them and without empty
/// ones, sorted and without repeats.
std::vector<std::string> split_labels(std::string const& cell, char separator);

/// Collective. Labels of a column. Without a separator every row must have one: a missing one throws DataError.
RowLabels row_labels(io::Comm const& comm, io::Column const& column, io::RowRange range, char separator);

/// Collective. The same in terms of `classes`; other labels throw DataError naming the first one and its row.
RowLabels row_labels(io::Comm const& comm, io::Column const& column, io::RowRange range, char separator,
                     std::vector<std::string> const& classes);

}  // namespace tidemill::drivers
