#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/text/ngrams.hpp"
#include "kernels/text/sparse_rows.hpp"

namespace tidemill::kernels {

/// Texts as their folded words in order; a word has a number, that of its spelling among the different ones.
struct FoldedWords {
  std::vector<std::int64_t> start{0};  ///< text r has word[start[r]] .. word[start[r + 1] - 1]
  std::vector<std::uint32_t> word;
  std::vector<std::string> spellings;  ///< in order of first appearance
};
FoldedWords fold_words(std::span<std::string_view const> texts);

/// Texts as words, each of which is a weighted sum of known terms: the word itself and n-grams of its characters.
struct WordTexts {
  std::vector<std::int64_t> start{0};  ///< of texts, as in FoldedWords
  std::vector<std::uint32_t> word;     ///< row of `terms`
  SparseRows terms;                    ///< of each different word: column numbers; 1 for the word itself, n-grams share
                                       ///< a vector of length 1

  std::int64_t texts() const { return static_cast<std::int64_t>(start.size()) - 1; }
  std::span<std::uint32_t const> words_of(std::int64_t text) const {
    auto const first = static_cast<std::size_t>(start[static_cast<std::size_t>(text)]);
    return {word.data() + first, static_cast<std::size_t>(start[static_cast<std::size_t>(text) + 1]) - first};
  }
};

/// Terms of single words: rules.word_min = word_max = 1 and characters, hashed (ngrams.hpp). `known`: the terms that
/// count, ascending; the columns are places in it. Terms that are not among them are left out.
SparseRows spell_words(std::span<std::string const> spellings, NgramRules const& rules,
                       std::span<std::uint32_t const> known);

/// The terms that at least `min_texts` texts have, ascending.
std::vector<std::uint32_t> terms_of_texts(FoldedWords const& texts, NgramRules const& rules, std::int64_t min_texts);

}  // namespace tidemill::kernels
