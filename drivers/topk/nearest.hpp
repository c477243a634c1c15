#pragma once

#include <string>

#include "drivers/topk/vectors.hpp"

namespace tidemill::drivers {

/// How an exhaustive search is shared out. The lists are the same.
enum class Spread {
  queries,  ///< every rank holds all items and searches for its own
  items,    ///< every rank holds its own items only; lists of all ranks are merged. Less memory, more messages
};
/// Throws ConfigError for another text than "queries" or "items".
Spread spread_of(std::string const& name);

/// Collective. For each of this rank's vectors the k most similar others of the whole set, exactly, without itself;
/// numbers are global. Throws ConfigError when k < 1.
kernels::TopLists nearest_vectors(io::Comm const& comm, VectorSet const& set, std::int32_t k, Similarity similarity,
                                  Spread spread);

}  // namespace tidemill::drivers
