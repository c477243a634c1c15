#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "io/comm/comm.hpp"
#include "io/hdf5/file.hpp"
#include "io/tables/table.hpp"
#include "kernels/topk/lists.hpp"

namespace tidemill::drivers {

/// k vectors per query, best first, by their numbers in the file; shorter lists end in -1.
using NeighbourLists = kernels::TopLists;

enum class Similarity {
  cosine,
  inner_product,
};
/// Throws ConfigError for another text than "cosine" or "inner_product".
Similarity similarity_of(std::string const& name);
std::string name_of(Similarity similarity);

/// What vectors are called outside: integers or texts, in the order of the vectors.
struct VectorNames {
  std::vector<std::int64_t> integers;
  std::vector<std::string> texts;  ///< used when `integers` is empty
  std::int64_t counted = 0;        ///< used when both are empty: names are 0, 1, ... counted - 1

  std::int64_t size() const;
  bool are_texts() const { return !texts.empty(); }
  std::int64_t integer(std::int64_t number) const;  ///< of names that are no texts
  /// Number of the vector of that name, or -1.
  std::int64_t find(std::string const& name) const;
  std::string text(std::int64_t number) const;
};

/// This rank's consecutive vectors of a file.
struct VectorSet {
  io::RowRange rows;
  std::int32_t width = 0;
  std::vector<float> values;  ///< rows.count x width
  VectorNames names;          ///< of all vectors, on every rank

  kernels::VectorRows mine() const { return {values.data(), rows.count, width}; }
};

/// Collective. An even share of the vectors of an HDF5 file. Either dataset `vectors` (n x width floats) with dataset
/// `ids` where the vectors are called something else than 0, 1, ...; or the file of a recommender with a vector per
/// item (model/item_factors or model/items). Throws DataError when there are none, when `ids` does not fit, or when a
/// number is NaN or infinite.
VectorSet read_vectors(io::Comm const& comm, std::filesystem::path const& path);

/// Dataset `ids` of an open file, or 0, 1, ... when there is none. Collective over the file's ranks.
VectorNames read_names(io::Hdf5File& file, std::string const& dataset, std::int64_t count);
void write_names(io::Hdf5File& file, std::string const& dataset, VectorNames const& names);

/// Collective. Lists as rows item, rank (1 is best), neighbour, score: queries in order, best first. Names of queries
/// and neighbours by their numbers; `query` holds the numbers of this rank's queries.
io::Table neighbour_table(io::Comm const& comm, std::vector<std::int64_t> const& query, VectorNames const& query_names,
                          kernels::TopLists const& lists, VectorNames const& item_names);

}  // namespace tidemill::drivers
