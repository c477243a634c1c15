#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "drivers/learn/checkpoint_place.hpp"
#include "io/comm/comm.hpp"
#include "io/hdf5/file.hpp"
#include "io/progress/progress.hpp"
#include "kernels/text/word_network_trainer.hpp"

namespace tidemill::drivers {

/// Networks on words (kernels/text/word_network.hpp) beside the linear classifiers of texts.
struct NetworkParams {
  int members = 0;           ///< networks that differ by their random numbers; their ln p are averaged; 0: none
  double weight = 2;         ///< of the mean ln p among the margins
  std::int64_t passes = 20;  ///< over the rows
  std::int64_t dimensions = 96;
  std::int64_t filters = 128;  ///< of each width, in steps of 16
};

/// Rows and their classes, on every rank all.
struct NetworkProblem {
  kernels::WordTexts texts;
  std::int64_t terms = 0;
  std::int64_t word_terms = 0;
  std::vector<std::int32_t> label;  ///< one per row
  std::int64_t classes = 0;
};

/// The numbers of all members one after another, on every rank all.
struct NetworkValues {
  kernels::WordNetworkShape shape;
  std::vector<float> value;
  std::int64_t members() const { return shape.size() > 0 ? static_cast<std::int64_t>(value.size()) / shape.size() : 0; }
};

/// Throws ConfigError for parameters that cannot work.
void check_network(NetworkParams const& params);

/// Collective. Every rank trains some members alone with all rows in `chosen`, so the values are the same for any
/// number of ranks. Each pass's order of rows is drawn by (seed, member, row, pass). Resumes from checkpoints of
/// `part`; asked to stop, saves one and throws StoppedAtCheckpoint.
NetworkValues train_networks(io::Comm const& comm, NetworkProblem const& problem, std::span<std::uint32_t const> chosen,
                             NetworkParams const& params, std::uint64_t seed, CheckpointPlace const& place,
                             std::string const& part, io::Progress& progress);

/// Not collective. Adds params.weight times the members' mean ln p to margins, row-major with one column per class.
void add_network_margins(NetworkValues const& networks, kernels::WordTexts const& texts, double weight,
                         std::span<float> margins);

void save_networks(io::Hdf5File& file, std::string const& group, NetworkValues const& networks);
/// Throws DataError for values that do not fit their shape.
NetworkValues load_networks(io::Hdf5File& file, std::string const& group);

}  // namespace tidemill::drivers
