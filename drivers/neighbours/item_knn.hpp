#pragma once

#include <memory>

#include "drivers/neighbours/pair_weights.hpp"
#include "drivers/recommend/recommender.hpp"

namespace tidemill::drivers {

struct ItemKnnParams {
  int neighbours = 100;  ///< kept per item
  double shrink = 0;
  double item_exponent = .5;     ///< of the recommended item's |x|^2; .5 and .5: cosine
  double history_exponent = .5;  ///< of the history item's |x|^2
  PairWeightParams pairs;
};

/// Item-kNN: sim(i, j) = x_i.x_j / (|x_i|^(2a) |x_j|^(2b) + shrink) with the item exponents a, b; each item keeps its
/// most similar others (equal: the smaller item first), and a user's score of item i is the sum over the history items
/// among these, in ascending order. An item that no history item is near to cannot be recommended (-infinity).
/// Exponents a = user exponent = 1 make it RP3beta with beta = 1 - b seen from the other side (Paudel et al. 2017).
class ItemKnn : public Recommender {
 public:
  /// Collective. Each rank compares its items with all others; the model is the same for any number of ranks, because
  /// a row is made on one rank from the users in ascending order. Throws ConfigError for options out of range.
  static std::unique_ptr<ItemKnn> train(io::Comm const& comm, Interactions const& interactions,
                                        ItemKnnParams const& params);
  /// Collective.
  static std::unique_ptr<ItemKnn> load(io::Hdf5File& file, std::string const& group);

  std::int64_t items() const override { return static_cast<std::int64_t>(start_.size()) - 1; }
  void save(io::Hdf5File& file, std::string const& group) const override;
  void score(Interactions const& histories, std::int64_t first, std::int64_t count,
             std::span<float> scores) const override;
  std::map<std::string, double> facts() const override;

  /// Rows of items: the neighbours of item i are start()[i] .. start()[i + 1], best first.
  std::vector<std::int64_t> const& start() const { return start_; }
  std::vector<std::int32_t> const& neighbour() const { return neighbour_; }
  std::vector<float> const& similarity() const { return similarity_; }

 private:
  void turn_round();

  std::vector<std::int64_t> start_{0};
  std::vector<std::int32_t> neighbour_;
  std::vector<float> similarity_;
  // The same by history item: the items that it speaks for.
  std::vector<std::int64_t> spoken_start_{0};
  std::vector<std::int32_t> spoken_item_;
  std::vector<float> spoken_similarity_;
};

}  // namespace tidemill::drivers
