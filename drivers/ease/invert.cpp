#include "drivers/ease/invert.hpp"

#include <fmt/format.h>

#include <Kokkos_Core.hpp>
#include <algorithm>

#include "io/error.hpp"
#include "io/signals/stop_request.hpp"
#include "kernels/inverse/blocks.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::int64_t block_size = block_side * block_side;

void save(io::CheckpointStore& checkpoints, LowerBlocks const& matrix, std::int64_t step) {
  checkpoints.save(step, [&](io::Hdf5File& file) {
    file.write_rows("blocks", std::span<double const>(matrix.value), matrix.range(), block_size);
  });
}

/// Block columns done; 0 when there is nothing to continue.
std::int64_t load(io::CheckpointStore const& checkpoints, LowerBlocks& matrix) {
  auto const step = checkpoints.load_newest([&](io::Hdf5File& file) {
    if (file.row_count("blocks") != matrix.range().total) throw DataError("the checkpoint is of another matrix");
    matrix.value = file.read_rows<double>("blocks", matrix.range().first, matrix.range().count);
  });
  return step.value_or(0);
}

/// Collective. Column k of blocks of the whole symmetric matrix, on every rank: blocks x (block x block).
std::vector<double> gather_column(io::Comm const& comm, LowerBlocks const& matrix, std::int64_t k) {
  std::int64_t const below = std::max(k, matrix.first);
  std::int64_t const mine = (matrix.is_mine(k) ? k : 0) + std::max<std::int64_t>(matrix.end - below, 0);
  std::vector<double> part(static_cast<std::size_t>(mine * block_size));
  double* to = part.data();
  for (std::int64_t j = 0; matrix.is_mine(k) && j < k; ++j, to += block_size) {
    kernels::transpose_block(matrix.row(k) + j * block_side, (k + 1) * block_side, block_side, block_side, to);
  }
  for (std::int64_t i = below; i < matrix.end; ++i) {
    double const* const from = matrix.row(i) + k * block_side;
    for (std::int64_t r = 0; r < block_side; ++r, to += block_side)
      std::copy_n(from + r * (i + 1) * block_side, block_side, to);
  }
  return comm.gather_all(std::span<double const>(part));
}

void sweep_column(io::Comm const& comm, LowerBlocks& matrix, std::int64_t k) {
  std::vector<double> column = gather_column(comm, matrix, k);
  std::vector<double> pivot(column.begin() + k * block_size, column.begin() + (k + 1) * block_size);
  if (!kernels::invert_positive_definite(pivot, block_side)) {
    throw ConfigError("the matrix of items is not positive definite to working precision; raise --lambda");
  }
  std::fill_n(column.begin() + k * block_size, block_size, 0.0);  // row and column k are set, not updated

  using Host = Kokkos::DefaultHostExecutionSpace;
  Kokkos::RangePolicy<Host, Kokkos::Schedule<Kokkos::Dynamic>> const rows(static_cast<std::size_t>(matrix.first),
                                                                          static_cast<std::size_t>(matrix.end));
  Kokkos::parallel_for("ease::sweep_rows", rows, [&](std::size_t const row) {
    auto const i = static_cast<std::int64_t>(row);
    if (i == k) return;
    std::vector<double> scaled(static_cast<std::size_t>(block_size));
    kernels::multiply_symmetric(column.data() + i * block_size, pivot.data(), block_side, block_side, scaled.data());
    std::int64_t const width = (i + 1) * block_side;
    kernels::subtract_product(scaled.data(), column.data(), block_side, width, block_side, matrix.row(i));
    if (i < k) return;
    for (std::int64_t r = 0; r < block_side; ++r) {
      std::copy_n(scaled.data() + r * block_side, block_side, matrix.row(i) + r * width + k * block_side);
    }
  });
  if (!matrix.is_mine(k)) return;
  Kokkos::parallel_for("ease::sweep_own_row", Kokkos::RangePolicy<Host>(0, static_cast<std::size_t>(k)),
                       [&](std::size_t const other) {
                         auto const j = static_cast<std::int64_t>(other);
                         std::vector<double> scaled(static_cast<std::size_t>(block_size));
                         kernels::multiply_symmetric(column.data() + j * block_size, pivot.data(), block_side,
                                                     block_side, scaled.data());
                         double* const to = matrix.row(k) + j * block_side;
                         for (std::int64_t r = 0; r < block_side; ++r) {
                           for (std::int64_t c = 0; c < block_side; ++c) {
                             to[r * (k + 1) * block_side + c] = scaled[static_cast<std::size_t>(c * block_side + r)];
                           }
                         }
                       });
  double* const diagonal = matrix.row(k) + k * block_side;
  for (std::int64_t r = 0; r < block_side; ++r) {
    for (std::int64_t c = 0; c < block_side; ++c) {
      diagonal[r * (k + 1) * block_side + c] = -pivot[static_cast<std::size_t>(r * block_side + c)];
    }
  }
}

}  // namespace

void invert_negated(io::Comm const& comm, LowerBlocks& matrix, io::CheckpointStore& checkpoints,
                    io::Progress& progress) {
  std::int64_t step = load(checkpoints, matrix);
  progress.begin("invert the matrix of items", matrix.blocks);
  progress.advance(step);
  while (step < matrix.blocks) {
    sweep_column(comm, matrix, step);
    ++step;
    progress.advance();
    if (step == matrix.blocks) break;
    if (io::stop_requested(comm)) {
      save(checkpoints, matrix, step);
      throw StoppedAtCheckpoint(
          fmt::format("stopped after {} of {} block_side columns; run again to continue", step, matrix.blocks));
    }
    if (checkpoints.is_due()) save(checkpoints, matrix, step);
  }
  progress.end(fmt::format("{} rows in {} block_side columns", matrix.size, matrix.blocks));
}

}  // namespace tidemill::drivers
