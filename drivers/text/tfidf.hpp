#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/comm/comm.hpp"
#include "io/hdf5/file.hpp"
#include "io/tables/table.hpp"
#include "kernels/text/ngrams.hpp"

namespace tidemill::drivers {

/// How counts become weights. domain.md section 9, "Content": tf * (ln((1 + N) / (1 + df)) + 1), rows of length 1.
struct TfidfParams {
  kernels::NgramRules ngrams;
  bool is_sublinear = false;    ///< tf = 1 + ln(count) instead of count
  std::int64_t min_texts = 1;   ///< terms in fewer texts are left out
  double character_weight = 1;  ///< n-grams of characters are a block of their own, scaled to this length before the
                                ///< whole row is scaled to 1; used when there are both words and characters
};

/// Weights of terms, learned from a set of texts: N and, for each term that some text has, its document frequency.
/// Integers only, so it is the same for any number of ranks.
class Tfidf {
 public:
  Tfidf() = default;
  /// Collective. From this rank's texts. Throws ConfigError for rules that cannot work.
  Tfidf(io::Comm const& comm, std::span<std::string_view const> texts, TfidfParams const& params);

  /// Collective. From this rank's texts that are counted already with params.ngrams.
  Tfidf(io::Comm const& comm, kernels::TermCounts const& counts, TfidfParams const& params);

  /// Not collective. Rows of weights of any texts, terms below 2^hash_bits ascending. Terms that no learned text has
  /// are left out; a text without known terms is an empty row. A row depends on its text alone.
  kernels::SparseRows rows(std::span<std::string_view const> texts) const;

  /// Not collective. The same for texts that are counted already.
  kernels::SparseRows weigh(kernels::SparseRows counts) const;

  TfidfParams const& params() const { return params_; }
  std::int64_t texts() const { return texts_; }
  std::int64_t words() const { return words_; }                       ///< of all texts it was learned from
  std::int64_t invalid_bytes() const { return invalid_bytes_; }       ///< in them
  std::vector<std::uint32_t> const& terms() const { return terms_; }  ///< ascending
  std::vector<std::int64_t> const& document_counts() const { return document_counts_; }

  void save(io::Hdf5File& file, std::string const& group) const;
  static Tfidf load(io::Hdf5File& file, std::string const& group);

 private:
  void make_weights();
  TfidfParams params_;
  std::int64_t texts_ = 0;
  std::int64_t words_ = 0;
  std::int64_t invalid_bytes_ = 0;
  std::vector<std::uint32_t> terms_;
  std::vector<std::int64_t> document_counts_;
  std::vector<float> inverse_;  ///< ln((1 + N) / (1 + df)) + 1 by term; 0: not known
};

/// The texts of a text column, row by row; missing is empty. The views live as long as the column.
std::vector<std::string_view> texts_of(io::Column const& column);

/// Collective. The short way: learns from all ranks' texts and gives the rows of this rank's.
kernels::SparseRows tfidf_rows(io::Comm const& comm, std::span<std::string_view const> texts,
                               TfidfParams const& params = {});

}  // namespace tidemill::drivers
