#pragma once

#include <cstdint>
#include <vector>

#include "drivers/learn/checkpoint_place.hpp"
#include "drivers/text/labels.hpp"
#include "io/comm/comm.hpp"
#include "io/progress/progress.hpp"
#include "kernels/text/sparse_rows.hpp"

namespace tidemill::drivers {

/// One against the rest with squared hinge loss (kernels/text/one_against_rest.hpp).
struct ClassCosts {
  double cost = 0.5;           ///< C of a row against a class
  double positive_weight = 1;  ///< C of a row of the class, as a multiple of `cost`
  int sweeps = 30;             ///< at most
  double tolerance = 0.05;     ///< a block of 16 classes is done when no projected gradient exceeds it
};

/// All rows on every rank; terms are column numbers below `columns`.
struct ClassProblem {
  kernels::SparseRows rows;
  std::vector<std::int64_t> label_start;
  std::vector<std::int32_t> label;
  std::int64_t classes = 0;
  std::int64_t columns = 0;
};

/// Weights by (block of 16 classes, column, lane), columns + 1 of them (the last is the constant); on every rank all.
struct ClassWeights {
  std::int64_t classes = 0;
  std::int64_t columns = 0;
  std::vector<float> value;
  std::int64_t blocks() const { return (classes + 15) / 16; }
};

/// Collective. Every rank solves some blocks of classes with all rows: no sum crosses ranks, so the weights are the
/// same for any number of them. Only the rows in `chosen` (ascending) are used. Each sweep's order of rows is drawn by
/// (seed, row, sweep). Resumes from checkpoints of `part`; asked to stop, saves one and throws StoppedAtCheckpoint.
ClassWeights solve_classes(io::Comm const& comm, ClassProblem const& problem, std::vector<std::uint32_t> const& chosen,
                           ClassCosts const& costs, std::uint64_t seed, CheckpointPlace const& place,
                           std::string const& part, io::Progress& progress);

/// Not collective. Margins of rows, row-major with one column per class.
std::vector<float> margins_of(kernels::SparseRows const& rows, ClassWeights const& weights);

}  // namespace tidemill::drivers
