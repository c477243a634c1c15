#pragma once

#include <memory>
#include <vector>

#include "drivers/recommend/recommender.hpp"

namespace tidemill::drivers {

struct PopularityParams {
  double half_life = 0;  ///< days after which a pair counts half; 0: all count alike
};

/// What everyone had: the same order for all users. Without half-life an item's score is its number of users; with one,
/// the sum of 2^(-age / half-life) over its pairs, where age runs back from the latest pair of all (domain.md,
/// section 9). Terms are rounded to 2^-32 and added as integers: the same for any number of ranks.
class PopularityModel : public Recommender {
 public:
  /// Collective. Throws ConfigError for a half-life without times.
  static std::unique_ptr<PopularityModel> train(io::Comm const& comm, Interactions const& interactions,
                                                PopularityParams const& params);
  /// Collective.
  static std::unique_ptr<PopularityModel> load(io::Hdf5File& file, std::string const& group);
  std::int64_t items() const override { return static_cast<std::int64_t>(scores_.size()); }
  void save(io::Hdf5File& file, std::string const& group) const override;
  void score(Interactions const& histories, std::int64_t first, std::int64_t count,
             std::span<float> scores) const override;
  RankedLists top_k(Interactions const& histories, Interactions const& removed, int k) const override;
  /// Items, best first.
  std::vector<std::int32_t> const& order() const { return order_; }
  /// Score of every item.
  std::vector<float> const& scores() const { return scores_; }
  explicit PopularityModel(std::vector<float> scores);

 private:
  std::vector<float> scores_;
  std::vector<std::int32_t> order_;  // items, best first
};

/// Collective. Score of every item, counted over the local users u with use[u] (all users when empty).
std::vector<float> popularity_scores(io::Comm const& comm, Interactions const& interactions,
                                     PopularityParams const& params, std::vector<char> const& use = {});

}  // namespace tidemill::drivers
