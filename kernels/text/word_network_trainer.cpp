#include "kernels/text/word_network_trainer.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "kernels/linalg/host_product.hpp"
#include "kernels/random/philox.hpp"
#include "kernels/text/adam.hpp"

namespace tidemill::kernels {
namespace {

constexpr std::uint32_t network_values_purpose = 0x6E76, network_noise_purpose = 0x6E6E;
constexpr std::int64_t rising_steps = 200;

/// Numbers of one row in one pass, one after another.
class NetworkNoise {
 public:
  NetworkNoise(std::uint64_t seed, std::uint32_t row, std::int64_t pass)
      : seed_(seed), row_(row), pass_(static_cast<std::uint32_t>(pass)) {}
  bool drops(double share) {
    if (next_ == 4) {
      block_ = Philox::block(seed_, std::uint64_t{count_++} << 32 | row_, pass_, network_noise_purpose);
      next_ = 0;
    }
    return Philox::uniform(block_.word[next_++]) < static_cast<float>(share);
  }

 private:
  std::uint64_t seed_;
  std::uint32_t row_, pass_, count_ = 0;
  int next_ = 4;
  Philox::Block block_{};
};

float normal_at(std::uint64_t seed, std::int64_t number) {
  auto const draw = Philox::block(seed, static_cast<std::uint64_t>(number), 0, network_values_purpose);
  double const u = 1 - Philox::uniform(draw.word[0], draw.word[1]), v = Philox::uniform(draw.word[2], draw.word[3]);
  return static_cast<float>(std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v));
}

void draw_normals(std::uint64_t seed, std::int64_t first, std::int64_t end, double deviation, std::vector<float>& to) {
  for (std::int64_t i = first; i < end; ++i) {
    to[static_cast<std::size_t>(i)] = static_cast<float>(deviation) * normal_at(seed, i);
  }
}

float factor_of(double dropped) { return static_cast<float>(1 / (1 - dropped)); }

}  // namespace

WordNetworkTrainer::WordNetworkTrainer(WordNetworkShape const& shape, WordNetworkRules const& rules, std::uint64_t seed)
    : shape_(shape), rules_(rules), seed_(seed) {
  check_shape(shape);
  auto const size = static_cast<std::size_t>(shape.size());
  values_.assign(size, 0.0F);
  first_.assign(size, 0.0F);
  second_.assign(size, 0.0F);
  draw_normals(seed, 0, shape.filter_at(), 0.1, values_);
  draw_normals(seed, shape.filter_at(), shape.bias_at(), 1 / std::sqrt(2.0 * static_cast<double>(shape.dimensions)),
               values_);
  draw_normals(seed, shape.output_at(), shape.constant_at(), 1 / std::sqrt(static_cast<double>(shape.pooled())),
               values_);
  dense_gradient_.assign(static_cast<std::size_t>(shape.size() - shape.filter_at()), 0.0F);
  slot_.assign(static_cast<std::size_t>(shape.terms), -1);
}

double WordNetworkTrainer::pass(WordTexts const& texts, std::span<std::int32_t const> label,
                                std::span<std::uint32_t const> order, std::int64_t number) {
  auto const size = static_cast<std::size_t>(rules_.batch);
  std::int64_t const batches = (std::ssize(order) + rules_.batch - 1) / rules_.batch;
  std::int64_t const total = batches * rules_.passes;
  std::int64_t const rising = std::max<std::int64_t>(1, std::min(rising_steps, total / 10));
  steps_ = number * batches;
  double loss = 0;
  for (std::size_t first = 0; first < order.size(); first += size) {
    auto const rows = order.subspan(first, std::min(size, order.size() - first));
    loss += differentiate(texts, label, rows, number) * static_cast<double>(rows.size());
    ++steps_;
    double const done = static_cast<double>(steps_) / static_cast<double>(total);
    double const risen = std::min(1.0, static_cast<double>(steps_) / static_cast<double>(rising));
    step(rules_.rate * (1 - done) * risen);
  }
  return order.empty() ? 0 : loss / static_cast<double>(order.size());
}

