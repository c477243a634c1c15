#include "drivers/topk/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "io/error.hpp"
#include "kernels/topk/search.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::int64_t queries_at_once = 8192;

/// Every query without itself: query q is item first + q.
struct Selves {
  std::vector<std::int64_t> start;
  std::vector<std::int32_t> item;

  Selves(std::int64_t first, std::int64_t count)
      : start(static_cast<std::size_t>(count) + 1), item(static_cast<std::size_t>(count)) {
    std::iota(start.begin(), start.end(), std::int64_t{0});
    std::iota(item.begin(), item.end(), static_cast<std::int32_t>(first));
  }
  kernels::RemovedItems removed() const { return {start, item}; }
};

kernels::TopLists search_my_queries(io::Comm const& comm, kernels::VectorRows const& mine, io::RowRange const& rows,
                                    std::int32_t k) {
  auto const size = static_cast<std::size_t>(mine.count * mine.width);
  std::vector<float> const all = comm.gather_all(std::span<float const>(mine.values, size));
  kernels::ExactSearch const search({all.data(), rows.total, mine.width});
  return search.top_k(mine, k, Selves(rows.first, rows.count).removed());
}

void append(kernels::TopLists const& lists, kernels::TopLists& all) {
  all.item.insert(all.item.end(), lists.item.begin(), lists.item.end());
  all.score.insert(all.score.end(), lists.score.begin(), lists.score.end());
}

/// Lists that every rank found among its items, merged on the rank that owns the queries.
kernels::TopLists collect(io::Comm const& comm, kernels::TopLists const& found, int owner) {
  std::vector<std::vector<std::int32_t>> items(static_cast<std::size_t>(comm.size()));
  std::vector<std::vector<float>> scores(static_cast<std::size_t>(comm.size()));
  items[static_cast<std::size_t>(owner)] = found.item;
  scores[static_cast<std::size_t>(owner)] = found.score;
  items = comm.exchange(items);
  scores = comm.exchange(scores);
  if (comm.rank() != owner) return {found.k, {}, {}};
  std::vector<kernels::TopLists> parts;
  for (std::size_t r = 0; r < items.size(); ++r) parts.push_back({found.k, items[r], scores[r]});
  return kernels::merge_lists(parts);
}

kernels::TopLists search_my_items(io::Comm const& comm, kernels::VectorRows const& mine, io::RowRange const& rows,
                                  std::int32_t k) {
  kernels::ExactSearch const search(mine, static_cast<std::int32_t>(rows.first));
  kernels::TopLists all{k, {}, {}};
  for (int owner = 0; owner < comm.size(); ++owner) {
    io::RowRange const theirs = io::even_share(rows.total, owner, comm.size());
    for (std::int64_t first = 0; first < theirs.count; first += queries_at_once) {
      std::int64_t const count = std::min(queries_at_once, theirs.count - first);
      std::vector<float> queries(static_cast<std::size_t>(count * mine.width));
      if (comm.rank() == owner) std::copy_n(mine.row(first), queries.size(), queries.begin());
      comm.broadcast(std::span(queries), owner);
      Selves const selves(theirs.first + first, count);
      kernels::TopLists const found = search.top_k({queries.data(), count, mine.width}, k, selves.removed());
      append(collect(comm, found, owner), all);
    }
  }
  return all;
}

}  // namespace

Spread spread_of(std::string const& name) {
  if (name == "queries") return Spread::queries;
  if (name == "items") return Spread::items;
  throw ConfigError("--spread: expected queries or items; found '" + name + "'");
}

kernels::TopLists nearest_vectors(io::Comm const& comm, VectorSet const& set, std::int32_t k, Similarity similarity,
                                  Spread spread) {
  if (k < 1) throw ConfigError(fmt::format("--k: expected 1 or more, found {}", k));
  std::vector<float> const units = similarity == Similarity::cosine ? kernels::unit_rows(set.mine()) : set.values;
  kernels::VectorRows const mine{units.data(), set.rows.count, set.width};
  return spread == Spread::queries ? search_my_queries(comm, mine, set.rows, k)
                                   : search_my_items(comm, mine, set.rows, k);
}

}  // namespace tidemill::drivers
