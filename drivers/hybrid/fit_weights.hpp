#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "drivers/hybrid/hybrid_model.hpp"
#include "drivers/interactions/interactions.hpp"
#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// What the weights of a hybrid are to be best at.
struct BlendGoal {
  std::string metric = "ndcg";  ///< ndcg, recall or hit, of the first k places
  int k = 10;
  std::int64_t users = 10000;  ///< how many users to ask (drawn by id); 0: all
  std::uint64_t seed = 1;
};

struct BlendFit {
  std::vector<double> weights;   ///< parallel to the members, sum 1
  double value = 0;              ///< of the metric, mean over the users asked
  std::vector<double> alone;     ///< of each member by itself
  std::int64_t users_asked = 0;  ///< with relevant items
};

/// Collective. Weights by coordinate ascent over a fixed grid, begun at the best single member: each member's weight in
/// turn is tried at 0 and at multiples of the others', the best kept (equal: the one before), until no step helps. Each
/// user's ranking is taken over the items that some member has among its first 20 k, and the relevant ones. `train` are
/// the histories that the members know, `relevant` what came after: same users and items. Per-user values are rounded
/// to 2^-40 and added as integers: the same weights for any number of ranks.
BlendFit fit_weights(io::Comm const& comm, std::vector<std::shared_ptr<Recommender const>> const& members, Blend blend,
                     Interactions const& train, Interactions const& relevant, BlendGoal const& goal);

}  // namespace tidemill::drivers