double WordNetworkTrainer::differentiate(WordTexts const& texts, std::span<std::int32_t const> label,
                                         std::span<std::uint32_t const> rows, std::int64_t pass) {
  begin_batch(texts, rows, pass);
  forward();
  double const loss = softmax(label, rows);
  backward_output();
  backward_filters();
  backward_terms(texts);
  return loss;
}

void WordNetworkTrainer::begin_batch(WordTexts const& texts, std::span<std::uint32_t const> rows, std::int64_t pass) {
  for (std::uint32_t const term : touched_) slot_[term] = -1;
  touched_.clear();
  batch_rows_ = std::ssize(rows);
  place_start_.assign(1, 0);
  word_at_.clear();
  is_unspelled_.clear();
  keep_value_.clear();
  keep_pooled_.clear();
  auto const dimensions = static_cast<std::size_t>(shape_.dimensions);
  float const value_factor = factor_of(rules_.drop_value), pooled_factor = factor_of(rules_.drop_pooled);
  for (std::uint32_t const row : rows) {
    NetworkNoise noise(seed_, row, pass);
    for (std::uint32_t const word : texts.words_of(row)) {
      bool const is_gone = noise.drops(rules_.drop_word);
      is_unspelled_.push_back(noise.drops(rules_.drop_spelling) ? 1 : 0);
      word_at_.push_back(is_gone ? -1 : static_cast<std::int64_t>(word));
      for (std::size_t d = 0; d < dimensions; ++d) {
        keep_value_.push_back(noise.drops(rules_.drop_value) ? 0.0F : value_factor);
      }
    }
    for (std::int64_t i = 1; i < shape_.widths; ++i) {
      word_at_.push_back(-1);
      is_unspelled_.push_back(0);
      keep_value_.insert(keep_value_.end(), dimensions, 0.0F);
    }
    for (std::int64_t i = 0; i < shape_.pooled(); ++i) {
      keep_pooled_.push_back(noise.drops(rules_.drop_pooled) ? 0.0F : pooled_factor);
    }
    place_start_.push_back(std::ssize(word_at_));
  }
  x_.assign(word_at_.size() * dimensions, 0.0F);
  for (std::size_t place = 0; place < word_at_.size(); ++place) {
    if (word_at_[place] < 0) continue;
    float* const x = x_.data() + place * dimensions;
    auto const terms = texts.terms.terms_of(word_at_[place]);
    auto const weights = texts.terms.weights_of(word_at_[place]);
    for (std::size_t i = 0; i < terms.size(); ++i) {
      if (is_unspelled_[place] != 0 && terms[i] < shape_.word_terms) continue;
      float const* const term = values_.data() + terms[i] * shape_.dimensions;
      for (std::size_t d = 0; d < dimensions; ++d) x[d] += weights[i] * term[d];
    }
    for (std::size_t d = 0; d < dimensions; ++d) x[d] *= keep_value_[place * dimensions + d];
  }
}

void WordNetworkTrainer::forward() {
  auto const places = static_cast<std::int64_t>(word_at_.size());
  products_.resize(static_cast<std::size_t>(places * shape_.taps()));
  host_product({places, shape_.taps(), shape_.dimensions, true}, x_.data(), values_.data() + shape_.filter_at(),
               products_.data(), packed_);
  pooled_.resize(static_cast<std::size_t>(batch_rows_ * shape_.pooled()));
  pooled_place_.resize(pooled_.size());
  std::vector<float const*> rows;
  for (std::int64_t r = 0; r < batch_rows_; ++r) {
    rows.clear();
    for (std::int64_t p = place_start_[static_cast<std::size_t>(r)]; p < place_start_[static_cast<std::size_t>(r) + 1];
         ++p) {
      rows.push_back(products_.data() + p * shape_.taps());
    }
    pool_places(shape_, values_.data() + shape_.bias_at(), rows, pooled_.data() + r * shape_.pooled(),
                pooled_place_.data() + r * shape_.pooled());
  }
  for (std::size_t i = 0; i < pooled_.size(); ++i) pooled_[i] *= keep_pooled_[i];
  logits_.resize(static_cast<std::size_t>(batch_rows_ * shape_.classes));
  host_product({batch_rows_, shape_.classes, shape_.pooled(), true}, pooled_.data(),
               values_.data() + shape_.output_at(), logits_.data(), packed_);
}

