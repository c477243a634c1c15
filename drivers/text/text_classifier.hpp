#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/learn/checkpoint_place.hpp"
#include "drivers/text/calibration.hpp"
#include "drivers/text/labels.hpp"
#include "drivers/text/part_classes.hpp"
#include "drivers/text/solve_classes.hpp"
#include "drivers/text/tfidf.hpp"
#include "drivers/text/word_networks.hpp"
#include "drivers/text/word_vocabulary.hpp"
#include "io/comm/comm.hpp"
#include "io/hdf5/file.hpp"
#include "io/progress/progress.hpp"

namespace tidemill::drivers {

struct TextParams {
  TfidfParams tfidf;
  ClassCosts costs;
  double part_weight = 0;  ///< with words and characters: margins of classifiers of words alone and of characters
                           ///< alone are added, times this
  NetworkParams networks;  ///< of words, beside the linear classifiers; for one class per row
  int folds = 3;           ///< without validation rows: cross-fitted margins of so many parts; 0: no calibration
  double in_scope_recall = 0.97;   ///< share of held-out in-scope rows that must stay in scope
  std::string out_of_scope;        ///< class that means: none of the others; empty: there is none
  double out_of_scope_weight = 0;  ///< of that class's margin in the score of a row (ScopeRule)
  bool has_tags = false;           ///< several labels per row, each with its own threshold
  std::uint64_t seed = 1;
};

/// This rank's texts and what they are.
struct LabelledTexts {
  std::vector<std::string_view> texts;
  RowLabels labels;
};

/// What is said of texts: row-major, one column per class or tag, and the decision.
struct TextPredictions {
  std::vector<double> probability;
  std::vector<std::int32_t> best;               ///< class with the largest margin other than the out-of-scope one
  std::vector<std::int8_t> in_scope;            ///< 0: rejected
  std::vector<std::vector<std::int32_t>> tags;  ///< has_tags: those set, ascending
};

/// TF-IDF of hashed n-grams and linear classifiers, one against the rest; intents (one class, or none of them) and tags
/// (any number) alike. For intents, networks on words may add to the margins. The same for any number of ranks.
class TextClassifier {
 public:
  /// Collective. `validation` may be null; its classes are those of `train`. All ranks hold all rows as sparse rows.
  /// Throws DataError for fewer than two classes or an unknown out-of-scope class, ConfigError for networks with tags.
  static TextClassifier train(io::Comm const& comm, LabelledTexts const& train, LabelledTexts const* validation,
                              TextParams const& params, CheckpointPlace const& place, io::Progress& progress);

  /// Not collective. A row depends on its text alone.
  TextPredictions predict(std::span<std::string_view const> texts) const;

  std::vector<std::string> const& classes() const { return classes_; }
  TextParams const& params() const { return params_; }
  Tfidf const& tfidf() const { return tfidf_; }
  Calibration const& calibration() const { return calibration_; }
  /// Numbers of the training, by name.
  std::map<std::string, double> facts() const;

  void save(io::Hdf5File& file, std::string const& group) const;
  static TextClassifier load(io::Hdf5File& file, std::string const& group);

 private:
  kernels::SparseRows columns_of(kernels::SparseRows rows) const;
  std::vector<float> margins(std::span<std::string_view const> texts) const;
  std::vector<ColumnPart> column_parts() const;
  ScopeRule scope_rule() const { return {out_of_scope_class(), params_.out_of_scope_weight}; }
  std::int32_t out_of_scope_class() const;
  TextParams params_;
  std::vector<std::string> classes_;
  Tfidf tfidf_;
  ClassWeights weights_;
  WordVocabulary vocabulary_;  ///< of the networks
  NetworkValues networks_;
  Calibration calibration_;
  std::int64_t rows_ = 0;
  std::int64_t held_out_ = 0;
};

}  // namespace tidemill::drivers
