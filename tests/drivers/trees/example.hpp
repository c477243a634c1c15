#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "drivers/trees/train_boost.hpp"
#include "io/store/commit.hpp"
#include "kernels/random/philox.hpp"
#include "tests/support/world.hpp"

namespace tidemill::tests {

/// A value in [0, 1) that depends on nothing but its arguments.
inline double noise(std::int64_t row, std::uint32_t step) {
  auto const block = kernels::Philox::block(7, static_cast<std::uint64_t>(row), step, 99);
  return kernels::Philox::uniform(block.word[0], block.word[1]);
}

/// Rows with two smooth features, one with few values, one with gaps, and one category. What a row holds depends only
/// on its global number.
struct ExampleOptions {
  std::int64_t rows = 1000;
  bool with_weights = false;
  int classes = 0;  ///< 0: a number; otherwise class numbers
  bool counts = false;
};

inline drivers::TreeDataset example_dataset(io::Comm const& comm, ExampleOptions const& options) {
  drivers::TreeDataset data;
  data.range = io::even_share(options.rows, comm.rank(), comm.size());
  data.features.resize(5);
  char const* const names[] = {"smooth", "other", "few", "gaps", "kind"};
  for (std::size_t f = 0; f < 5; ++f) data.features[f].name = names[f];
  data.features[4].is_categorical = true;
  for (int k = 0; k < 12; ++k) data.features[4].categories.push_back("kind " + std::to_string(k));
  for (std::int64_t row = data.range.first; row < data.range.end(); ++row) {
    double const a = noise(row, 1) * 4 - 2;
    double const b = noise(row, 2);
    double const few = std::floor(noise(row, 3) * 5);
    bool const is_missing = noise(row, 4) < 0.3;
    double const gap = noise(row, 5);
    auto const kind = static_cast<std::int32_t>(noise(row, 6) * 12);
    data.features[0].values.push_back(static_cast<float>(a));
    data.features[1].values.push_back(static_cast<float>(b));
    data.features[2].values.push_back(static_cast<float>(few));
    data.features[3].values.push_back(is_missing ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(gap));
    data.features[4].codes.push_back(noise(row, 7) < 0.05 ? -1 : kind);
    double const signal = std::sin(2 * a) + b * few + (is_missing ? 0.7 : gap) + (kind % 3 == 0 ? 1.0 : 0.0);
    double target = signal + 0.2 * noise(row, 8);
    if (options.classes > 0) {
      target = std::min<double>(options.classes - 1, std::floor((signal + noise(row, 9)) * options.classes / 6.0));
      target = std::max(target, 0.0);
    } else if (options.counts) {
      target = std::floor(std::exp(0.4 * signal) * 2 * noise(row, 9));
    }
    data.target.push_back(target);
    if (options.with_weights) data.weight.push_back(std::floor(4 * noise(row, 10)) / 2);
  }
  for (int k = 0; k < options.classes; ++k) data.class_labels.push_back(std::to_string(k));
  return data;
}

inline drivers::TreeParams small_params(drivers::Objective objective) {
  drivers::TreeParams params;
  params.objective = objective;
  params.trees = 8;
  params.max_leaves = 13;
  params.learning_rate = 0.3;
  params.min_rows_in_leaf = 5;
  params.seed = 3;
  return params;
}

inline drivers::TreeModel train(io::Comm const& comm, drivers::TreeDataset const& data,
                                drivers::TreeParams const& params, drivers::TreeDataset const* validation = nullptr) {
  io::CheckpointStore none(comm, "", "", 1e9);
  io::Progress progress(comm, io::Progress::Level::quiet);
  return drivers::train_boost(comm, kernels::Exec(), data, validation, params, none, progress);
}

inline std::string digest_of(io::Comm const& comm, drivers::TreeModel const& model, std::filesystem::path const& path) {
  return io::commit_hdf5(comm, path, {"model", "", 1, {}},
                         [&](io::Hdf5File& file) { drivers::save_model(file, model); });
}

}  // namespace tidemill::tests
