#include "drivers/text/word_vocabulary.hpp"

#include <algorithm>

namespace tidemill::drivers {
namespace {

constexpr std::int64_t fewest_texts_of_term = 2;

kernels::NgramRules spelling_rules() { return {1, 1, 2, 5, 22}; }

/// The words of all ranks' texts, in the order of the ranks, numbered in byte order.
kernels::FoldedWords gather_words(io::Comm const& comm, kernels::FoldedWords const& mine) {
  std::string lines;
  for (std::string const& spelling : mine.spellings) lines += spelling + '\n';
  kernels::FoldedWords all;
  for (std::string const& part : comm.gather_all_texts(lines)) {
    for (std::size_t at = 0; at < part.size();) {
      std::size_t const end = part.find('\n', at);
      all.spellings.push_back(part.substr(at, end - at));
      at = end + 1;
    }
  }
  std::sort(all.spellings.begin(), all.spellings.end());
  all.spellings.erase(std::unique(all.spellings.begin(), all.spellings.end()), all.spellings.end());
  std::vector<std::uint32_t> number;
  for (std::string const& spelling : mine.spellings) {
    auto const at = std::lower_bound(all.spellings.begin(), all.spellings.end(), spelling);
    number.push_back(static_cast<std::uint32_t>(at - all.spellings.begin()));
  }
  std::vector<std::uint32_t> words;
  for (std::uint32_t const word : mine.word) words.push_back(number[word]);
  std::vector<std::int64_t> lengths;
  for (std::size_t text = 0; text + 1 < mine.start.size(); ++text) {
    lengths.push_back(mine.start[text + 1] - mine.start[text]);
  }
  all.word = comm.gather_all(std::span<std::uint32_t const>(words));
  for (std::int64_t const length : comm.gather_all(std::span<std::int64_t const>(lengths))) {
    all.start.push_back(all.start.back() + length);
  }
  return all;
}

}  // namespace

WordVocabulary WordVocabulary::learn(io::Comm const& comm, std::span<std::string_view const> texts,
                                     kernels::WordTexts& all) {
  kernels::FoldedWords words = gather_words(comm, kernels::fold_words(texts));
  WordVocabulary vocabulary;
  vocabulary.terms_ = kernels::terms_of_texts(words, spelling_rules(), fewest_texts_of_term);
  all.terms = kernels::spell_words(words.spellings, spelling_rules(), vocabulary.terms_);
  all.start = std::move(words.start);
  all.word = std::move(words.word);
  return vocabulary;
}

kernels::WordTexts WordVocabulary::spell(std::span<std::string_view const> texts) const {
  kernels::FoldedWords words = kernels::fold_words(texts);
  kernels::WordTexts result;
  result.terms = kernels::spell_words(words.spellings, spelling_rules(), terms_);
  result.start = std::move(words.start);
  result.word = std::move(words.word);
  return result;
}

std::int64_t WordVocabulary::words() const {
  return std::lower_bound(terms_.begin(), terms_.end(), spelling_rules().first_character_term()) - terms_.begin();
}

void WordVocabulary::save(io::Hdf5File& file, std::string const& group) const {
  file.write_all(group + "/terms", terms_);
}

WordVocabulary WordVocabulary::load(io::Hdf5File& file, std::string const& group) {
  WordVocabulary vocabulary;
  vocabulary.terms_ = file.read_all<std::uint32_t>(group + "/terms");
  return vocabulary;
}

kernels::WordTexts chosen_texts(kernels::WordTexts const& texts, std::span<std::uint32_t const> rows) {
  kernels::WordTexts result;
  result.terms = texts.terms;
  for (std::uint32_t const row : rows) {
    auto const words = texts.words_of(row);
    result.word.insert(result.word.end(), words.begin(), words.end());
    result.start.push_back(static_cast<std::int64_t>(result.word.size()));
  }
  return result;
}

}  // namespace tidemill::drivers
