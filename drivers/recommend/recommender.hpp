#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/interactions/interactions.hpp"
#include "io/comm/comm.hpp"
#include "io/hdf5/file.hpp"

namespace tidemill::drivers {

/// How an item came onto a list: the rungs of the ladder for users and items that a model does not know.
enum class Rung : std::int8_t {
  model,       ///< the model itself
  content,     ///< the item is unknown to the model, its text and attributes are not
  segment,     ///< popularity among the user's segment
  popularity,  ///< popularity with time decay, for users nothing is known of
};
std::string_view name_of(Rung rung);

/// k items per user, best first; shorter lists end in item -1. Equal scores: the smaller item number first.
struct RankedLists {
  int k = 0;
  std::vector<std::int32_t> item;    ///< users x k
  std::vector<float> score;          ///< users x k
  std::vector<Rung> rung;            ///< users x k; empty: all Rung::model
  std::vector<std::int32_t> reason;  ///< users x k: the item of the history behind it, -1: none; empty: not asked
};

/// Lists of no items for `users` users.
RankedLists empty_lists(std::int64_t users, int k);

/// A model that ranks items for users, trained and then the same for any number of ranks. Users come with their
/// histories (for users it was trained on, the training pairs), so that new users need no other treatment.
class Recommender {
 public:
  virtual ~Recommender() = default;
  /// Not collective. How many items it ranks: as many as the histories it is asked with have.
  virtual std::int64_t items() const = 0;
  /// Collective. Everything but the card (kind, ids, histories), which recommender files hold beside it: datasets and
  /// attributes of group `group`, which exists ("model", or another where a model is part of a greater one).
  virtual void save(io::Hdf5File& file, std::string const& group) const = 0;
  /// Not collective. Scores of all items for the `count` users from local user `first` of `histories` on: row-major
  /// count x histories.items. A score of -infinity means: cannot be recommended.
  virtual void score(Interactions const& histories, std::int64_t first, std::int64_t count,
                     std::span<float> scores) const = 0;
  /// Not collective. Lists for all local users of `histories`, without the items of `removed` (same users and items;
  /// may be `histories` itself). The default scores blocks of users and selects; models of vectors search fused.
  virtual RankedLists top_k(Interactions const& histories, Interactions const& removed, int k) const;
  /// Not collective. How much each item of a local user's history counts for the model, parallel to items_of; for
  /// reasons ("because of ..."). The default: all alike.
  virtual std::vector<float> history_weights(Interactions const& histories, std::int64_t local_user) const;
  /// Chooses the moment to recommend for (name -> value, as daypart -> lunch); none: any moment. Models that know no
  /// contexts throw ConfigError for any.
  virtual void choose_context(std::map<std::string, std::string> const& values);
  /// What training found out beside the model, by name; for the report of `train`.
  virtual std::map<std::string, double> facts() const { return {}; }
};

}  // namespace tidemill::drivers
