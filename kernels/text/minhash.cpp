#include "kernels/text/minhash.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/text/term_hash.hpp"

namespace tidemill::kernels {

double band_probability(MinHashBands const& bands, double jaccard) {
  return 1 - std::pow(1 - std::pow(jaccard, bands.rows), bands.bands);
}

void band_keys(std::span<std::uint32_t const> terms, MinHashBands const& bands, std::span<std::uint64_t> keys) {
  constexpr std::uint64_t none = ~std::uint64_t{0};
  for (int band = 0; band < bands.bands; ++band) {
    std::uint64_t key = none;
    for (int row = 0; row < bands.rows && !terms.empty(); ++row) {
      auto const place = static_cast<std::uint64_t>(band * bands.rows + row);
      // Each place has a random order of its own: the hash of the term started with the place's number.
      std::uint64_t const start = TermHash::absorb(place + 1, 0x6D696E68);
      std::uint64_t smallest = none;
      for (std::uint32_t const term : terms) {
        smallest = std::min(smallest, TermHash::absorb(start, term) * 0xD6E8FEB86659FD93);
      }
      key = TermHash::join(key, smallest);
    }
    keys[static_cast<std::size_t>(band)] = key;
  }
}

double jaccard_of(std::span<std::uint32_t const> a, std::span<std::uint32_t const> b) {
  std::size_t i = 0, j = 0, both = 0;
  while (i < a.size() && j < b.size()) {
    both += a[i] == b[j] ? 1 : 0;
    std::uint32_t const x = a[i], y = b[j];
    i += x <= y ? 1 : 0;
    j += y <= x ? 1 : 0;
  }
  std::size_t const either = a.size() + b.size() - both;
  return either == 0 ? 0 : static_cast<double>(both) / static_cast<double>(either);
}

}  // namespace tidemill::kernels
