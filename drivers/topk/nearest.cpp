#include "drivers/topk/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
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

/// This rank's queries, and where they stand among the queries of all ranks.
struct Queries {
  kernels::VectorRows mine;
  io::RowRange rows;
  bool are_items;  ///< then a query is not on its own list

  /// Calls `use` with what is removed for `count` queries from number `first` on.
  template <class Use>
  kernels::TopLists without_themselves(std::int64_t first, std::int64_t count, Use const& use) const {
    if (!are_items) return use(kernels::RemovedItems());
    Selves const selves(first, count);
    return use(selves.removed());
  }
};

/// Seconds of the work between construction and its end, added to `sum`.
class Stopwatch {
 public:
  explicit Stopwatch(double& sum) : sum_(sum), start_(std::chrono::steady_clock::now()) {}
  Stopwatch(Stopwatch const&) = delete;
  ~Stopwatch() { sum_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  double& sum_;
  std::chrono::steady_clock::time_point start_;
};

kernels::ExactSearch prepared(kernels::VectorRows const& items, std::int64_t first, SearchSeconds& seconds) {
  Stopwatch const watch(seconds.preparation);
  return kernels::ExactSearch(items, static_cast<std::int32_t>(first));
}

kernels::TopLists search_my_queries(io::Comm const& comm, kernels::VectorRows const& items, std::int64_t total,
                                    Queries const& queries, std::int32_t k, SearchSeconds& seconds) {
  auto const size = static_cast<std::size_t>(items.count * items.width);
  std::vector<float> const all = comm.gather_all(std::span<float const>(items.values, size));
  kernels::ExactSearch const search = prepared({all.data(), total, items.width}, 0, seconds);
  Stopwatch const watch(seconds.search);
  return queries.without_themselves(queries.rows.first, queries.mine.count, [&](kernels::RemovedItems const& removed) {
    return search.top_k(queries.mine, k, removed);
  });
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

kernels::TopLists search_my_items(io::Comm const& comm, kernels::VectorRows const& items, std::int64_t first_item,
                                  Queries const& queries, std::int32_t k, SearchSeconds& seconds) {
  kernels::ExactSearch const search = prepared(items, first_item, seconds);
  Stopwatch const watch(seconds.search);
  kernels::TopLists all{k, {}, {}};
  for (int owner = 0; owner < comm.size(); ++owner) {
    io::RowRange const theirs = io::even_share(queries.rows.total, owner, comm.size());
    for (std::int64_t first = 0; first < theirs.count; first += queries_at_once) {
      std::int64_t const count = std::min(queries_at_once, theirs.count - first);
      std::vector<float> values(static_cast<std::size_t>(count * items.width));
      if (comm.rank() == owner) std::copy_n(queries.mine.row(first), values.size(), values.begin());
      comm.broadcast(std::span(values), owner);
      kernels::TopLists const found =
          queries.without_themselves(theirs.first + first, count, [&](kernels::RemovedItems const& removed) {
            return search.top_k({values.data(), count, items.width}, k, removed);
          });
      append(collect(comm, found, owner), all);
    }
  }
  return all;
}

/// The vectors of a set as a similarity takes them: cosines are inner products of unit vectors.
std::vector<float> as_compared(VectorSet const& set, Similarity similarity) {
  return similarity == Similarity::cosine ? kernels::unit_rows(set.mine()) : set.values;
}

kernels::TopLists nearest_of(io::Comm const& comm, VectorSet const& items, Queries const& queries, std::int32_t k,
                             Similarity similarity, Spread spread, SearchSeconds* seconds) {
  std::vector<float> const values = as_compared(items, similarity);
  kernels::VectorRows const mine{values.data(), items.rows.count, items.width};
  Queries const asked = queries.are_items ? Queries{mine, items.rows, true} : queries;
  SearchSeconds spent;
  kernels::TopLists lists = spread == Spread::queries ? search_my_queries(comm, mine, items.rows.total, asked, k, spent)
                                                      : search_my_items(comm, mine, items.rows.first, asked, k, spent);
  if (seconds != nullptr) *seconds = {comm.max(spent.preparation), comm.max(spent.search)};
  return lists;
}

void require_length(std::int32_t k) {
  if (k < 1) throw ConfigError(fmt::format("--k: expected 1 or more, found {}", k));
}

}  // namespace

Spread spread_of(std::string const& name) {
  if (name == "queries") return Spread::queries;
  if (name == "items") return Spread::items;
  throw ConfigError("--spread: expected queries or items; found '" + name + "'");
}

kernels::TopLists nearest_vectors(io::Comm const& comm, VectorSet const& set, std::int32_t k, Similarity similarity,
                                  Spread spread, SearchSeconds* seconds) {
  require_length(k);
  return nearest_of(comm, set, {{}, {}, true}, k, similarity, spread, seconds);
}

kernels::TopLists nearest_vectors(io::Comm const& comm, VectorSet const& items, VectorSet const& queries,
                                  std::int32_t k, Similarity similarity, Spread spread, SearchSeconds* seconds) {
  require_length(k);
  if (queries.width != items.width) {
    throw DataError(
        fmt::format("expected queries of {} numbers like the vectors; found {}", items.width, queries.width));
  }
  std::vector<float> const values = as_compared(queries, similarity);
  kernels::VectorRows const mine{values.data(), queries.rows.count, queries.width};
  return nearest_of(comm, items, {mine, queries.rows, false}, k, similarity, spread, seconds);
}

}  // namespace tidemill::drivers
