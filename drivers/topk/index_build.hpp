#pragma once

#include <cstdint>

#include "drivers/topk/vectors.hpp"

namespace tidemill::drivers {

struct IndexParams {
  std::int64_t lists = 0;              ///< 0: about the square root of the number of vectors
  int sweeps = 10;                     ///< of k-means
  std::int64_t sample_per_list = 128;  ///< vectors that k-means looks at, per list
  Similarity similarity = Similarity::cosine;
  std::uint64_t seed = 1;
};

/// Vectors sorted into the lists of their nearest centroids (an inverted file): this rank's rows in list order.
struct VectorLists {
  Similarity similarity = Similarity::cosine;
  std::int32_t width = 0;
  std::vector<float> centroids;     ///< lists x width, on every rank
  std::vector<std::int64_t> start;  ///< lists + 1 positions, on every rank
  io::RowRange positions;           ///< this rank's positions among all
  std::vector<float> values;        ///< by position; of length one for cosines
  std::vector<std::int32_t> item;   ///< by position: number of the vector in its file
};

/// Collective. k-means on a sample (the vectors with the smallest random numbers, which depend on seed and vector
/// only), then every vector into its list. Sums of clusters are integers, so the lists are the same for any number of
/// ranks. A centroid that loses all its vectors stays where it was. Throws ConfigError for settings that cannot work.
VectorLists build_lists(io::Comm const& comm, VectorSet const& set, IndexParams const& params);

/// Collective. Group "index": datasets centroids, start, item, position (of each vector), ids where they are not
/// 0, 1, ..., and lists/0, lists/1, ... with the vectors: one dataset per list, so that a query reads only the lists
/// it looks at.
void save_lists(io::Comm const& comm, io::Hdf5File& file, VectorLists const& lists, VectorNames const& names);

/// Name of the dataset of one list.
std::string list_name(std::int64_t list);

}  // namespace tidemill::drivers
