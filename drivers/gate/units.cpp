#include "drivers/gate/units.hpp"

#include <algorithm>
#include <bit>

namespace tidemill::drivers {
namespace {

/// The finaliser of SplitMix64 (Steele, Lea & Flood 2014): every bit of the input moves every bit of the output.
std::uint64_t mixed_bits(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
  x = (x ^ x >> 27) * 0x94D049BB133111EBu;
  return x ^ x >> 31;
}

/// FNV-1a.
std::uint64_t hash_of_text(std::string const& text) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (char const c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return hash;
}

std::uint64_t unit_value_bits(io::Column const& column, std::vector<std::uint64_t> const& hashes, std::size_t row) {
  if (column.is_real()) return std::bit_cast<std::uint64_t>(column.reals[row]);
  if (!column.is_text()) return static_cast<std::uint64_t>(column.integers[row]);
  return column.codes[row] < 0 ? 0 : hashes[static_cast<std::size_t>(column.codes[row])];
}

}  // namespace

std::vector<std::uint64_t> unit_ids(io::Table const& table, std::vector<std::string> const& columns) {
  std::vector<std::uint64_t> ids(static_cast<std::size_t>(table.rows()));
  if (columns.empty()) {
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<std::uint64_t>(table.range.first) + i;
    return ids;
  }
  for (std::string const& name : columns) {
    io::Column const& column = table.at(name);
    std::vector<std::uint64_t> hashes;
    for (std::string const& text : column.dictionary) hashes.push_back(hash_of_text(text));
    for (std::size_t i = 0; i < ids.size(); ++i)
      ids[i] = mixed_bits(ids[i] ^ mixed_bits(unit_value_bits(column, hashes, i)));
  }
  return ids;
}

std::int64_t count_units(io::Comm const& comm, std::span<std::uint64_t const> ids) {
  auto const distinct = [](std::vector<std::uint64_t>& values) {
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
  };
  std::vector<std::uint64_t> mine(ids.begin(), ids.end());
  distinct(mine);
  std::vector<std::vector<std::uint64_t>> outgoing(static_cast<std::size_t>(comm.size()));
  for (std::uint64_t const id : mine) outgoing[id % outgoing.size()].push_back(id);
  std::vector<std::uint64_t> owned;
  for (auto const& part : comm.exchange(outgoing)) owned.insert(owned.end(), part.begin(), part.end());
  distinct(owned);
  return comm.sum(static_cast<std::int64_t>(owned.size()));
}

}  // namespace tidemill::drivers
