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

/// Seconds of the slowest rank: putting the items in order for the search, and the search.
struct SearchSeconds {
  double preparation = 0;
  double search = 0;
};

/// Collective. For each of this rank's vectors the k most similar others of the whole set, exactly, without itself;
/// numbers are global. Throws ConfigError when k < 1. `seconds` may be null.
kernels::TopLists nearest_vectors(io::Comm const& comm, VectorSet const& set, std::int32_t k, Similarity similarity,
                                  Spread spread, SearchSeconds* seconds = nullptr);

/// Collective. For each of this rank's queries the k most similar of all items, exactly. Throws ConfigError when k < 1
/// and DataError when the widths differ. `seconds` may be null.
kernels::TopLists nearest_vectors(io::Comm const& comm, VectorSet const& items, VectorSet const& queries,
                                  std::int32_t k, Similarity similarity, Spread spread,
                                  SearchSeconds* seconds = nullptr);

}  // namespace tidemill::drivers
