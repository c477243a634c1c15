#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "kernels/text/sparse_rows.hpp"

namespace tidemill::kernels {

/// Which n-grams of a text are terms. A maximum of 0 switches a kind off.
struct NgramRules {
  int word_min = 1;  ///< words in a row
  int word_max = 2;
  int character_min = 0;  ///< characters in a row within a word that has a blank at each end (" word ")
  int character_max = 0;  ///< a padded word shorter than character_min is one term as a whole
  int hash_bits = 20;     ///< 2 to 26; terms are numbers below 2^hash_bits (term_hash.hpp)
  /// Two different words at most this many words apart are a term too, whichever comes first; 0: none. They lie among
  /// the terms of words.
  int pair_distance = 0;

  /// With both kinds, words have the lower half of the numbers and characters the upper half.
  bool has_both() const { return word_max > 0 && character_max > 0; }
  int bits_per_kind() const { return has_both() ? hash_bits - 1 : hash_bits; }
  std::uint32_t first_character_term() const {
    return character_max == 0 ? 1u << hash_bits : has_both() ? 1u << (hash_bits - 1) : 0;
  }
};

/// Throws std::invalid_argument saying what is wrong with the rules.
void check_rules(NgramRules const& rules);

/// What the texts of a batch hold.
struct TermCounts {
  SparseRows rows;                 ///< weight = how often the term stands in the text
  std::int64_t words = 0;          ///< in all texts
  std::int64_t invalid_bytes = 0;  ///< bytes that are no UTF-8; each ends a word, none is an error
};

/// Terms of each text: words after case folding (folded_text.hpp), n-grams of them and of their characters, hashed.
/// A row depends on its own text only. Host code, one thread.
TermCounts count_ngrams(std::span<std::string_view const> texts, NgramRules const& rules);

}  // namespace tidemill::kernels
