#include "drivers/assets/near_pairs.hpp"

#include <algorithm>
#include <bit>
#include <tuple>

namespace tidemill::drivers {
namespace {

constexpr int code_bits = 64;

/// Bits of band `band` of `bands`, shifted down.
struct Band {
  int first, width;
  Band(int band, int bands) : first(code_bits * band / bands), width(code_bits * (band + 1) / bands - first) {}
  std::uint64_t value(std::uint64_t code) const {
    std::uint64_t const shifted = code >> first;
    return width == code_bits ? shifted : shifted & ((std::uint64_t{1} << width) - 1);
  }
};

struct Entry {
  std::uint64_t code;
  std::int64_t id;
  std::int64_t is_whole;
};

/// Spreads band values over ranks although some are much more frequent than others.
std::size_t rank_of(std::uint64_t value, int ranks) {
  return (value * 0x9E3779B97F4A7C15u >> 32) % static_cast<std::size_t>(ranks);
}

class BandSearch {
 public:
  BandSearch(int band, int distance) : band_(band), distance_(distance) {
    for (int b = 0; b <= distance; ++b) bands_.emplace_back(b, distance + 1);
  }

  std::vector<Entry> gather(io::Comm const& comm, PictureHashes const& mine) const {
    std::vector<std::vector<Entry>> outgoing(static_cast<std::size_t>(comm.size()));
    for (std::size_t i = 0; i < mine.codes.size(); ++i) {
      std::uint64_t const code = mine.codes[i];
      outgoing[rank_of(value(code), comm.size())].push_back(
          {code, mine.ids[i / mine.per_picture], i % mine.per_picture == 0});
    }
    std::vector<Entry> entries;
    for (auto const& part : comm.exchange(outgoing)) entries.insert(entries.end(), part.begin(), part.end());
    std::sort(entries.begin(), entries.end(), [&](Entry const& a, Entry const& b) {
      return std::tuple(value(a.code), -a.is_whole, a.id, a.code) <
             std::tuple(value(b.code), -b.is_whole, b.id, b.code);
    });
    return entries;
  }

  /// Adds the pairs that meet in this band and in none before it.
  void find(std::vector<Entry> const& entries, std::vector<IdPair>& pairs) const {
    for (std::size_t begin = 0, end = 0; begin < entries.size(); begin = end) {
      std::uint64_t const common = value(entries[begin].code);
      while (end < entries.size() && value(entries[end].code) == common) ++end;
      // Whole pictures come first in their group.
      for (std::size_t i = begin; i < end && entries[i].is_whole != 0; ++i) {
        for (std::size_t j = i + 1; j < end; ++j) compare(entries[i], entries[j], pairs);
      }
    }
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  }

 private:
  std::uint64_t value(std::uint64_t code) const { return bands_[static_cast<std::size_t>(band_)].value(code); }

  void compare(Entry const& a, Entry const& b, std::vector<IdPair>& pairs) const {
    if (std::popcount(a.code ^ b.code) > distance_ || a.id == b.id) return;
    for (int earlier = 0; earlier < band_; ++earlier) {
      Band const& band = bands_[static_cast<std::size_t>(earlier)];
      if (band.value(a.code) == band.value(b.code)) return;
    }
    pairs.push_back({std::min(a.id, b.id), std::max(a.id, b.id)});
  }

  int band_, distance_;
  std::vector<Band> bands_;
};

}  // namespace

std::vector<IdPair> to_owners(io::Comm const& comm, std::vector<IdPair> const& pairs,
                              std::span<std::int64_t const> owners) {
  std::vector<std::vector<IdPair>> outgoing(static_cast<std::size_t>(comm.size()));
  for (IdPair const& pair : pairs) {
    auto const after = std::upper_bound(owners.begin(), owners.end() - 1, pair.first);
    outgoing[static_cast<std::size_t>(after - owners.begin() - 1)].push_back(pair);
  }
  std::vector<IdPair> mine;
  for (auto const& part : comm.exchange(outgoing)) mine.insert(mine.end(), part.begin(), part.end());
  std::sort(mine.begin(), mine.end());
  mine.erase(std::unique(mine.begin(), mine.end()), mine.end());
  return mine;
}

std::vector<IdPair> near_pairs(io::Comm const& comm, PictureHashes const& mine, int distance,
                               std::span<std::int64_t const> owners) {
  std::vector<IdPair> pairs;
  for (int band = 0; band <= distance; ++band) {
    BandSearch const search(band, distance);
    search.find(search.gather(comm, mine), pairs);
  }
  return to_owners(comm, pairs, owners);
}

}  // namespace tidemill::drivers
