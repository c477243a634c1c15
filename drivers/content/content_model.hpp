#pragma once

#include <map>
#include <memory>
#include <string>

#include "drivers/content/catalogue.hpp"
#include "drivers/content/sparse_rows.hpp"
#include "drivers/recommend/recommender.hpp"

namespace tidemill::drivers {

struct ContentParams {
  double text_weight = 1;
  double attribute_weight = 1;
  double number_weight = 1;
  double history_decay = 1;  ///< weight of a user's item = decay^(number of newer items); 1: all alike
};

/// Vectors of items, the same on every rank: row i belongs to item i and has length 1, or no entries when nothing is
/// known of the item. Three blocks beside each other: tf (ln((1 + N) / (1 + df)) + 1) of the words and pairs of words
/// of the texts and of the attributes (each scaled to length 1, times its weight), and numbers standardised to mean 0
/// and deviation 1 (over the square root of their number, times their weight; unknown ones 0). N: items of the
/// catalogue. Collective. Items of the catalogue that `item_ids` does not have are left out.
SparseRows item_vectors(io::Comm const& comm, EntityIds const& item_ids, Catalogue const& catalogue,
                        ContentParams const& params);

/// Items like those that the user had: score = cosine of the item's vector and the weighted mean of the vectors of the
/// history (domain: recommenders, content). An item without a vector, and every item for a user without one, cannot be
/// recommended.
class ContentModel final : public Recommender {
 public:
  ContentModel(SparseRows vectors, double history_decay);
  /// Collective.
  static std::unique_ptr<ContentModel> train(io::Comm const& comm, EntityIds const& item_ids,
                                             Catalogue const& catalogue, ContentParams const& params);
  /// Collective.
  static std::unique_ptr<ContentModel> load(io::Hdf5File& file, std::string const& group);

  std::int64_t items() const override { return vectors_.rows(); }
  void save(io::Hdf5File& file, std::string const& group) const override;
  void score(Interactions const& histories, std::int64_t first, std::int64_t count,
             std::span<float> scores) const override;
  std::vector<float> history_weights(Interactions const& histories, std::int64_t local_user) const override;
  std::map<std::string, double> facts() const override;

  SparseRows const& vectors() const { return vectors_; }

 private:
  SparseRows profiles(Interactions const& histories, std::int64_t first, std::int64_t count) const;

  SparseRows vectors_;    ///< items x features
  SparseScorer by_item_;  ///< features x items
  double history_decay_;
};

}  // namespace tidemill::drivers
