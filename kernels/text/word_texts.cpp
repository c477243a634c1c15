#include "kernels/text/word_texts.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "kernels/text/folded_text.hpp"

namespace tidemill::kernels {
namespace {

SparseRows hashed_terms(std::span<std::string const> spellings, NgramRules const& rules) {
  std::vector<std::string_view> const views(spellings.begin(), spellings.end());
  return count_ngrams(views, rules).rows;
}

}  // namespace

FoldedWords fold_words(std::span<std::string_view const> texts) {
  FoldedWords result;
  FoldedText folded;
  std::unordered_map<std::string, std::uint32_t> number_of;
  for (std::string_view const text : texts) {
    fold_text(text, folded);
    for (FoldedText::Word const& word : folded.words) {
      std::string spelling = folded.bytes.substr(word.begin, word.end - word.begin);
      auto const [at, is_new] =
          number_of.try_emplace(std::move(spelling), static_cast<std::uint32_t>(result.spellings.size()));
      if (is_new) result.spellings.push_back(at->first);
      result.word.push_back(at->second);
    }
    result.start.push_back(static_cast<std::int64_t>(result.word.size()));
  }
  return result;
}

SparseRows spell_words(std::span<std::string const> spellings, NgramRules const& rules,
                       std::span<std::uint32_t const> known) {
  SparseRows const all = hashed_terms(spellings, rules);
  SparseRows result;
  std::uint32_t const first_ngram = rules.first_character_term();
  for (std::int64_t word = 0; word < all.rows(); ++word) {
    std::size_t const begin = result.term.size();
    std::size_t ngrams = 0;
    for (std::uint32_t const term : all.terms_of(word)) {
      auto const at = std::lower_bound(known.begin(), known.end(), term);
      if (at == known.end() || *at != term) continue;
      result.term.push_back(static_cast<std::uint32_t>(at - known.begin()));
      result.weight.push_back(term < first_ngram ? 1.0F : 0.0F);
      ngrams += term < first_ngram ? 0 : 1;
    }
    float const share = ngrams > 0 ? 1.0F / std::sqrt(static_cast<float>(ngrams)) : 0.0F;
    for (std::size_t i = begin; i < result.term.size(); ++i) {
      if (result.weight[i] == 0) result.weight[i] = share;
    }
    result.start.push_back(static_cast<std::int64_t>(result.term.size()));
  }
  return result;
}

std::vector<std::uint32_t> terms_of_texts(FoldedWords const& texts, NgramRules const& rules, std::int64_t min_texts) {
  SparseRows const terms = hashed_terms(texts.spellings, rules);
  std::vector<std::int32_t> count(std::size_t{1} << rules.hash_bits, 0);
  std::vector<std::int64_t> last(count.size(), -1);
  for (std::size_t text = 0; text + 1 < texts.start.size(); ++text) {
    for (std::int64_t i = texts.start[text]; i < texts.start[text + 1]; ++i) {
      for (std::uint32_t const term : terms.terms_of(texts.word[static_cast<std::size_t>(i)])) {
        if (last[term] == static_cast<std::int64_t>(text)) continue;
        last[term] = static_cast<std::int64_t>(text);
        ++count[term];
      }
    }
  }
  std::vector<std::uint32_t> known;
  for (std::size_t term = 0; term < count.size(); ++term) {
    if (count[term] >= min_texts && count[term] > 0) known.push_back(static_cast<std::uint32_t>(term));
  }
  return known;
}

}  // namespace tidemill::kernels
