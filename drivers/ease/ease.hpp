#pragma once

#include <memory>

#include "drivers/learn/checkpoint_place.hpp"
#include "drivers/neighbours/all_pairs.hpp"
#include "drivers/recommend/recommender.hpp"
#include "io/progress/progress.hpp"

namespace tidemill::drivers {

struct EaseParams {
  double lambda = 300;       ///< added to the diagonal of X'X
  double dropout = 0;        ///< share p of edges left out in thought: adds p / (1 - p) of the diagonal (Steck 2020)
  double user_exponent = 0;  ///< a user with n items counts n^-exponent
  /// Of each item's score, after training: score / users^exponent; 0: as Steck 2019.
  double popularity_exponent = 0;
  std::int64_t memory_limit = 0;  ///< bytes per rank; 0: what the machine has available, shared by its ranks
};

/// What a training takes; the largest over ranks.
struct EaseEstimate {
  std::int64_t bytes_per_rank = 0;  ///< beside the interactions
  double seconds = 0;               ///< of the inversion, at the speed measured for `gigaflops`
  double gigaflops = 0;             ///< of one rank
};
/// Collective.
EaseEstimate estimate_ease(io::Comm const& comm, std::int64_t items, std::int64_t pairs, std::int64_t users);

/// The bytes alone, of a training on so many ranks.
std::int64_t ease_memory(std::int64_t ranks, std::int64_t items, std::int64_t pairs, std::int64_t users);

/// EASE (Steck 2019): G = X'X + diagonal, P = G^-1, B_ij = -P_ij / P_jj, B_jj = 0; a user's scores are the sum of the
/// rows of B of the history, in ascending order. Pairs count 1 whatever their value.
class Ease : public Recommender {
 public:
  /// Collective. Says its estimate first, and throws ConfigError (with estimate and limit) when it cannot fit. The same
  /// bits for any number of ranks and after resumes. The model holds this rank's rows of B only: it can be saved, and
  /// scores after load.
  static std::unique_ptr<Ease> train(io::Comm const& comm, Interactions const& interactions, EaseParams const& params,
                                     CheckpointPlace const& checkpoints, io::Progress& progress);
  /// Collective. All of B on every rank: 4 bytes per pair of items.
  static std::unique_ptr<Ease> load(io::Hdf5File& file, std::string const& group);

  std::int64_t items() const override { return rows_.total; }
  void save(io::Hdf5File& file, std::string const& group) const override;
  /// Throws on a model that holds a part of B.
  void score(Interactions const& histories, std::int64_t first, std::int64_t count,
             std::span<float> scores) const override;
  std::map<std::string, double> facts() const override { return facts_; }

  /// Row-major: this rank's rows of B.
  io::RowRange rows() const { return rows_; }
  std::vector<float> const& weights() const { return weights_; }

 private:
  io::RowRange rows_;
  std::vector<float> weights_;
  std::map<std::string, double> facts_;
};

}  // namespace tidemill::drivers
