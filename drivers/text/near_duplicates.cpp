#include "drivers/text/near_duplicates.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

using Pair = std::pair<std::int64_t, std::int64_t>;

/// Sets of all ranks' texts.
kernels::SparseRows gather_sets(io::Comm const& comm, kernels::SparseRows const& mine) {
  std::vector<std::int64_t> lengths;
  for (std::int64_t row = 0; row < mine.rows(); ++row) {
    lengths.push_back(static_cast<std::int64_t>(mine.terms_of(row).size()));
  }
  kernels::SparseRows all;
  for (std::int64_t const length : comm.gather_all(std::span<std::int64_t const>(lengths))) {
    all.start.push_back(all.start.back() + length);
  }
  all.term = comm.gather_all(std::span<std::uint32_t const>(mine.term));
  return all;
}

/// Pairs of rows that agree in a band of this rank (bands are dealt round), without repeats.
std::vector<Pair> candidates(io::Comm const& comm, std::vector<std::uint64_t> const& keys,
                             std::vector<std::int64_t> const& rows, int bands) {
  std::vector<Pair> pairs;
  auto const width = static_cast<std::size_t>(bands);
  for (auto band = static_cast<std::size_t>(comm.rank()); band < width; band += static_cast<std::size_t>(comm.size())) {
    std::vector<std::pair<std::uint64_t, std::int64_t>> order;
    for (std::size_t i = 0; i < rows.size(); ++i) order.emplace_back(keys[i * width + band], rows[i]);
    std::sort(order.begin(), order.end());
    for (std::size_t i = 0; i < order.size(); ++i) {
      for (std::size_t j = i + 1; j < order.size() && order[j].first == order[i].first; ++j) {
        pairs.emplace_back(order[i].second, order[j].second);
      }
    }
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return pairs;
}

}  // namespace

std::vector<NearDuplicate> near_duplicates(io::Comm const& comm, std::span<std::string_view const> texts,
                                           NearDuplicateParams const& params) {
  if (params.bands.rows < 1 || params.bands.bands < 1 || !(params.least_jaccard > 0 && params.least_jaccard <= 1)) {
    throw ConfigError("near duplicates: expected at least one row and one band, and a similarity above 0, at most 1");
  }
  kernels::SparseRows mine;
  std::vector<std::uint64_t> my_keys;
  auto const width = static_cast<std::size_t>(params.bands.bands);
  io::agree(comm, "n-grams of texts", [&] {
    try {
      mine = kernels::count_ngrams(texts, params.ngrams).rows;
    } catch (std::invalid_argument const& error) {
      throw ConfigError(error.what());
    }
    my_keys.resize(texts.size() * width);
    for (std::size_t row = 0; row < texts.size(); ++row) {
      kernels::band_keys(mine.terms_of(static_cast<std::int64_t>(row)), params.bands,
                         std::span(my_keys).subspan(row * width, width));
    }
  });
  kernels::SparseRows const sets = gather_sets(comm, mine);
  std::vector<std::uint64_t> const keys = comm.gather_all(std::span<std::uint64_t const>(my_keys));

  // 1. Equal sets: chained to the first, which alone goes on.
  std::vector<NearDuplicate> found;
  std::map<std::vector<std::uint32_t>, std::int64_t> first_of;
  std::vector<std::int64_t> rows;
  std::vector<std::uint64_t> their_keys;
  for (std::int64_t row = 0; row < sets.rows(); ++row) {
    auto const terms = sets.terms_of(row);
    if (terms.empty()) continue;
    auto const [at, is_new] = first_of.try_emplace({terms.begin(), terms.end()}, row);
    if (!is_new) {
      found.push_back({at->second, row, 1});
      continue;
    }
    rows.push_back(row);
    auto const begin = keys.begin() + row * static_cast<std::int64_t>(width);
    their_keys.insert(their_keys.end(), begin, begin + static_cast<std::int64_t>(width));
  }
  // 2. Candidates by bands, each rank its own bands; a pair is checked where it was found.
  std::vector<NearDuplicate> checked;
  for (auto const& [first, second] : candidates(comm, their_keys, rows, params.bands.bands)) {
    double const jaccard = kernels::jaccard_of(sets.terms_of(first), sets.terms_of(second));
    if (jaccard >= params.least_jaccard) checked.push_back({first, second, jaccard});
  }
  // 3. Everyone's, sorted; several ranks may have found the same pair.
  std::vector<NearDuplicate> const all = comm.gather_all(std::span<NearDuplicate const>(checked));
  found.insert(found.end(), all.begin(), all.end());
  auto const key = [](NearDuplicate const& pair) { return Pair{pair.first, pair.second}; };
  std::sort(found.begin(), found.end(), [&](auto const& a, auto const& b) { return key(a) < key(b); });
  found.erase(std::unique(found.begin(), found.end(), [&](auto const& a, auto const& b) { return key(a) == key(b); }),
              found.end());
  return found;
}

}  // namespace tidemill::drivers
