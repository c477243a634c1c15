#include "drivers/ease/ease.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drivers/ease/invert.hpp"
#include "io/comm/node_memory.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

void check(EaseParams const& params) {
  if (!(params.lambda > 0)) throw ConfigError(fmt::format("--lambda: expected above 0, found {}", params.lambda));
  if (!(params.dropout >= 0 && params.dropout < 1)) {
    throw ConfigError(fmt::format("--dropout: expected from 0 to below 1, found {}", params.dropout));
  }
}

double in_mib(std::int64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

EaseEstimate check_that_it_fits(io::Comm const& comm, Interactions const& interactions, EaseParams const& params,
                                io::Progress& progress) {
  EaseEstimate const estimate =
      estimate_ease(comm, interactions.items, comm.sum(interactions.size()), interactions.users.total);
  std::int64_t const limit = params.memory_limit > 0 ? params.memory_limit : io::available_memory_per_rank(comm);
  std::string const needs =
      fmt::format("EASE of {} items needs about {:.0f} MiB on each of {} ranks and {:.0f} s", interactions.items,
                  in_mib(estimate.bytes_per_rank), comm.size(), std::ceil(estimate.seconds));
  progress.say(fmt::format("{} (at {:.0f} GFLOP/s per rank)", needs, estimate.gigaflops));
  if (estimate.bytes_per_rank > limit) {
    throw ConfigError(
        fmt::format("{}, more than the {:.0f} MiB {}; use more ranks on more machines, raise --memory-limit, drop rare "
                    "items, or use --model itemknn",
                    needs, in_mib(limit), params.memory_limit > 0 ? "of --memory-limit" : "that are available"));
  }
  return estimate;
}

/// This rank's part of X'X + diagonal; 1 on the diagonal beyond the last item.
LowerBlocks matrix_of_items(io::Comm const& comm, Interactions const& interactions, EaseParams const& params) {
  Interactions pairs;  // values do not count
  pairs.users = interactions.users;
  pairs.start = interactions.start;
  pairs.item = interactions.item;
  PairTable histories = all_histories(comm, pairs);
  if (params.user_exponent != 0) {
    histories.weight.resize(histories.column.size());
    for (std::size_t u = 0; u + 1 < histories.start.size(); ++u) {
      auto const begin = histories.weight.begin() + histories.start[u];
      auto const count = static_cast<double>(histories.start[u + 1] - histories.start[u]);
      std::fill(begin, begin + (histories.start[u + 1] - histories.start[u]),
                std::pow(count, -params.user_exponent / 2));
    }
  }
  LowerBlocks matrix(interactions.items, comm.rank(), comm.size());
  std::int64_t const first = matrix.first * block_side;
  std::int64_t const end = std::min(matrix.end * block_side, matrix.size);
  PairTable const users = users_of_items(histories, first, std::max<std::int64_t>(end - first, 0));
  kernels::OverlapRow<double> overlap(interactions.items);
  for (std::int64_t i = matrix.first; i < matrix.end; ++i) {
    std::int64_t const width = (i + 1) * block_side;
    for (std::int64_t r = 0; r < block_side; ++r) {
      std::int64_t const item = i * block_side + r;
      double* const row = matrix.row(i) + r * width;
      if (item < matrix.size) {
        overlap.collect(users.rows(), item - first, histories.rows(), std::min(width, matrix.size));
        overlap.for_each([&](std::int64_t const other, double const sum) { row[other] = sum; });
        row[item] += params.lambda + params.dropout / (1 - params.dropout) * row[item];
      } else {
        row[item] = 1;
      }
    }
  }
  return matrix;
}

std::vector<double> diagonal_of(io::Comm const& comm, LowerBlocks const& matrix) {
  std::vector<double> mine;
  for (std::int64_t i = matrix.first; i < matrix.end; ++i) {
    for (std::int64_t r = 0; r < block_side; ++r)
      mine.push_back(matrix.row(i)[r * (i + 1) * block_side + i * block_side + r]);
  }
  return comm.gather_all(std::span<double const>(mine));
}

/// Block (target, j) of B for all j whose numbers lie here, from A = -P: B_ij = -P_ij / P_jj = A_ij / -A_jj.
std::vector<float> parts_of_rows(LowerBlocks const& matrix, std::int64_t target, std::vector<double> const& divisor) {
  std::vector<float> parts;
  for (std::int64_t other = matrix.is_mine(target) ? 0 : std::max(target + 1, matrix.first); other < matrix.blocks;
       ++other) {
    bool const is_below = other > target;  // then the numbers are in row `other`, turned
    if (!matrix.is_mine(is_below ? other : target)) {
      if (is_below) break;
      continue;
    }
    for (std::int64_t r = 0; r < block_side; ++r) {
      for (std::int64_t c = 0; c < block_side; ++c) {
        std::int64_t const i = target * block_side + r, j = other * block_side + c;
        std::int64_t const high = std::max(i, j), low = std::min(i, j);
        double const value =
            matrix.row(high / block_side)[high % block_side * (high / block_side + 1) * block_side + low];
        parts.push_back(i == j ? 0.0f : static_cast<float>(value / divisor[static_cast<std::size_t>(j)]));
      }
    }
  }
  return parts;
}

/// Collective. Whole rows of B, blocks of rows in equal shares.
std::vector<float> rows_of_weights(io::Comm const& comm, LowerBlocks const& matrix, io::RowRange& rows,
                                   std::vector<double> const& divisor) {
  io::RowRange const mine = io::even_share(matrix.blocks, comm.rank(), comm.size());
  std::int64_t const first = std::min(mine.first * block_side, matrix.size);
  rows = {first, std::min(mine.end() * block_side, matrix.size) - first, matrix.size};
  std::vector<float> weights(static_cast<std::size_t>(rows.count * matrix.size));
  int owner = 0;
  for (std::int64_t target = 0; target < matrix.blocks; ++target) {
    while (target >= io::even_share(matrix.blocks, owner, comm.size()).end()) ++owner;
    std::vector<std::vector<float>> outgoing(static_cast<std::size_t>(comm.size()));
    outgoing[static_cast<std::size_t>(owner)] = parts_of_rows(matrix, target, divisor);
    auto const incoming = comm.exchange(outgoing);
    if (owner != comm.rank()) continue;
    // Ranks hold rows of blocks in order, so their parts are blocks 0, 1, ... of the target's rows.
    std::int64_t other = 0;
    for (auto const& parts : incoming) {
      for (std::size_t at = 0; at < parts.size(); at += block_side * block_side, ++other) {
        for (std::int64_t r = 0; r < std::min(block_side, matrix.size - target * block_side); ++r) {
          std::int64_t const to = (target * block_side + r - rows.first) * matrix.size + other * block_side;
          std::copy_n(parts.begin() + static_cast<std::ptrdiff_t>(at) + r * block_side,
                      std::min(block_side, matrix.size - other * block_side), weights.begin() + to);
        }
      }
    }
  }
  return weights;
}

}  // namespace

