#include "drivers/neighbours/all_pairs.hpp"

namespace tidemill::drivers {

PairTable all_histories(io::Comm const& comm, Interactions const& interactions) {
  PairTable all;
  std::vector<std::int32_t> lengths(static_cast<std::size_t>(interactions.users.count));
  for (std::size_t u = 0; u < lengths.size(); ++u) {
    lengths[u] = static_cast<std::int32_t>(interactions.start[u + 1] - interactions.start[u]);
  }
  lengths = comm.gather_all(std::span<std::int32_t const>(lengths));
  all.start.reserve(lengths.size() + 1);
  for (std::int32_t const length : lengths) all.start.push_back(all.start.back() + length);
  all.column = comm.gather_all(std::span<std::int32_t const>(interactions.item));
  std::vector<float> const values = comm.gather_all(std::span<float const>(interactions.value));
  all.weight.assign(values.begin(), values.end());
  return all;
}

PairTable users_of_items(PairTable const& histories, std::int64_t first, std::int64_t count) {
  PairTable table;
  table.start.assign(static_cast<std::size_t>(count) + 1, 0);
  auto const is_mine = [&](std::int32_t item) { return item >= first && item < first + count; };
  for (std::int32_t const item : histories.column) {
    if (is_mine(item)) ++table.start[static_cast<std::size_t>(item - first) + 1];
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) table.start[i + 1] += table.start[i];
  table.column.resize(static_cast<std::size_t>(table.start.back()));
  if (!histories.weight.empty()) table.weight.resize(table.column.size());
  std::vector<std::int64_t> next(table.start.begin(), table.start.end() - 1);
  for (std::size_t user = 0; user + 1 < histories.start.size(); ++user) {
    for (auto k = static_cast<std::size_t>(histories.start[user]);
         k < static_cast<std::size_t>(histories.start[user + 1]); ++k) {
      if (!is_mine(histories.column[k])) continue;
      auto const at = static_cast<std::size_t>(next[static_cast<std::size_t>(histories.column[k] - first)]++);
      table.column[at] = static_cast<std::int32_t>(user);
      if (!histories.weight.empty()) table.weight[at] = histories.weight[k];
    }
  }
  return table;
}

io::RowRange share_of_comparisons(PairTable const& histories, std::int64_t items, int rank, int size) {
  std::vector<std::int64_t> work(static_cast<std::size_t>(items), 1);
  std::int64_t total = items;
  for (std::size_t user = 0; user + 1 < histories.start.size(); ++user) {
    std::int64_t const length = histories.start[user + 1] - histories.start[user];
    for (std::int64_t k = histories.start[user]; k < histories.start[user + 1]; ++k) {
      work[static_cast<std::size_t>(histories.column[static_cast<std::size_t>(k)])] += length;
    }
    total += length * length;
  }
  // An item belongs to the rank in whose share of the work its own begins.
  auto const share = total / size + 1;
  io::RowRange range{0, 0, items};
  std::int64_t before = 0;
  for (std::int64_t const one : work) {
    std::int64_t const owner = before / share;
    if (owner < rank) ++range.first;
    if (owner == rank) ++range.count;
    before += one;
  }
  return range;
}

}  // namespace tidemill::drivers
