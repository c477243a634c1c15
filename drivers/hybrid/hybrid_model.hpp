#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/recommend/recommender.hpp"

namespace tidemill::drivers {

/// How a member's scores for one user are made comparable. Items of the user's history count for nothing here.
enum class Blend {
  min_max,          ///< (score - smallest) / (largest - smallest); all 0 when all are equal
  reciprocal_rank,  ///< 1 / (60 + rank), rank from 1, equal scores by item; 0 for the smallest score and beyond rank
                    ///< 1000
};
std::string_view name_of(Blend blend);
Blend blend_named(std::string const& name);  ///< throws ConfigError naming the two

/// In place, one user's scores of all items by one member: normalised; -infinity stays what it is.
/// `history`: the user's items, ascending.
void normalise_scores(Blend blend, std::span<std::int32_t const> history, std::span<float> scores);

struct HybridMember {
  std::string kind;  ///< as recommenders are named in `train`
  std::shared_ptr<Recommender const> model;
  double weight = 1;
};

/// Several recommenders as one: score = sum over members of weight x normalised score. An item that a member cannot
/// recommend gets 0 from it; one that no member can cannot be recommended. The file holds the members whole.
class HybridModel final : public Recommender {
 public:
  HybridModel(Blend blend, std::vector<HybridMember> members);

  /// Reads a member of this kind from the group.
  using LoadMember = std::function<std::unique_ptr<Recommender>(std::string const& kind, std::string const& group)>;
  /// Collective.
  static std::unique_ptr<HybridModel> load(io::Hdf5File& file, std::string const& group, LoadMember const& load_member);

  std::int64_t items() const override { return members_.front().model->items(); }
  void save(io::Hdf5File& file, std::string const& group) const override;
  void score(Interactions const& histories, std::int64_t first, std::int64_t count,
             std::span<float> scores) const override;
  std::vector<float> history_weights(Interactions const& histories, std::int64_t local_user) const override;
  std::map<std::string, double> facts() const override;

  std::vector<HybridMember> const& members() const { return members_; }

 private:
  Blend blend_;
  std::vector<HybridMember> members_;
};

}  // namespace tidemill::drivers
