#pragma once

#include <string>

#include "drivers/interactions/interactions.hpp"
#include "io/comm/comm.hpp"
#include "io/hdf5/file.hpp"

namespace tidemill::drivers {

/// Where the card of a file's recommender stands.
constexpr char const* recommender_group = "recommender";

/// What every recommender file says beside the model itself (group "recommender"): who the users and items are and what
/// each user has had. Datasets users/ids and items/ids (int64, or texts), histories/start (users + 1), histories/item,
/// and where they are known histories/value and histories/time.
struct RecommenderCard {
  std::string kind;         ///< popularity, itemknn, ...
  std::string options;      ///< "key = value" lines that made it
  Interactions histories;   ///< training pairs: this rank's users, about equal numbers of pairs per rank
  std::string parent = {};  ///< version of the model whose factors training began at; empty: from scratch
};

/// Collective. `group`: another place in files that hold several recommenders.
void save_recommender_card(io::Comm const& comm, io::Hdf5File& file, RecommenderCard const& card,
                           std::string const& group = recommender_group);
/// Collective. Throws DataError when there is no recommender.
RecommenderCard load_recommender_card(io::Comm const& comm, io::Hdf5File& file,
                                      std::string const& group = recommender_group);

}  // namespace tidemill::drivers
