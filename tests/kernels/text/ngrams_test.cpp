#include "kernels/text/ngrams.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>
#include <string>

#include "kernels/text/folded_text.hpp"
#include "kernels/text/term_hash.hpp"
#include "kernels/text/unicode.hpp"
#include "tests/reference/ngrams.hpp"

namespace tidemill::kernels {
namespace {

std::vector<std::string> words_of(std::string const& text, std::int64_t* invalid = nullptr) {
  FoldedText folded;
  fold_text("something longer that was folded before, to leave traces", folded);
  fold_text(text, folded);
  std::vector<std::string> words;
  for (auto const& word : folded.words) {
    EXPECT_EQ(folded.bytes[word.begin - 1], ' ');
    EXPECT_EQ(folded.bytes[word.end], ' ');
    words.push_back(folded.bytes.substr(word.begin, word.end - word.begin));
  }
  if (invalid != nullptr) *invalid = folded.invalid_bytes;
  return words;
}

using Words = std::vector<std::string>;

TEST(Fold, WordsInSeveralScripts) {
  EXPECT_EQ(words_of("Two GLASSES of wine_list, 3x!"), (Words{"two", "glasses", "of", "wine_list", "3x"}));
  EXPECT_EQ(words_of("CRÈME BRÛLÉE · ŁÓDŹ"), (Words{"crème", "brûlée", "łódź"}));
  EXPECT_EQ(words_of("ΜΟΥΣΑΚΑΣ Ώρα"), (Words{"μουσακασ", "ώρα"}));
  EXPECT_EQ(words_of("μουσακας"), words_of("ΜΟΥΣΑΚΑΣ"));  // final sigma
  EXPECT_EQ(words_of("БОРЩ Ёлка ҐАНОК"), (Words{"борщ", "ёлка", "ґанок"}));
  EXPECT_EQ(words_of("“pizza”—12€ 🍕寿司"), (Words{"pizza", "12", "寿司"}));
  EXPECT_TRUE(words_of("").empty());
  EXPECT_TRUE(words_of(" \n\t… ").empty());
}

TEST(Fold, InvalidBytesAreCountedAndEndWords) {
  std::int64_t invalid = 0;
  EXPECT_EQ(words_of("caf\xC3", &invalid), (Words{"caf"}));  // cut off
  EXPECT_EQ(invalid, 1);
  EXPECT_EQ(words_of("a\xFF\xFE"
                     "b",
                     &invalid),
            (Words{"a", "b"}));
  EXPECT_EQ(invalid, 2);
  EXPECT_EQ(words_of("x\xC0\xAFy", &invalid), (Words{"x", "y"}));  // overlong
  EXPECT_EQ(invalid, 2);
  EXPECT_EQ(words_of("x\xED\xA0\x80y", &invalid), (Words{"x", "y"}));  // surrogate
  EXPECT_EQ(invalid, 3);
  EXPECT_EQ(words_of("x\xF4\x90\x80\x80y", &invalid), (Words{"x", "y"}));  // beyond U+10FFFF
  EXPECT_EQ(invalid, 4);
  EXPECT_EQ(words_of(std::string("nul\0byte", 8), &invalid), (Words{"nul", "byte"}));
  EXPECT_EQ(invalid, 0);
}

TEST(Fold, NeverLongerAndStable) {
  for (char32_t value = 1; value < 0x110000; ++value) {
    if (value >= 0xD800 && value < 0xE000) continue;
    char before[4], after[4];
    int const length = encode_utf8(value, before);
    CodePoint const back = decode_utf8({before, static_cast<std::size_t>(length)}, 0);
    ASSERT_TRUE(back.is_valid && back.value == value && back.bytes == length) << std::hex << static_cast<int>(value);
    char32_t const folded = fold_case(value);
    ASSERT_LE(encode_utf8(folded, after), length) << std::hex << static_cast<int>(value);
    ASSERT_EQ(fold_case(folded), folded) << std::hex << static_cast<int>(value);
  }
}

std::uint64_t hash_of_word(std::string const& word) {
  std::string const readable = word + std::string(8, '~');
  return TermHash::of_bytes(TermHash::word, readable.data(), word.size());
}

std::uint32_t term_of(std::string const& gram, NgramRules const& rules) {
  if (gram[0] == '#') {
    std::string const padded = gram.substr(1) + std::string(8, '~');
    return rules.first_character_term() +
           TermHash::term(TermHash::of_bytes(TermHash::characters, padded.data(), gram.size() - 1),
                          rules.bits_per_kind());
  }
  if (auto const sign = gram.find('&'); sign != std::string::npos) {
    return TermHash::term(TermHash::pair(hash_of_word(gram.substr(0, sign)), hash_of_word(gram.substr(sign + 1))),
                          rules.bits_per_kind());
  }
  std::uint64_t hash = 0;
  for (std::size_t at = 0; at <= gram.size();) {
    std::size_t const end = std::min(gram.find(' ', at), gram.size());
    std::uint64_t const next = hash_of_word(gram.substr(at, end - at));
    hash = at == 0 ? next : TermHash::join(hash, next);
    at = end + 1;
  }
  return TermHash::term(hash, rules.bits_per_kind());
}

TEST(Ngrams, AreThoseOfThePlainReference) {
  for (NgramRules const& rules :
       {NgramRules{1, 1, 0, 0, 20}, NgramRules{2, 3, 0, 0, 22}, NgramRules{0, 0, 2, 5, 24}, NgramRules{1, 2, 3, 12, 24},
        NgramRules{1, 3, 4, 4, 8}, NgramRules{1, 1, 0, 0, 22, 3}, NgramRules{2, 2, 2, 3, 24, 64}}) {
    for (int count : {0, 1, 2, 7, 100, 3000}) {
      std::vector<std::string> words;
      std::string text;
      for (int i = 0; i < count; ++i) {
        std::string word(1 + static_cast<std::size_t>(i * 7919 % 13), 'a');
        for (std::size_t c = 0; c < word.size(); ++c) word[c] = static_cast<char>('a' + (i * 31 + 7 * c * c) % 26);
        words.push_back(word);
        text += word + (i % 5 == 0 ? ", " : " ");
      }
      std::map<std::uint32_t, int> expected;
      for (auto const& [gram, n] :
           reference::ngrams(words, rules.word_min, rules.word_max, rules.character_min, rules.character_max)) {
        expected[term_of(gram, rules)] += n;
      }
      auto const smaller_hash = [](auto const& a, auto const& b) { return hash_of_word(a) < hash_of_word(b); };
      auto const distance = static_cast<std::size_t>(rules.pair_distance);
      for (auto const& [pair, n] : reference::word_pairs(words, distance, smaller_hash)) {
        expected[term_of(pair, rules)] += n;
      }
      std::vector<std::string_view> const texts{"before", text};
      TermCounts const counts = count_ngrams(texts, rules);
      ASSERT_EQ(counts.rows.rows(), 2);
      EXPECT_EQ(counts.words, 1 + count);
      auto const terms = counts.rows.terms_of(1);
      auto const weights = counts.rows.weights_of(1);
      ASSERT_EQ(terms.size(), expected.size()) << count;
      std::size_t i = 0;
      for (auto const& [term, n] : expected) {
        EXPECT_EQ(terms[i], term);
        EXPECT_EQ(weights[i++], n);
      }
    }
  }
}

TEST(Ngrams, CharactersAreNotBytes) {
  // " é " is three characters: é alone with blanks, so pairs " é" and "é ".
  std::vector<std::string_view> const texts{"É", "e"};
  TermCounts const counts = count_ngrams(texts, {0, 0, 2, 2, 24});
  EXPECT_EQ(counts.rows.terms_of(0).size(), 2u);
  EXPECT_EQ(counts.rows.terms_of(1).size(), 2u);
  TermCounts const short_word = count_ngrams(texts, {0, 0, 5, 6, 24});
  EXPECT_EQ(short_word.rows.terms_of(0).size(), 1u);
}

TEST(Ngrams, OrderOfWordsMatters) {
  std::vector<std::string_view> const texts{"not good", "good not"};
  TermCounts const counts = count_ngrams(texts, {2, 2, 0, 0, 26});
  EXPECT_NE(counts.rows.terms_of(0)[0], counts.rows.terms_of(1)[0]);
}

TEST(Ngrams, HashIsFixed) {
  // Models on disk depend on these numbers.
  std::vector<std::string_view> const texts{"pizza", "pizza margherita"};
  TermCounts const counts = count_ngrams(texts, {1, 2, 0, 0, 26});
  std::uint64_t h = 0x100000005;  // start(word, 5 bytes)
  h = (h ^ 0x617A7A6970) * 0x9E3779B97F4A7C15;
  h ^= h >> 32;
  EXPECT_EQ(counts.rows.terms_of(0)[0], static_cast<std::uint32_t>(h * 0xD6E8FEB86659FD93 >> 38));
  EXPECT_EQ(counts.rows.terms_of(1).size(), 3u);
}

TEST(Ngrams, HashSpreadsEvenly) {
  // 2^16 keys into 2^16 places: about 1 - 1/e of the places are used by a random function.
  std::set<std::uint32_t> used;
  for (int i = 0; i < 1 << 16; ++i) {
    std::string const word = "w" + std::to_string(i) + "~~~~~~~~";
    used.insert(TermHash::term(TermHash::of_bytes(TermHash::word, word.data(), word.size() - 8), 16));
  }
  EXPECT_NEAR(static_cast<double>(used.size()) / (1 << 16), 1 - std::exp(-1.0), .01);
}

TEST(Ngrams, RulesThatCannotWork) {
  std::vector<std::string_view> const none;
  EXPECT_THROW(count_ngrams(none, {1, 0, 0, 0, 20}), std::invalid_argument);
  EXPECT_THROW(count_ngrams(none, {3, 2, 0, 0, 20}), std::invalid_argument);
  EXPECT_THROW(count_ngrams(none, {1, 1, 0, 3, 20}), std::invalid_argument);
  EXPECT_THROW(count_ngrams(none, {1, 1, 2, 3, 31}), std::invalid_argument);
  EXPECT_EQ(count_ngrams(none, {}).rows.rows(), 0);
}

}  // namespace
}  // namespace tidemill::kernels
