#include "drivers/text/text_classifier.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "io/error.hpp"
#include "kernels/random/philox.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::uint32_t fold_purpose = 0x666F;

/// All ranks' starts as one array.
std::vector<std::int64_t> gather_starts(io::Comm const& comm, std::vector<std::int64_t> const& start) {
  std::vector<std::int64_t> lengths;
  for (std::size_t r = 0; r + 1 < start.size(); ++r) lengths.push_back(start[r + 1] - start[r]);
  std::vector<std::int64_t> all{0};
  for (std::int64_t const length : comm.gather_all(std::span<std::int64_t const>(lengths))) {
    all.push_back(all.back() + length);
  }
  return all;
}

kernels::SparseRows gather_rows(io::Comm const& comm, kernels::SparseRows const& mine) {
  kernels::SparseRows all;
  all.start = gather_starts(comm, mine.start);
  all.term = comm.gather_all(std::span<std::uint32_t const>(mine.term));
  all.weight = comm.gather_all(std::span<float const>(mine.weight));
  return all;
}

/// Labels of all ranks' rows.
struct AllLabels {
  std::vector<std::int64_t> start;
  std::vector<std::int32_t> label;
};
AllLabels gather_labels(io::Comm const& comm, RowLabels const& mine) {
  return {gather_starts(comm, mine.start), comm.gather_all(std::span<std::int32_t const>(mine.label))};
}

kernels::SparseRows chosen_rows(kernels::SparseRows const& rows, std::vector<std::uint32_t> const& chosen) {
  kernels::SparseRows result;
  for (std::uint32_t const row : chosen) {
    auto const terms = rows.terms_of(row);
    auto const weights = rows.weights_of(row);
    result.term.insert(result.term.end(), terms.begin(), terms.end());
    result.weight.insert(result.weight.end(), weights.begin(), weights.end());
    result.start.push_back(static_cast<std::int64_t>(result.term.size()));
  }
  return result;
}

Calibration calibrate(std::vector<float> const& margins, AllLabels const& labels, std::int64_t classes,
                      TextParams const& params, ScopeRule const& rule) {
  std::size_t const rows = labels.start.size() - 1;
  if (!params.has_tags) {
    return calibrate_classes(margins, labels.label, classes, rule, params.in_scope_recall);
  }
  std::vector<std::int8_t> member(rows * static_cast<std::size_t>(classes), 0);
  for (std::size_t row = 0; row < rows; ++row) {
    for (auto i = static_cast<std::size_t>(labels.start[row]); i < static_cast<std::size_t>(labels.start[row + 1]);
         ++i) {
      member[row * static_cast<std::size_t>(classes) + static_cast<std::size_t>(labels.label[i])] = 1;
    }
  }
  return calibrate_tags(margins, member, classes);
}

/// Without held-out rows: margins decide by their sign.
Calibration no_calibration(std::int64_t classes, bool has_tags) {
  if (!has_tags) return {{1}, {}, {-1e30}};
  auto const count = static_cast<std::size_t>(classes);
  return {std::vector<double>(count, 1), std::vector<double>(count, 0), std::vector<double>(count, 0)};
}

/// Margins of every row by classifiers that were trained without it.
std::vector<float> cross_fitted(io::Comm const& comm, ClassProblem const& problem, NetworkProblem const& words,
                                std::vector<ColumnPart> const& parts, TextParams const& params,
                                CheckpointPlace const& place, io::Progress& progress) {
  auto const rows = static_cast<std::size_t>(problem.rows.rows());
  auto const width = static_cast<std::size_t>(problem.classes);
  std::vector<float> margins(rows * width);
  for (int fold = 0; fold < params.folds; ++fold) {
    std::vector<std::uint32_t> learned, held_out;
    for (std::uint32_t row = 0; row < rows; ++row) {
      auto const draw = kernels::Philox::block(params.seed, row, 0, fold_purpose).word[0];
      (static_cast<int>(draw % static_cast<std::uint32_t>(params.folds)) == fold ? held_out : learned).push_back(row);
    }
    ClassWeights const weights = solve_with_parts(comm, problem, learned, parts, params.part_weight, params.costs,
                                                  params.seed, place, fmt::format("fold-{}", fold + 1), progress);
    std::vector<float> part = margins_of(chosen_rows(problem.rows, held_out), weights);
    if (params.networks.members > 0) {
      NetworkValues const networks = train_networks(comm, words, learned, params.networks, params.seed, place,
                                                    fmt::format("networks-fold-{}", fold + 1), progress);
      add_network_margins(networks, chosen_texts(words.texts, held_out), params.networks.weight, part);
    }
    for (std::size_t i = 0; i < held_out.size(); ++i) {
      std::copy_n(part.begin() + static_cast<std::ptrdiff_t>(i * width), width,
                  margins.begin() + static_cast<std::ptrdiff_t>(held_out[i] * width));
    }
  }
  return margins;
}

}  // namespace

