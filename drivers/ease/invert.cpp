#include "drivers/ease/invert.hpp"

#include <fmt/format.h>

#include <Kokkos_Core.hpp>
#include <algorithm>

#include "io/error.hpp"
#include "io/signals/stop_request.hpp"
#include "kernels/inverse/blocks.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::int64_t block = LowerBlocks::block;
constexpr std::int64_t block_size = block * block;

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
    kernels::transpose_block(matrix.row(k) + j * block, (k + 1) * block, block, block, to);
  }
  for (std::int64_t i = below; i < matrix.end; ++i) {
    double const* const from = matrix.row(i) + k * block;
    for (std::int64_t r = 0; r < block; ++r, to += block) std::copy_n(from + r * (i + 1) * block, block, to);
  }
  return comm.gather_all(std::span<double const>(part));
}

void sweep_column(io::Comm const& comm, LowerBlocks& matrix, std::int64_t k) {
  std::vector<double> column = gather_column(comm, matrix, k);
  std::vector<double> pivot(column.begin() + k * block_size, column.begin() + (k + 1) * block_size);
  if (!kernels::invert_positive_definite(pivot, block)) {
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
    kernels::multiply_symmetric(column.data() + i * block_size, pivot.data(), block, block, scaled.data());
    std::int64_t const width = (i + 1) * block;
    kernels::subtract_product(scaled.data(), column.data(), block, width, block, matrix.row(i));
    if (i < k) return;
    for (std::int64_t r = 0; r < block; ++r) {
      std::copy_n(scaled.data() + r * block, block, matrix.row(i) + r * width + k * block);
    }
  });
  if (!matrix.is_mine(k)) return;
  Kokkos::parallel_for(
      "ease::sweep_own_row", Kokkos::RangePolicy<Host>(0, static_cast<std::size_t>(k)), [&](std::size_t const other) {
        auto const j = static_cast<std::int64_t>(other);
        std::vector<double> scaled(static_cast<std::size_t>(block_size));
        kernels::multiply_symmetric(column.data() + j * block_size, pivot.data(), block, block, scaled.data());
        double* const to = matrix.row(k) + j * block;
        for (std::int64_t r = 0; r < block; ++r) {
          for (std::int64_t c = 0; c < block; ++c) {
            to[r * (k + 1) * block + c] = scaled[static_cast<std::size_t>(c * block + r)];
          }
        }
      });
  double* const diagonal = matrix.row(k) + k * block;
  for (std::int64_t r = 0; r < block; ++r) {
    for (std::int64_t c = 0; c < block; ++c) {
      diagonal[r * (k + 1) * block + c] = -pivot[static_cast<std::size_t>(r * block + c)];
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
          fmt::format("stopped after {} of {} block columns; run again to continue", step, matrix.blocks));
    }
    if (checkpoints.is_due()) save(checkpoints, matrix, step);
  }
  progress.end(fmt::format("{} rows in {} block columns", matrix.size, matrix.blocks));
}

}  // namespace tidemill::drivers
