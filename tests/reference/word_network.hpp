#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/text/word_network.hpp"

namespace tidemill::reference {

/// ln p of one text's classes, in doubles and without any trick: see kernels/text/word_network.hpp for the formula.
inline std::vector<double> word_network_log_probabilities(kernels::WordNetworkShape const& shape,
                                                          std::vector<double> const& values,
                                                          kernels::WordTexts const& texts, std::int64_t text) {
  auto const value = [&](std::int64_t at) { return values[static_cast<std::size_t>(at)]; };
  std::vector<std::vector<double>> x;
  for (std::uint32_t const word : texts.words_of(text)) {
    std::vector<double> vector(static_cast<std::size_t>(shape.dimensions), 0.0);
    for (std::size_t i = 0; i < texts.terms.terms_of(word).size(); ++i) {
      for (std::int64_t d = 0; d < shape.dimensions; ++d) {
        vector[static_cast<std::size_t>(d)] += static_cast<double>(texts.terms.weights_of(word)[i]) *
                                               value(texts.terms.terms_of(word)[i] * shape.dimensions + d);
      }
    }
    x.push_back(vector);
  }
  std::vector<double> z;
  for (std::int64_t width = 1; width <= shape.widths; ++width) {
    for (std::int64_t f = 0; f < shape.filters; ++f) {
      double largest = 0;
      std::int64_t const places = std::max<std::int64_t>(1, static_cast<std::int64_t>(x.size()) - width + 1);
      for (std::int64_t p = 0; p < places; ++p) {
        double v = value(shape.bias_at() + (width - 1) * shape.filters + f);
        for (std::int64_t o = 0; o < width && p + o < static_cast<std::int64_t>(x.size()); ++o) {
          for (std::int64_t d = 0; d < shape.dimensions; ++d) {
            std::int64_t const tap = width * (width - 1) / 2 * shape.filters + o * shape.filters + f;
            v += x[static_cast<std::size_t>(p + o)][static_cast<std::size_t>(d)] *
                 value(shape.filter_at() + tap * shape.dimensions + d);
          }
        }
        largest = std::max(largest, v);
      }
      z.push_back(largest);
    }
  }
  std::vector<double> logits;
  double total = 0;
  for (std::int64_t c = 0; c < shape.classes; ++c) {
    double logit = value(shape.constant_at() + c);
    for (std::size_t i = 0; i < z.size(); ++i) {
      logit += z[i] * value(shape.output_at() + c * shape.pooled() + static_cast<std::int64_t>(i));
    }
    logits.push_back(logit);
    total += std::exp(logit);
  }
  for (double& logit : logits) logit -= std::log(total);
  return logits;
}

}  // namespace tidemill::reference