std::int32_t TextClassifier::out_of_scope_class() const {
  auto const found = std::lower_bound(classes_.begin(), classes_.end(), params_.out_of_scope);
  if (params_.out_of_scope.empty() || found == classes_.end() || *found != params_.out_of_scope) return -1;
  return static_cast<std::int32_t>(found - classes_.begin());
}

kernels::SparseRows TextClassifier::columns_of(kernels::SparseRows rows) const {
  std::vector<std::uint32_t> const& terms = tfidf_.terms();
  for (std::uint32_t& term : rows.term) {
    term = static_cast<std::uint32_t>(std::lower_bound(terms.begin(), terms.end(), term) - terms.begin());
  }
  return rows;
}

/// Words and characters, each scaled so that the part of a text that has both is as long as a whole row, 1.
std::vector<ColumnPart> TextClassifier::column_parts() const {
  if (params_.part_weight == 0 || !params_.tfidf.ngrams.has_both()) return {};
  std::vector<std::uint32_t> const& terms = tfidf_.terms();
  auto const words =
      std::lower_bound(terms.begin(), terms.end(), params_.tfidf.ngrams.first_character_term()) - terms.begin();
  double const characters = params_.tfidf.character_weight, length = std::hypot(1.0, characters);
  return {{"words", 0, words, length}, {"characters", words, std::ssize(terms), length / characters}};
}

TextClassifier TextClassifier::train(io::Comm const& comm, LabelledTexts const& train, LabelledTexts const* validation,
                                     TextParams const& params, CheckpointPlace const& place, io::Progress& progress) {
  TextClassifier model;
  model.params_ = params;
  model.classes_ = train.labels.classes;
  if (model.classes_.size() < 2 && !(params.has_tags && model.classes_.size() == 1)) {
    throw DataError(
        fmt::format("the target has {} distinct class(es); a classifier needs at least two", model.classes_.size()));
  }
  std::int32_t const out_of_scope = model.out_of_scope_class();
  if (!params.out_of_scope.empty() && out_of_scope < 0) {
    throw DataError(fmt::format("--out-of-scope '{}' is no class of the target; did you mean '{}'?",
                                params.out_of_scope, io::nearest_name(params.out_of_scope, model.classes_)));
  }
  if (params.networks.members > 0 && params.has_tags) {
    throw ConfigError("networks are for one class per row; leave them out or the separator of tags");
  }
  model.tfidf_ = Tfidf(comm, train.texts, params.tfidf);
  if (model.tfidf_.terms().empty()) throw DataError("the texts of the training rows hold no words; is --text right?");

  ClassProblem problem;
  problem.rows = gather_rows(comm, model.columns_of(model.tfidf_.rows(train.texts)));
  AllLabels labels = gather_labels(comm, train.labels);
  problem.label_start = labels.start;
  problem.label = labels.label;
  problem.classes = static_cast<std::int64_t>(model.classes_.size());
  problem.columns = static_cast<std::int64_t>(model.tfidf_.terms().size());
  model.rows_ = problem.rows.rows();
  std::vector<ColumnPart> const parts = model.column_parts();
  NetworkProblem words;
  if (params.networks.members > 0) {
    model.vocabulary_ = WordVocabulary::learn(comm, train.texts, words.texts);
    words.terms = model.vocabulary_.size();
    words.word_terms = model.vocabulary_.words();
    words.label = labels.label;
    words.classes = problem.classes;
  }

  bool const is_cross_fitted = validation == nullptr && params.folds > 1;
  model.calibration_ = no_calibration(problem.classes, params.has_tags);
  if (is_cross_fitted) {
    std::vector<float> const margins = cross_fitted(comm, problem, words, parts, params, place, progress);
    model.calibration_ = calibrate(margins, labels, problem.classes, params, model.scope_rule());
    model.held_out_ = model.rows_;
  }
  std::vector<std::uint32_t> everything;
  for (std::int64_t row = 0; row < model.rows_; ++row) everything.push_back(static_cast<std::uint32_t>(row));
  model.weights_ = solve_with_parts(comm, problem, everything, parts, params.part_weight, params.costs, params.seed,
                                    place, "all-rows", progress);
  if (params.networks.members > 0) {
    model.networks_ =
        train_networks(comm, words, everything, params.networks, params.seed, place, "networks-all-rows", progress);
  }
  if (validation != nullptr) {
    std::vector<float> const mine = model.margins(validation->texts);
    AllLabels const judged = gather_labels(comm, validation->labels);
    model.calibration_ =
        calibrate(comm.gather_all(std::span<float const>(mine)), judged, problem.classes, params, model.scope_rule());
    model.held_out_ = static_cast<std::int64_t>(judged.start.size()) - 1;
  }
  return model;
}

