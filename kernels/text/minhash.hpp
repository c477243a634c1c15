#pragma once

#include <cstdint>
#include <span>

namespace tidemill::kernels {

/// Signatures of sets (Broder 1997): the share of equal places of two signatures estimates their Jaccard similarity.
/// They are cut into `bands` of `rows` places; sets of similarity J agree in a whole band with probability
/// 1 - (1 - J^rows)^bands.
struct MinHashBands {
  int rows = 4;
  int bands = 20;
  int places() const { return rows * bands; }
};

/// The probability above.
double band_probability(MinHashBands const& bands, double jaccard);

/// One key per band of a set of terms: equal sets have equal keys. An empty set gives all ones.
void band_keys(std::span<std::uint32_t const> terms, MinHashBands const& bands, std::span<std::uint64_t> keys);

/// |a and b| / |a or b| of two ascending sets; 0 when both are empty.
double jaccard_of(std::span<std::uint32_t const> a, std::span<std::uint32_t const> b);

}  // namespace tidemill::kernels
