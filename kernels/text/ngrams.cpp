#include "kernels/text/ngrams.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

#include "kernels/text/folded_text.hpp"
#include "kernels/text/term_hash.hpp"

namespace tidemill::kernels {
namespace {

/// Sorts the terms of one text; memory is kept between texts.
class TermSorter {
 public:
  explicit TermSorter(int bits) : bits_(bits) {}

  void sort(std::vector<std::uint32_t>& terms) {
    constexpr std::size_t small = 64, large = 4096;
    if (terms.size() <= small) {
      std::sort(terms.begin(), terms.end());
    } else if (terms.size() < large) {
      by_digits<8>(terms);
    } else {
      by_digits<11>(terms);
    }
  }

 private:
  template <int digit_bits>
  void by_digits(std::vector<std::uint32_t>& terms) {
    constexpr std::uint32_t mask = (1u << digit_bits) - 1;
    other_.resize(terms.size());
    for (int shift = 0; shift < bits_; shift += digit_bits) {
      std::array<std::uint32_t, mask + 2> place{};
      for (std::uint32_t const term : terms) ++place[(term >> shift & mask) + 1];
      for (std::size_t i = 1; i < place.size(); ++i) place[i] += place[i - 1];
      for (std::uint32_t const term : terms) other_[place[term >> shift & mask]++] = term;
      terms.swap(other_);
    }
  }

  int bits_;
  std::vector<std::uint32_t> other_;
};

void add_word_terms(FoldedText const& text, NgramRules const& rules, std::vector<std::uint64_t>& hashes,
                    std::vector<std::uint32_t>& terms) {
  std::size_t const words = text.words.size();
  int const bits = rules.bits_per_kind();
  hashes.resize(words);
  for (std::size_t i = 0; i < words; ++i) {
    FoldedText::Word const& word = text.words[i];
    hashes[i] = TermHash::of_bytes(TermHash::word, text.bytes.data() + word.begin, word.end - word.begin);
  }
  for (std::size_t i = 0; i < words; ++i) {
    std::uint64_t h = hashes[i];
    auto const most = std::min(static_cast<std::size_t>(rules.word_max), words - i);
    for (std::size_t n = 1;; ++n) {
      if (n >= static_cast<std::size_t>(rules.word_min)) terms.push_back(TermHash::term(h, bits));
      if (n >= most) break;
      h = TermHash::join(h, hashes[i + n]);
    }
  }
}

/// `hashes`: of the text's words, in their order.
void add_pair_terms(std::vector<std::uint64_t> const& hashes, NgramRules const& rules,
                    std::vector<std::uint32_t>& terms) {
  int const bits = rules.bits_per_kind();
  auto const distance = static_cast<std::size_t>(rules.pair_distance);
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    std::size_t const last = std::min(hashes.size() - 1, i + distance);
    for (std::size_t j = i + 1; j <= last; ++j) {
      if (hashes[i] == hashes[j]) continue;
      auto const [smaller, larger] = std::minmax(hashes[i], hashes[j]);
      terms.push_back(TermHash::term(TermHash::pair(smaller, larger), bits));
    }
  }
}

/// Bytes are characters: an n-gram of up to eight is one masked load.
void add_ascii_terms(char const* first, std::uint64_t length, NgramRules const& rules,
                     std::vector<std::uint32_t>& terms) {
  std::uint32_t const base = rules.first_character_term();
  int const bits = rules.bits_per_kind();
  auto const least = std::min(static_cast<std::uint64_t>(rules.character_min), length);
  for (std::uint64_t at = 0; at + least <= length; ++at) {
    std::uint64_t const most = std::min(static_cast<std::uint64_t>(rules.character_max), length - at);
    for (std::uint64_t n = least; n <= most; ++n) {
      std::uint64_t const h = TermHash::of_bytes(TermHash::characters, first + at, n);
      terms.push_back(base + TermHash::term(h, bits));
    }
  }
}

/// Any characters: `bounds` are the positions where characters begin, and the end.
void add_character_terms(char const* first, std::uint64_t length, NgramRules const& rules,
                         std::vector<std::uint32_t>& bounds, std::vector<std::uint32_t>& terms) {
  bounds.clear();
  for (std::uint32_t i = 0; i < length; ++i) {
    if ((static_cast<unsigned char>(first[i]) & 0xC0) != 0x80) bounds.push_back(i);
  }
  std::uint32_t const base = rules.first_character_term();
  int const bits = rules.bits_per_kind();
  std::size_t const characters = bounds.size();
  bounds.push_back(static_cast<std::uint32_t>(length));
  auto const least = std::min(static_cast<std::size_t>(rules.character_min), characters);
  for (std::size_t at = 0; at + least <= characters; ++at) {
    std::size_t const most = std::min(static_cast<std::size_t>(rules.character_max), characters - at);
    for (std::size_t n = least; n <= most; ++n) {
      std::uint64_t const h = TermHash::of_bytes(TermHash::characters, first + bounds[at], bounds[at + n] - bounds[at]);
      terms.push_back(base + TermHash::term(h, bits));
    }
  }
}

void append_counts(std::vector<std::uint32_t> const& sorted, SparseRows& rows) {
  std::size_t const old = rows.term.size();
  rows.term.resize(old + sorted.size());
  rows.weight.resize(old + sorted.size());
  std::size_t to = old;
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t next = i + 1;
    while (next < sorted.size() && sorted[next] == sorted[i]) ++next;
    rows.term[to] = sorted[i];
    rows.weight[to++] = static_cast<float>(next - i);
    i = next;
  }
  rows.term.resize(to);
  rows.weight.resize(to);
  rows.start.push_back(static_cast<std::int64_t>(to));
}

}  // namespace

