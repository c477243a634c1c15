#include "kernels/text/word_network.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "kernels/linalg/host_product.hpp"

namespace tidemill::kernels {
namespace {

constexpr std::int64_t pool_lanes = 16;

/// Vectors of all different words, row-major.
std::vector<float> word_vectors(WordNetworkShape const& shape, std::span<float const> values, SparseRows const& words) {
  std::vector<float> vectors(static_cast<std::size_t>(words.rows() * shape.dimensions), 0.0F);
  for (std::int64_t word = 0; word < words.rows(); ++word) {
    float* const x = vectors.data() + word * shape.dimensions;
    auto const terms = words.terms_of(word);
    auto const weights = words.weights_of(word);
    for (std::size_t i = 0; i < terms.size(); ++i) {
      float const* const term = values.data() + terms[i] * shape.dimensions;
      for (std::int64_t d = 0; d < shape.dimensions; ++d) x[d] += weights[i] * term[d];
    }
  }
  return vectors;
}

void add_log_softmax(std::span<float const> logits, float const* constants, float weight, float* sums) {
  double largest = -INFINITY;
  for (std::size_t c = 0; c < logits.size(); ++c) {
    largest = std::max(largest, static_cast<double>(logits[c]) + static_cast<double>(constants[c]));
  }
  double total = 0;
  for (std::size_t c = 0; c < logits.size(); ++c) {
    total += std::exp(static_cast<double>(logits[c]) + static_cast<double>(constants[c]) - largest);
  }
  double const shift = largest + std::log(total);
  for (std::size_t c = 0; c < logits.size(); ++c) {
    double const log_p = static_cast<double>(logits[c]) + static_cast<double>(constants[c]) - shift;
    sums[c] += weight * static_cast<float>(log_p);
  }
}

}  // namespace

void check_shape(WordNetworkShape const& shape) {
  bool const fits = shape.dimensions >= 1 && shape.dimensions <= 4096 && shape.filters >= pool_lanes &&
                    shape.filters <= 8192 && shape.filters % pool_lanes == 0 && shape.widths >= 1 && shape.widths <= 8;
  if (!fits) {
    throw std::invalid_argument(
        "network: expected 1 to 4096 dimensions, 16 to 8192 filters in steps of 16 and 1 to 8 widths");
  }
}

void pool_places(WordNetworkShape const& shape, float const* bias, std::span<float const* const> products,
                 float* pooled, std::int32_t* place) {
  std::fill_n(pooled, shape.pooled(), 0.0F);
  std::fill_n(place, shape.pooled(), -1);
  std::int64_t const words = std::ssize(products) - (shape.widths - 1);
  for (std::int64_t width = 1; width <= shape.widths; ++width) {
    std::int64_t const places = std::max<std::int64_t>(1, words - width + 1);
    for (std::int64_t first = 0; first < shape.filters; first += pool_lanes) {
      std::int64_t const at = (width - 1) * shape.filters + first;
      float best[pool_lanes] = {};
      std::int32_t where[pool_lanes];
      std::fill_n(where, pool_lanes, -1);
      for (std::int64_t p = 0; p < places; ++p) {
        float v[pool_lanes];
        for (int l = 0; l < pool_lanes; ++l) v[l] = bias[at + l];
        for (std::int64_t o = 0; o < width && p + o < std::ssize(products); ++o) {
          float const* const y = products[static_cast<std::size_t>(p + o)] + shape.tap_of(width, o) + first;
          for (int l = 0; l < pool_lanes; ++l) v[l] += y[l];
        }
        for (int l = 0; l < pool_lanes; ++l) {
          where[l] = v[l] > best[l] ? static_cast<std::int32_t>(p) : where[l];
          best[l] = v[l] > best[l] ? v[l] : best[l];
        }
      }
      std::copy_n(best, pool_lanes, pooled + at);
      std::copy_n(where, pool_lanes, place + at);
    }
  }
}

void add_log_probabilities(WordNetworkShape const& shape, std::span<float const> values, WordTexts const& texts,
                           float weight, std::span<float> sums) {
  std::vector<float> packed;
  std::vector<float> const vectors = word_vectors(shape, values, texts.terms);
  std::vector<float> products(static_cast<std::size_t>(texts.terms.rows() * shape.taps()));
  host_product({texts.terms.rows(), shape.taps(), shape.dimensions, true}, vectors.data(),
               values.data() + shape.filter_at(), products.data(), packed);
  std::vector<float> const nothing(static_cast<std::size_t>(shape.taps()), 0.0F);
  std::vector<float> pooled(static_cast<std::size_t>(texts.texts() * shape.pooled()));
  std::vector<std::int32_t> place(static_cast<std::size_t>(shape.pooled()));
  std::vector<float const*> rows;
  for (std::int64_t text = 0; text < texts.texts(); ++text) {
    rows.clear();
    for (std::uint32_t const word : texts.words_of(text)) rows.push_back(products.data() + word * shape.taps());
    rows.insert(rows.end(), static_cast<std::size_t>(shape.widths - 1), nothing.data());
    pool_places(shape, values.data() + shape.bias_at(), rows, pooled.data() + text * shape.pooled(), place.data());
  }
  std::vector<float> logits(static_cast<std::size_t>(texts.texts() * shape.classes));
  host_product({texts.texts(), shape.classes, shape.pooled(), true}, pooled.data(), values.data() + shape.output_at(),
               logits.data(), packed);
  for (std::int64_t text = 0; text < texts.texts(); ++text) {
    auto const own = std::span(logits).subspan(static_cast<std::size_t>(text * shape.classes),
                                               static_cast<std::size_t>(shape.classes));
    add_log_softmax(own, values.data() + shape.constant_at(), weight, sums.data() + text * shape.classes);
  }
}

}  // namespace tidemill::kernels
