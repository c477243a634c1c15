#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/text/word_network.hpp"

namespace tidemill::kernels {

/// How a network learns: cross-entropy, Adam, a rate that rises over the first steps and falls to 0 at the last.
struct WordNetworkRules {
  std::int64_t passes = 20;
  std::int64_t batch = 32;  ///< rows of a step
  double rate = 2e-3;
  double smoothing = 0.05;     ///< share of the target spread over all classes
  double drop_word = 0.1;      ///< share of words without a vector
  double drop_spelling = 0.1;  ///< share of words that are their n-grams only
  double drop_value = 0.3;     ///< share of the numbers of word vectors that are 0
  double drop_pooled = 0.3;    ///< share of pooled numbers that are 0
};

/// Trains one network on one thread of the host, rows in a given order: its numbers depend on nothing but the texts,
/// labels, orders and seed. What is dropped is drawn by (seed, row, pass).
class WordNetworkTrainer {
 public:
  /// Throws std::invalid_argument for a shape that cannot work.
  WordNetworkTrainer(WordNetworkShape const& shape, WordNetworkRules const& rules, std::uint64_t seed);

  /// Pass number 0, 1, ... over the rows in `order`; label[row] is a class. Returns the mean of -ln p(label), noise
  /// included.
  double pass(WordTexts const& texts, std::span<std::int32_t const> label, std::span<std::uint32_t const> order,
              std::int64_t number);

  /// Mean loss (smoothing included) of one step's rows, and what `gradient()` says of it; no step is made.
  double differentiate(WordTexts const& texts, std::span<std::int32_t const> label, std::span<std::uint32_t const> rows,
                       std::int64_t pass);
  std::vector<float> gradient() const;  ///< as values() lie; for tests

  /// Values, first and second moments: all that the next pass needs beside its number.
  std::vector<float> const& values() const { return values_; }
  std::vector<float>& values() { return values_; }
  std::vector<float> state() const;
  void set_state(std::span<float const> state);

 private:
  void begin_batch(WordTexts const& texts, std::span<std::uint32_t const> rows, std::int64_t pass);
  void forward();
  double softmax(std::span<std::int32_t const> label, std::span<std::uint32_t const> rows);
  void backward_output();
  void backward_filters();
  void backward_terms(WordTexts const& texts);
  void step(double rate);
  float* term_gradient(std::uint32_t term);

  WordNetworkShape shape_;
  WordNetworkRules rules_;
  std::uint64_t seed_;
  std::vector<float> values_, first_, second_;
  std::int64_t steps_ = 0;  ///< made so far

  // Of the current batch. Places: words of all rows one after another, widths - 1 empty ones behind each row's.
  std::int64_t batch_rows_ = 0;
  std::vector<std::int64_t> place_start_;
  std::vector<std::int64_t> word_at_;            ///< of each place: the different word, -1 for none
  std::vector<std::int8_t> is_unspelled_;        ///< of each place: its own term is dropped
  std::vector<float> keep_value_, keep_pooled_;  ///< 0 or what kept numbers are multiplied by
  std::vector<float> x_, products_, pooled_, logits_, pooled_gradient_, x_gradient_;
  std::vector<std::int32_t> pooled_place_;
  std::vector<float> dense_gradient_;  ///< of all numbers from shape.filter_at() on
  std::vector<std::int32_t> slot_;     ///< of each term: its row of term_gradient_, -1: none
  std::vector<std::uint32_t> touched_;
  std::vector<float> term_gradient_;
  std::vector<float> packed_, transposed_;
};

}  // namespace tidemill::kernels
