#include "drivers/text/tfidf.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

/// Scales the weights first .. last to this length; the sum runs in order of terms.
void scale_to(std::span<float> weights, double length) {
  double sum = 0;
  for (float const weight : weights) sum += static_cast<double>(weight) * static_cast<double>(weight);
  if (!(sum > 0)) return;
  double const factor = length / std::sqrt(sum);
  for (float& weight : weights) weight = static_cast<float>(static_cast<double>(weight) * factor);
}

kernels::TermCounts counts_of(std::span<std::string_view const> texts, kernels::NgramRules const& rules) {
  try {
    return kernels::count_ngrams(texts, rules);
  } catch (std::invalid_argument const& error) {
    throw ConfigError(error.what());
  }
}

/// Collective: all ranks throw when the rules cannot work.
kernels::TermCounts agreed_counts(io::Comm const& comm, std::span<std::string_view const> texts,
                                  kernels::NgramRules const& rules) {
  kernels::TermCounts counts;
  io::agree(comm, "count the terms of texts", [&] { counts = counts_of(texts, rules); });
  return counts;
}

}  // namespace

Tfidf::Tfidf(io::Comm const& comm, std::span<std::string_view const> texts, TfidfParams const& params)
    : Tfidf(comm, agreed_counts(comm, texts, params.ngrams), params) {}

Tfidf::Tfidf(io::Comm const& comm, kernels::TermCounts const& counts, TfidfParams const& params) : params_(params) {
  std::vector<std::int64_t> documents(std::size_t{1} << params.ngrams.hash_bits, 0);
  for (std::uint32_t const term : counts.rows.term) ++documents[term];
  comm.sum(std::span<std::int64_t>(documents));
  texts_ = comm.sum(counts.rows.rows());
  words_ = comm.sum(counts.words);
  invalid_bytes_ = comm.sum(counts.invalid_bytes);
  for (std::size_t term = 0; term < documents.size(); ++term) {
    if (documents[term] < std::max<std::int64_t>(params.min_texts, 1)) continue;
    terms_.push_back(static_cast<std::uint32_t>(term));
    document_counts_.push_back(documents[term]);
  }
  make_weights();
}

void Tfidf::make_weights() {
  inverse_.assign(std::size_t{1} << params_.ngrams.hash_bits, 0.0F);
  auto const texts = static_cast<double>(texts_);
  for (std::size_t i = 0; i < terms_.size(); ++i) {
    double const share = (1 + texts) / (1 + static_cast<double>(document_counts_[i]));
    inverse_[terms_[i]] = static_cast<float>(std::log(share) + 1);
  }
}

kernels::SparseRows Tfidf::rows(std::span<std::string_view const> texts) const {
  return weigh(counts_of(texts, params_.ngrams).rows);
}

kernels::SparseRows Tfidf::weigh(kernels::SparseRows rows) const {
  std::uint32_t const first_character = params_.ngrams.first_character_term();
  std::size_t from = 0, to = 0;
  for (std::size_t r = 0; r + 1 < rows.start.size(); ++r) {
    std::size_t const begin = to;
    std::size_t characters = to;
    for (auto const end = static_cast<std::size_t>(rows.start[r + 1]); from < end; ++from) {
      float const inverse = inverse_[rows.term[from]];
      if (inverse == 0) continue;
      float count = rows.weight[from];
      if (params_.is_sublinear && count > 1) count = 1 + std::log(count);
      rows.term[to] = rows.term[from];
      rows.weight[to++] = count * inverse;
      if (rows.term[to - 1] < first_character) characters = to;
    }
    std::span<float> const all(rows.weight.data() + begin, to - begin);
    if (params_.ngrams.has_both()) {
      scale_to(all.first(characters - begin), 1);
      scale_to(all.subspan(characters - begin), params_.character_weight);
    }
    scale_to(all, 1);
    rows.start[r + 1] = static_cast<std::int64_t>(to);
  }
  rows.term.resize(to);
  rows.weight.resize(to);
  return rows;
}

void Tfidf::save(io::Hdf5File& file, std::string const& group) const {
  file.create_group(group);
  file.set_attribute(group, "word_min", std::int64_t{params_.ngrams.word_min});
  file.set_attribute(group, "word_max", std::int64_t{params_.ngrams.word_max});
  file.set_attribute(group, "character_min", std::int64_t{params_.ngrams.character_min});
  file.set_attribute(group, "character_max", std::int64_t{params_.ngrams.character_max});
  file.set_attribute(group, "hash_bits", std::int64_t{params_.ngrams.hash_bits});
  if (params_.ngrams.pair_distance > 0) {
    file.set_attribute(group, "pair_distance", std::int64_t{params_.ngrams.pair_distance});
  }
  file.set_attribute(group, "is_sublinear", std::int64_t{params_.is_sublinear});
  file.set_attribute(group, "min_texts", params_.min_texts);
  file.set_attribute(group, "character_weight", params_.character_weight);
  file.set_attribute(group, "texts", texts_);
  file.set_attribute(group, "words", words_);
  file.set_attribute(group, "invalid_bytes", invalid_bytes_);
  file.write_all(group + "/terms", terms_);
  file.write_all(group + "/document_counts", document_counts_);
}

Tfidf Tfidf::load(io::Hdf5File& file, std::string const& group) {
  Tfidf model;
  auto const number = [&](char const* key) { return static_cast<int>(file.integer_attribute(group, key)); };
  model.params_.ngrams = {
      number("word_min"),      number("word_max"),
      number("character_min"), number("character_max"),
      number("hash_bits"),     file.has_attribute(group, "pair_distance") ? number("pair_distance") : 0};
  model.params_.is_sublinear = number("is_sublinear") != 0;
  model.params_.min_texts = file.integer_attribute(group, "min_texts");
  model.params_.character_weight = file.real_attribute(group, "character_weight");
  model.texts_ = file.integer_attribute(group, "texts");
  model.words_ = file.integer_attribute(group, "words");
  model.invalid_bytes_ = file.integer_attribute(group, "invalid_bytes");
  model.terms_ = file.read_all<std::uint32_t>(group + "/terms");
  model.document_counts_ = file.read_all<std::int64_t>(group + "/document_counts");
  try {
    kernels::check_rules(model.params_.ngrams);
  } catch (std::invalid_argument const& error) {
    throw DataError(file.path().string() + ": " + error.what());
  }
  bool const is_whole = model.terms_.size() == model.document_counts_.size() &&
                        std::is_sorted(model.terms_.begin(), model.terms_.end()) &&
                        (model.terms_.empty() || model.terms_.back() >> model.params_.ngrams.hash_bits == 0);
  if (!is_whole)
    throw DataError(file.path().string() + ": the terms of group '" + group + "' do not fit its hash_bits");
  model.make_weights();
  return model;
}

std::vector<std::string_view> texts_of(io::Column const& column) {
  if (!column.is_text())
    throw DataError("column '" + column.name + "' holds " + std::string(name_of(column.type)) +
                    " values; texts are needed");
  std::vector<std::string_view> texts;
  texts.reserve(column.codes.size());
  for (std::int32_t const code : column.codes) {
    texts.push_back(code < 0 ? std::string_view()
                             : std::string_view(column.dictionary[static_cast<std::size_t>(code)]));
  }
  return texts;
}

kernels::SparseRows tfidf_rows(io::Comm const& comm, std::span<std::string_view const> texts,
                               TfidfParams const& params) {
  kernels::TermCounts counts = agreed_counts(comm, texts, params.ngrams);
  Tfidf const model(comm, counts, params);
  return model.weigh(std::move(counts.rows));
}

}  // namespace tidemill::drivers
