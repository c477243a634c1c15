#pragma once

#include <memory>
#include <unordered_map>

#include "drivers/learn/checkpoint_place.hpp"
#include "drivers/recommend/recommender.hpp"
#include "io/progress/progress.hpp"

namespace tidemill::drivers {

struct BprParams {
  int factors = 64;
  int epochs = 60;
  int batch = 8192;             ///< pairs per step, on average
  double learning_rate = .05;   ///< Adagrad's
  double regularisation = .01;  ///< L2, once per triple and row
  std::uint64_t seed = 42;
};

/// Bayesian personalised ranking (Rendle et al. 2009): factors of users, and factors and a bias of items, that make
/// ln sigma(s_ui - s_uj) large for pairs (u, i) and items j that u has not.
///
/// Every epoch draws one j for each pair and deals the pairs into batches, both by a counter keyed by (seed, number of
/// the pair, epoch). A batch is one step of Adagrad from the gradients at its beginning. A user's gradient is added by
/// its rank in the order of pairs; an item's is a sum of integers (terms rounded to 2^-32). So the factors have the
/// same bits for any number of ranks and after resumes.
class Bpr : public Recommender {
 public:
  /// Collective. Throws ConfigError for options out of range, StoppedAtCheckpoint when asked to stop.
  static std::unique_ptr<Bpr> train(io::Comm const& comm, Interactions const& interactions, BprParams const& params,
                                    CheckpointPlace const& checkpoints, io::Progress& progress);
  /// Collective. All factors on every rank. `trained` are the users of the card, whole over the ranks.
  static std::unique_ptr<Bpr> load(io::Comm const& comm, io::Hdf5File& file, std::string const& group,
                                   Interactions const& trained);

  std::int64_t items() const override { return static_cast<std::int64_t>(items_.size()) / width_; }
  void save(io::Hdf5File& file, std::string const& group) const override;
  /// A user it was trained on is known by the id and keeps the trained factors; another's are fitted to the history
  /// with the items' held fixed.
  void score(Interactions const& histories, std::int64_t first, std::int64_t count,
             std::span<float> scores) const override;
  std::map<std::string, double> facts() const override { return facts_; }

 private:
  std::vector<float> fold_in(std::span<std::int32_t const> history) const;
  void know_users(io::Comm const& comm, Interactions const& trained);

  BprParams params_;
  std::int32_t width_ = 0;
  io::RowRange my_users_, my_items_;
  std::vector<float> my_user_rows_, my_item_rows_;  ///< for save
  std::vector<float> users_, items_;                ///< all, row-major
  std::unordered_map<std::string, std::int64_t> user_row_;
  std::map<std::string, double> facts_;
};

}  // namespace tidemill::drivers
