#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/text/word_texts.hpp"

namespace tidemill::kernels {

/// A small convolutional network on words (Kim 2014), with words made of their n-grams (Bojanowski et al. 2017):
///   x_i     sum of weight * vector over the terms of the text's i-th word; 0 behind the last word
///   v_wpf   bias_wf + sum over taps o < w of filter_wof . x_{p+o}, for widths w = 1 .. widths and every place p where
///           w words fit (one place where the text is shorter)
///   z_wf    max(0, largest v_wpf over p)
///   logit_c constant_c + output_c . z
/// All numbers are one array of floats, in the order of the members below.
struct WordNetworkShape {
  std::int64_t terms = 0;       ///< columns of WordTexts::terms
  std::int64_t word_terms = 0;  ///< the first so many are words themselves, the others n-grams
  std::int64_t classes = 0;
  std::int64_t dimensions = 96;
  std::int64_t filters = 128;  ///< of each width; a multiple of 16
  std::int64_t widths = 3;

  std::int64_t pooled() const { return widths * filters; }
  std::int64_t taps() const { return widths * (widths + 1) / 2 * filters; }
  /// Filter vector of (width w, tap o, filter f) is number (w (w - 1) / 2 + o) * filters + f.
  std::int64_t tap_of(std::int64_t width, std::int64_t offset) const {
    return (width * (width - 1) / 2 + offset) * filters;
  }
  std::int64_t filter_at() const { return terms * dimensions; }                  ///< before: term, dimension
  std::int64_t bias_at() const { return filter_at() + taps() * dimensions; }     ///< before: tap, dimension
  std::int64_t output_at() const { return bias_at() + pooled(); }                ///< before: width, filter
  std::int64_t constant_at() const { return output_at() + classes * pooled(); }  ///< before: class, pooled
  std::int64_t size() const { return constant_at() + classes; }
};

/// Throws std::invalid_argument saying what is wrong with the shape.
void check_shape(WordNetworkShape const& shape);

/// Adds weight * ln p(class) to `sums`, row-major with one row per text. Host code, one thread. A row depends on its
/// text alone. Terms of `texts` are columns below shape.terms.
void add_log_probabilities(WordNetworkShape const& shape, std::span<float const> values, WordTexts const& texts,
                           float weight, std::span<float> sums);

/// For one text whose word i has the products with all filter vectors at products[i]; words() + widths - 1 of them, the
/// last ones of zeros. `pooled`: z; `place`: p of the largest, -1 where z is 0.
void pool_places(WordNetworkShape const& shape, float const* bias, std::span<float const* const> products,
                 float* pooled, std::int32_t* place);

}  // namespace tidemill::kernels