void check_rules(NgramRules const& rules) {
  auto const check = [](bool good, char const* message) {
    if (!good) throw std::invalid_argument(message);
  };
  check(rules.word_max >= 0 && rules.character_max >= 0 && rules.word_max + rules.character_max > 0,
        "n-grams: expected a largest number of words or characters above 0");
  check(rules.word_max == 0 || (rules.word_min >= 1 && rules.word_min <= rules.word_max && rules.word_max <= 16),
        "n-grams of words: expected 1 <= smallest <= largest <= 16");
  check(rules.pair_distance >= 0 && rules.pair_distance <= 64, "distance of pairs of words: expected 0 to 64");
  check(rules.word_max > 0 || rules.pair_distance == 0, "pairs of words: expected n-grams of words beside them");
  check(rules.character_max == 0 ||
            (rules.character_min >= 1 && rules.character_min <= rules.character_max && rules.character_max <= 64),
        "n-grams of characters: expected 1 <= smallest <= largest <= 64");
  check(rules.hash_bits >= 2 && rules.hash_bits <= 26, "hash bits: expected 2 to 26");
}

TermCounts count_ngrams(std::span<std::string_view const> texts, NgramRules const& rules) {
  check_rules(rules);
  TermCounts counts;
  counts.rows.start.reserve(texts.size() + 1);
  FoldedText folded;
  TermSorter sorter(rules.hash_bits);
  std::vector<std::uint64_t> hashes;
  std::vector<std::uint32_t> terms, bounds;
  for (std::string_view const text : texts) {
    fold_text(text, folded);
    counts.words += static_cast<std::int64_t>(folded.words.size());
    counts.invalid_bytes += folded.invalid_bytes;
    terms.clear();
    if (rules.word_max > 0) add_word_terms(folded, rules, hashes, terms);
    if (rules.pair_distance > 0) add_pair_terms(hashes, rules, terms);
    if (rules.character_max > 0) {
      for (FoldedText::Word const& word : folded.words) {
        char const* const padded = folded.bytes.data() + word.begin - 1;
        std::uint64_t const length = word.end - word.begin + 2;
        if (word.is_ascii) {
          add_ascii_terms(padded, length, rules, terms);
        } else {
          add_character_terms(padded, length, rules, bounds, terms);
        }
      }
    }
    sorter.sort(terms);
    append_counts(terms, counts.rows);
  }
  return counts;
}

}  // namespace tidemill::kernels
