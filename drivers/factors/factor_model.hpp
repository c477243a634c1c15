#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "drivers/factors/params.hpp"
#include "drivers/factors/train.hpp"
#include "drivers/learn/checkpoint_place.hpp"
#include "drivers/recommend/recommender.hpp"
#include "io/progress/progress.hpp"

namespace tidemill::drivers {

/// Implicit ALS as a recommender. It keeps the item factors only: users are solved from their histories when they are
/// scored, those it was trained on and new ones alike. An item without training pairs cannot be recommended.
class FactorModel : public Recommender {
 public:
  /// Collective. Prints the memory it will take before it begins.
  static std::unique_ptr<FactorModel> train(io::Comm const& comm, Interactions const& interactions,
                                            FactorParams const& params, WarmStart const* warm,
                                            CheckpointPlace const& checkpoints, io::Progress& progress);
  /// Collective.
  static std::unique_ptr<FactorModel> load(io::Comm const& comm, io::Hdf5File& file, std::string const& group);
  ~FactorModel() override;

  /// Dataset item_factors (items x factors, float), with a popularity discount item_weights (items, float), with a
  /// popularity boost item_boosts (items, float), and the parameters as attributes.
  void save(io::Hdf5File& file, std::string const& group) const override;
  void score(Interactions const& histories, std::int64_t first, std::int64_t count,
             std::span<float> scores) const override;
  RankedLists top_k(Interactions const& histories, Interactions const& removed, int k) const override;
  std::map<std::string, double> facts() const override { return facts_; }

  FactorParams const& params() const { return params_; }
  std::int64_t items() const override;
  /// items x params().factors, row-major, the same on every rank.
  std::vector<float> item_factors() const;

 private:
  struct State;
  FactorModel(io::Comm const& comm, FactorParams const& params, std::span<float const> item_factors,
              std::vector<float> item_weights, std::vector<float> item_boosts);
  /// Factors of `count` users from local user `first` on, solved exactly from their histories: count x width.
  std::vector<float> fold_in(Interactions const& histories, std::int64_t first, std::int64_t count) const;

  /// The items as the fixed side of `problems`, in principal axes where that is faster.
  void use_items(kernels::RowProblems& problems) const;

  io::Comm comm_;
  FactorParams params_;
  std::unique_ptr<State> state_;
  std::map<std::string, double> facts_;
};

/// Collective. The item factors of `champion`, whose items are `champion_items`, as a start for items `items`: matched
/// by id, zeros for those it does not know. Throws ConfigError when the numbers of factors differ.
WarmStart warm_start(FactorModel const& champion, EntityIds const& champion_items, EntityIds const& items,
                     FactorParams const& params);

}  // namespace tidemill::drivers
