#pragma once

#include <map>
#include <string>
#include <vector>

namespace tidemill::reference {

/// Words at most `distance` apart, whichever comes first: "a&b" and "b&a" are both counted as the one given by `first`,
/// which says of two words which is to come first. Equal words are no pair.
template <class First>
std::map<std::string, int> word_pairs(std::vector<std::string> const& words, std::size_t distance, First const& first) {
  std::map<std::string, int> counts;
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (i - j > distance || words[i] == words[j]) continue;
      ++counts[first(words[i], words[j]) ? words[i] + "&" + words[j] : words[j] + "&" + words[i]];
    }
  }
  return counts;
}

/// n-grams of words that are already folded, as text: words joined by one blank; characters of " word " with "#" before
/// them. For ASCII words only.
inline std::map<std::string, int> ngrams(std::vector<std::string> const& words, int word_min, int word_max,
                                         int character_min, int character_max) {
  std::map<std::string, int> counts;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string joined;
    for (int n = 1; n <= word_max && i + static_cast<std::size_t>(n) <= words.size(); ++n) {
      joined += (n > 1 ? " " : "") + words[i + static_cast<std::size_t>(n) - 1];
      if (n >= word_min) ++counts[joined];
    }
    if (character_max == 0) continue;
    std::string const padded = " " + words[i] + " ";
    if (static_cast<int>(padded.size()) < character_min) ++counts["#" + padded];
    for (int n = character_min; n <= character_max; ++n) {
      for (std::size_t at = 0; at + static_cast<std::size_t>(n) <= padded.size(); ++at) {
        ++counts["#" + padded.substr(at, static_cast<std::size_t>(n))];
      }
    }
  }
  return counts;
}

}  // namespace tidemill::reference