std::vector<float> TextClassifier::margins(std::span<std::string_view const> texts) const {
  std::vector<float> margins = margins_of(columns_of(tfidf_.rows(texts)), weights_);
  if (networks_.members() > 0) {
    add_network_margins(networks_, vocabulary_.spell(texts), params_.networks.weight, margins);
  }
  return margins;
}

TextPredictions TextClassifier::predict(std::span<std::string_view const> texts) const {
  TextPredictions result;
  std::size_t const width = classes_.size();
  std::int32_t const out_of_scope = out_of_scope_class();
  constexpr std::size_t at_once = 8192;
  for (std::size_t first = 0; first < texts.size(); first += at_once) {
    auto const part = texts.subspan(first, std::min(at_once, texts.size() - first));
    std::vector<float> const all = margins(part);
    for (std::size_t row = 0; row < part.size(); ++row) {
      auto const m = std::span(all).subspan(row * width, width);
      std::size_t const at = result.probability.size();
      result.probability.resize(at + width);
      probabilities_of(calibration_, params_.has_tags, m, std::span(result.probability).subspan(at));
      std::int32_t best = -1;
      bool is_refused = false;
      for (std::size_t c = 0; c < width; ++c) {
        if (static_cast<std::int32_t>(c) == out_of_scope) continue;
        if (best < 0 || m[c] > m[static_cast<std::size_t>(best)]) best = static_cast<std::int32_t>(c);
      }
      if (out_of_scope >= 0) {
        is_refused = m[static_cast<std::size_t>(out_of_scope)] > m[static_cast<std::size_t>(best)];
      }
      result.best.push_back(best);
      if (params_.has_tags) {
        result.tags.emplace_back();
        for (std::size_t c = 0; c < width; ++c) {
          if (static_cast<double>(m[c]) >= calibration_.threshold[c]) {
            result.tags.back().push_back(static_cast<std::int32_t>(c));
          }
        }
        result.in_scope.push_back(result.tags.back().empty() ? 0 : 1);
      } else {
        result.in_scope.push_back(!is_refused && scope_score(m, scope_rule()) >= calibration_.threshold[0] ? 1 : 0);
      }
    }
  }
  return result;
}

std::map<std::string, double> TextClassifier::facts() const {
  std::map<std::string, double> facts{{"classes", static_cast<double>(classes_.size())},
                                      {"terms", static_cast<double>(tfidf_.terms().size())},
                                      {"words", static_cast<double>(tfidf_.words())},
                                      {"invalid_bytes", static_cast<double>(tfidf_.invalid_bytes())},
                                      {"held_out_rows", static_cast<double>(held_out_)}};
  if (networks_.members() > 0) {
    facts["networks"] = static_cast<double>(networks_.members());
    facts["network_values"] = static_cast<double>(networks_.shape.size());
  }
  if (!params_.has_tags) {
    facts["slope"] = calibration_.slope[0];
    facts["threshold"] = calibration_.threshold[0];
  }
  return facts;
}

