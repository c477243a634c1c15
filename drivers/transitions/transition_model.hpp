#pragma once

#include <map>
#include <memory>
#include <string>

#include "drivers/content/sparse_rows.hpp"
#include "drivers/recommend/recommender.hpp"

namespace tidemill::drivers {

struct TransitionParams {
  int window = 5;              ///< an item leads to the next `window` items of the user
  double distance_power = 1;   ///< the d-th item after it counts 1 / d^power
  double backward = 0.3;       ///< and the other way round this much of that
  double shrink = 3;           ///< see TransitionModel
  double source_power = 0.5;   ///< see TransitionModel
  double target_power = 0.1;   ///< see TransitionModel
  int neighbours = 200;        ///< kept per item: the largest
  double history_decay = 0.5;  ///< weight of a user's item = decay^(number of newer items)
};

/// What comes after what: a Markov chain over items with a window. With c_ij the sum over users of 1 / d^power where j
/// is the d-th item after i (d <= window), plus `backward` times that where i is after j, and n the number of users of
/// an item,
///   s_ij = c_ij / ((n_i + shrink)^source_power (n_j + shrink)^target_power),   score_j = sum over the history of w_i
///   s_ij.
/// An item that no history item leads to cannot be recommended (-infinity). Terms of c are rounded to 2^-24 and added
/// as integers: the same for any number of ranks.
class TransitionModel final : public Recommender {
 public:
  TransitionModel(SparseRows next, double history_decay);
  /// Collective. Throws ConfigError when no order is known.
  static std::unique_ptr<TransitionModel> train(io::Comm const& comm, Interactions const& interactions,
                                                TransitionParams const& params);
  /// Collective.
  static std::unique_ptr<TransitionModel> load(io::Hdf5File& file, std::string const& group);

  std::int64_t items() const override { return next_.rows(); }
  void save(io::Hdf5File& file, std::string const& group) const override;
  void score(Interactions const& histories, std::int64_t first, std::int64_t count,
             std::span<float> scores) const override;
  std::vector<float> history_weights(Interactions const& histories, std::int64_t local_user) const override;
  std::map<std::string, double> facts() const override;

  /// Row i holds s_ij of the items j kept.
  SparseRows const& next() const { return next_; }

 private:
  SparseRows next_;
  SparseScorer scorer_;
  double history_decay_;
};

}  // namespace tidemill::drivers