/// Logits become their gradient, (p - target) / rows.
double WordNetworkTrainer::softmax(std::span<std::int32_t const> label, std::span<std::uint32_t const> rows) {
  auto const classes = static_cast<std::size_t>(shape_.classes);
  float const* const constant = values_.data() + shape_.constant_at();
  auto const spread = static_cast<float>(rules_.smoothing / static_cast<double>(classes));
  auto const own = static_cast<float>(1 - rules_.smoothing);
  float const share = 1.0F / static_cast<float>(rows.size());
  double loss = 0;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    float* const logit = logits_.data() + r * classes;
    for (std::size_t c = 0; c < classes; ++c) logit[c] += constant[c];
    float const largest = *std::max_element(logit, logit + classes);
    double total = 0;
    for (std::size_t c = 0; c < classes; ++c) total += static_cast<double>(std::exp(logit[c] - largest));
    double const shift = static_cast<double>(largest) + std::log(total);
    auto const right = static_cast<std::size_t>(label[rows[r]]);
    for (std::size_t c = 0; c < classes; ++c) {
      double const log_p = static_cast<double>(logit[c]) - shift;
      float const target = (c == right ? own : 0.0F) + spread;
      loss -= static_cast<double>(target) * log_p;
      logit[c] = (static_cast<float>(std::exp(log_p)) - target) * share;
    }
  }
  return loss * static_cast<double>(share);
}

void WordNetworkTrainer::backward_output() {
  std::int64_t const classes = shape_.classes, pooled = shape_.pooled();
  float* const output = dense_gradient_.data() + (shape_.output_at() - shape_.filter_at());
  float* const constant = dense_gradient_.data() + (shape_.constant_at() - shape_.filter_at());
  transposed_.resize(logits_.size());
  std::fill_n(constant, classes, 0.0F);
  for (std::int64_t r = 0; r < batch_rows_; ++r) {
    for (std::int64_t c = 0; c < classes; ++c) {
      float const g = logits_[static_cast<std::size_t>(r * classes + c)];
      transposed_[static_cast<std::size_t>(c * batch_rows_ + r)] = g;
      constant[c] += g;
    }
  }
  host_product({classes, pooled, batch_rows_, false}, transposed_.data(), pooled_.data(), output, packed_);
  pooled_gradient_.resize(pooled_.size());
  host_product({batch_rows_, pooled, classes, false}, logits_.data(), values_.data() + shape_.output_at(),
               pooled_gradient_.data(), packed_);
}

void WordNetworkTrainer::backward_filters() {
  std::int64_t const dimensions = shape_.dimensions;
  float* const bias = dense_gradient_.data() + (shape_.bias_at() - shape_.filter_at());
  std::fill_n(dense_gradient_.begin(), shape_.output_at() - shape_.filter_at(), 0.0F);
  x_gradient_.assign(x_.size(), 0.0F);
  for (std::int64_t r = 0; r < batch_rows_; ++r) {
    std::int64_t const first = place_start_[static_cast<std::size_t>(r)];
    std::int64_t const places = place_start_[static_cast<std::size_t>(r) + 1] - first;
    for (std::int64_t i = 0; i < shape_.pooled(); ++i) {
      auto const at = static_cast<std::size_t>(r * shape_.pooled() + i);
      float const g = pooled_gradient_[at] * keep_pooled_[at];
      if (g == 0 || pooled_place_[at] < 0) continue;
      bias[i] += g;
      std::int64_t const width = i / shape_.filters + 1;
      for (std::int64_t o = 0; o < width && pooled_place_[at] + o < places; ++o) {
        std::int64_t const tap = (shape_.tap_of(width, o) + i % shape_.filters) * dimensions;
        std::int64_t const place = (first + pooled_place_[at] + o) * dimensions;
        float const* const x = x_.data() + place;
        float const* const filter = values_.data() + shape_.filter_at() + tap;
        float* const filter_gradient = dense_gradient_.data() + tap;
        float* const x_gradient = x_gradient_.data() + place;
        for (std::int64_t d = 0; d < dimensions; ++d) filter_gradient[d] += g * x[d];
        for (std::int64_t d = 0; d < dimensions; ++d) x_gradient[d] += g * filter[d];
      }
    }
  }
}