void TextClassifier::save(io::Hdf5File& file, std::string const& group) const {
  file.create_group(group);
  file.write_texts(group + "/classes", classes_);
  tfidf_.save(file, group + "/tfidf");
  file.write_all(group + "/weights", weights_.value);
  file.set_attribute(group + "/weights", "layout", "block of 16 classes, term (the last is the constant), lane");
  if (networks_.members() > 0) {
    std::string const networks = group + "/networks";
    file.create_group(networks);
    vocabulary_.save(file, networks);
    save_networks(file, networks, networks_);
    file.set_attribute(networks, "weight", params_.networks.weight);
  }
  file.write_all(group + "/slope", calibration_.slope);
  file.write_all(group + "/offset", calibration_.offset);
  file.write_all(group + "/threshold", calibration_.threshold);
  file.set_attribute(group, "out_of_scope", params_.out_of_scope);
  if (params_.out_of_scope_weight != 0) {
    file.set_attribute(group, "out_of_scope_weight", params_.out_of_scope_weight);
  }
  file.set_attribute(group, "has_tags", std::int64_t{params_.has_tags});
  file.set_attribute(group, "in_scope_recall", params_.in_scope_recall);
  file.set_attribute(group, "rows", rows_);
  file.set_attribute(group, "held_out_rows", held_out_);
}

TextClassifier TextClassifier::load(io::Hdf5File& file, std::string const& group) {
  TextClassifier model;
  model.classes_ = file.read_texts(group + "/classes");
  model.tfidf_ = Tfidf::load(file, group + "/tfidf");
  model.weights_ = {static_cast<std::int64_t>(model.classes_.size()),
                    static_cast<std::int64_t>(model.tfidf_.terms().size()), file.read_all<float>(group + "/weights")};
  model.calibration_ = {file.read_all<double>(group + "/slope"), file.read_all<double>(group + "/offset"),
                        file.read_all<double>(group + "/threshold")};
  if (file.has(group + "/networks")) {
    model.vocabulary_ = WordVocabulary::load(file, group + "/networks");
    model.networks_ = load_networks(file, group + "/networks");
    model.params_.networks.members = static_cast<int>(model.networks_.members());
    model.params_.networks.weight = file.real_attribute(group + "/networks", "weight");
  }
  model.params_.tfidf = model.tfidf_.params();
  model.params_.out_of_scope = file.text_attribute(group, "out_of_scope");
  if (file.has_attribute(group, "out_of_scope_weight")) {
    model.params_.out_of_scope_weight = file.real_attribute(group, "out_of_scope_weight");
  }
  model.params_.has_tags = file.integer_attribute(group, "has_tags") != 0;
  model.params_.in_scope_recall = file.real_attribute(group, "in_scope_recall");
  model.rows_ = file.integer_attribute(group, "rows");
  model.held_out_ = file.integer_attribute(group, "held_out_rows");
  std::int64_t const expected = model.weights_.blocks() * (model.weights_.columns + 1) * 16;
  std::size_t const thresholds = model.params_.has_tags ? model.classes_.size() : 1;
  bool const fits =
      static_cast<std::int64_t>(model.weights_.value.size()) == expected &&
      model.calibration_.threshold.size() == thresholds && model.calibration_.slope.size() == thresholds &&
      (!model.params_.has_tags || model.calibration_.offset.size() == thresholds) && !model.classes_.empty() &&
      (model.networks_.members() == 0 ||
       (model.networks_.shape.terms == model.vocabulary_.size() &&
        model.networks_.shape.classes == static_cast<std::int64_t>(model.classes_.size())));
  if (!fits) {
    throw DataError(fmt::format("{}: weights and thresholds do not fit its {} classes and {} terms; train it again",
                                file.path().string(), model.classes_.size(), model.weights_.columns));
  }
  return model;
}

}  // namespace tidemill::drivers
