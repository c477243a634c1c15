#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/comm/comm.hpp"
#include "io/hdf5/file.hpp"
#include "kernels/text/word_texts.hpp"

namespace tidemill::drivers {

/// What words are made of: the word itself and its 2 to 5 characters in a row, of those that two texts or more have.
class WordVocabulary {
 public:
  WordVocabulary() = default;

  /// Collective. From all ranks' texts. `all`: those of every rank, in the order of the ranks, as words of this
  /// vocabulary; the same on every rank, and for any number of ranks.
  static WordVocabulary learn(io::Comm const& comm, std::span<std::string_view const> texts, kernels::WordTexts& all);

  /// Not collective. Words that are not known, and have no known n-gram either, have no terms.
  kernels::WordTexts spell(std::span<std::string_view const> texts) const;

  std::int64_t size() const { return static_cast<std::int64_t>(terms_.size()); }
  std::int64_t words() const;  ///< the first so many terms are words, the others n-grams

  void save(io::Hdf5File& file, std::string const& group) const;
  static WordVocabulary load(io::Hdf5File& file, std::string const& group);

 private:
  std::vector<std::uint32_t> terms_;  ///< hashed, ascending
};

/// The texts of some rows, in that order.
kernels::WordTexts chosen_texts(kernels::WordTexts const& texts, std::span<std::uint32_t const> rows);

}  // namespace tidemill::drivers