float* WordNetworkTrainer::term_gradient(std::uint32_t term) {
  if (slot_[term] < 0) {
    slot_[term] = static_cast<std::int32_t>(touched_.size());
    touched_.push_back(term);
    std::size_t const needed = touched_.size() * static_cast<std::size_t>(shape_.dimensions);
    if (term_gradient_.size() < needed) term_gradient_.resize(2 * needed);
    std::fill_n(term_gradient_.begin() + static_cast<std::ptrdiff_t>(needed) - shape_.dimensions, shape_.dimensions,
                0.0F);
  }
  return term_gradient_.data() + slot_[term] * shape_.dimensions;
}

void WordNetworkTrainer::backward_terms(WordTexts const& texts) {
  auto const dimensions = static_cast<std::size_t>(shape_.dimensions);
  for (std::size_t place = 0; place < word_at_.size(); ++place) {
    if (word_at_[place] < 0) continue;
    float* const g = x_gradient_.data() + place * dimensions;
    for (std::size_t d = 0; d < dimensions; ++d) g[d] *= keep_value_[place * dimensions + d];
    auto const terms = texts.terms.terms_of(word_at_[place]);
    auto const weights = texts.terms.weights_of(word_at_[place]);
    for (std::size_t i = 0; i < terms.size(); ++i) {
      if (is_unspelled_[place] != 0 && terms[i] < shape_.word_terms) continue;
      float* const sum = term_gradient(terms[i]);
      for (std::size_t d = 0; d < dimensions; ++d) sum[d] += weights[i] * g[d];
    }
  }
}

void WordNetworkTrainer::step(double rate) {
  AdamStep const adam = adam_step(rate, steps_);
  std::int64_t const dense = shape_.filter_at(), dimensions = shape_.dimensions;
  step_adam(adam, shape_.size() - dense, dense_gradient_.data(), values_.data() + dense, first_.data() + dense,
            second_.data() + dense);
  for (std::uint32_t const term : touched_) {
    std::int64_t const at = term * dimensions;
    step_adam(adam, dimensions, term_gradient_.data() + slot_[term] * dimensions, values_.data() + at,
              first_.data() + at, second_.data() + at);
  }
}

std::vector<float> WordNetworkTrainer::gradient() const {
  std::vector<float> all(values_.size(), 0.0F);
  std::copy(dense_gradient_.begin(), dense_gradient_.end(), all.begin() + shape_.filter_at());
  for (std::uint32_t const term : touched_) {
    std::copy_n(term_gradient_.begin() + slot_[term] * shape_.dimensions, shape_.dimensions,
                all.begin() + term * shape_.dimensions);
  }
  return all;
}

std::vector<float> WordNetworkTrainer::state() const {
  std::vector<float> state(values_);
  state.insert(state.end(), first_.begin(), first_.end());
  state.insert(state.end(), second_.begin(), second_.end());
  return state;
}

void WordNetworkTrainer::set_state(std::span<float const> state) {
  std::size_t const size = values_.size();
  std::copy_n(state.begin(), size, values_.begin());
  std::copy_n(state.begin() + static_cast<std::ptrdiff_t>(size), size, first_.begin());
  std::copy_n(state.begin() + static_cast<std::ptrdiff_t>(2 * size), size, second_.begin());
}

}  // namespace tidemill::kernels