std::unique_ptr<Ease> Ease::train(io::Comm const& comm, Interactions const& interactions, EaseParams const& params,
                                  CheckpointPlace const& checkpoints, io::Progress& progress) {
  check(params);
  auto model = std::make_unique<Ease>();
  EaseEstimate const estimate = check_that_it_fits(comm, interactions, params, progress);
  progress.begin("count common users", 0);
  double start = io::seconds_now();
  LowerBlocks matrix = matrix_of_items(comm, interactions, params);
  comm.barrier();
  model->facts_["seconds_counting"] = io::seconds_now() - start;
  progress.end();
  start = io::seconds_now();
  io::CheckpointStore store = checkpoints.store(comm, "ease");
  invert_negated(comm, matrix, store, progress);
  model->facts_["seconds_inverting"] = io::seconds_now() - start;
  model->facts_["estimated_mib_per_rank"] = in_mib(estimate.bytes_per_rank);

  std::vector<double> divisor = diagonal_of(comm, matrix);
  std::vector<std::int64_t> const users = item_counts(comm, interactions);
  for (std::size_t j = 0; j < divisor.size(); ++j) {
    double const popularity = j < users.size() ? static_cast<double>(std::max<std::int64_t>(users[j], 1)) : 1;
    divisor[j] = -divisor[j] * std::pow(popularity, params.popularity_exponent);
  }
  model->weights_ = rows_of_weights(comm, matrix, model->rows_, divisor);
  return model;
}

void Ease::score(Interactions const& histories, std::int64_t first, std::int64_t count, std::span<float> scores) const {
  if (rows_.count != rows_.total) throw Error("this part of an EASE model cannot score; load the whole from its file");
  auto const items = static_cast<std::size_t>(rows_.total);
  for (std::int64_t u = 0; u < count; ++u) {
    float* const row = scores.data() + static_cast<std::size_t>(u) * items;
    std::fill_n(row, items, 0.0f);
    for (std::int32_t const item : histories.items_of(first + u)) {
      float const* const weight = weights_.data() + static_cast<std::size_t>(item) * items;
      for (std::size_t j = 0; j < items; ++j) row[j] += weight[j];
    }
  }
}

void Ease::save(io::Hdf5File& file, std::string const& group) const {
  file.write_rows(group + "/weights", std::span<float const>(weights_), rows_, rows_.total);
  file.set_attribute(group + "/weights", "description", "B: row = item of the history, column = item recommended");
}

std::unique_ptr<Ease> Ease::load(io::Hdf5File& file, std::string const& group) {
  auto model = std::make_unique<Ease>();
  std::int64_t const items = file.row_count(group + "/weights");
  if (file.row_width(group + "/weights") != items) {
    throw DataError(file.path().string() + ": ease/weights is not square; train the model again");
  }
  model->rows_ = {0, items, items};
  model->weights_ = file.read_rows<float>(group + "/weights", 0, items);
  return model;
}

}  // namespace tidemill::drivers
