#include "kernels/topk/plain.hpp"

#include <algorithm>

#include "kernels/topk/score.hpp"

namespace tidemill::kernels {
namespace {

template <class T>
Array<T const> to_device(T const* values, std::size_t count) {
  Array<T> copy(Kokkos::view_alloc(Kokkos::WithoutInitializing, "topk::input"), count);
  Kokkos::deep_copy(copy, Kokkos::View<T const*, Kokkos::HostSpace, Kokkos::MemoryUnmanaged>(values, count));
  return copy;
}

/// Keeps the k best of a query in a heap whose root is the one that ranks last.
struct ScanItems {
  Array<float const> items;
  Array<float const> queries;
  Array<std::int64_t const> removed_start;  ///< empty: nothing is removed
  Array<std::int32_t const> removed_item;
  Array<float> score;
  Array<std::int32_t> item;
  Array<std::int32_t> size;
  std::int64_t count;
  std::int32_t width;
  std::int32_t k;
  std::int32_t first_item;

  KOKKOS_FUNCTION bool last_of(std::int64_t a, std::int64_t b) const {
    return ranks_before(score(b), item(b), score(a), item(a));
  }
  KOKKOS_FUNCTION void swap(std::int64_t a, std::int64_t b) const {
    float const s = score(a);
    std::int32_t const i = item(a);
    score(a) = score(b);
    item(a) = item(b);
    score(b) = s;
    item(b) = i;
  }
  KOKKOS_FUNCTION void sink(std::int64_t root) const {
    for (std::int64_t at = 0;;) {
      std::int64_t last = at;
      for (std::int64_t child = 2 * at + 1; child < 2 * at + 3 && child < k; ++child) {
        if (last_of(root + child, root + last)) last = child;
      }
      if (last == at) return;
      swap(root + at, root + last);
      at = last;
    }
  }
  KOKKOS_FUNCTION void rise(std::int64_t root, std::int64_t at) const {
    for (; at > 0 && last_of(root + at, root + (at - 1) / 2); at = (at - 1) / 2) {
      swap(root + at, root + (at - 1) / 2);
    }
  }
  KOKKOS_FUNCTION void operator()(std::int64_t query) const {
    std::int64_t const root = query * k;
    std::int32_t held = 0;
    bool const removes = removed_start.extent(0) > 0;
    std::int64_t skip = removes ? removed_start(query) : 0;
    std::int64_t const skip_end = removes ? removed_start(query + 1) : 0;
    for (std::int64_t row = 0; row < count; ++row) {
      auto const number = static_cast<std::int32_t>(first_item + row);
      while (skip < skip_end && removed_item(skip) < number) ++skip;
      if (skip < skip_end && removed_item(skip) == number) continue;
      float const value = inner_product(&queries(query * width), &items(row * width), width);
      if (held < k) {
        score(root + held) = value;
        item(root + held) = number;
        rise(root, held++);
      } else if (ranks_before(value, number, score(root), item(root))) {
        score(root) = value;
        item(root) = number;
        sink(root);
      }
    }
    size(query) = held;
  }
};

}  // namespace

TopLists plain_top_k(Exec const& exec, VectorRows const& items, std::int32_t first_item, VectorRows const& queries,
                     std::int32_t k, RemovedItems const& removed) {
  auto const lists = static_cast<std::size_t>(queries.count);
  TopLists result{k, std::vector<std::int32_t>(lists * static_cast<std::size_t>(k)),
                  std::vector<float>(lists * static_cast<std::size_t>(k))};
  auto const width = static_cast<std::size_t>(items.width);
  ScanItems const scan{to_device(items.values, static_cast<std::size_t>(items.count) * width),
                       to_device(queries.values, lists * width),
                       to_device(removed.start.data(), removed.start.size()),
                       to_device(removed.item.data(), removed.item.size()),
                       Array<float>("topk::score", result.score.size()),
                       Array<std::int32_t>("topk::item", result.item.size()),
                       Array<std::int32_t>("topk::size", lists),
                       items.count,
                       items.width,
                       k,
                       first_item};
  using Policy = Kokkos::RangePolicy<Exec, Kokkos::IndexType<std::int64_t>>;
  Kokkos::parallel_for("topk::plain", Policy(exec, 0, queries.count), scan);
  exec.fence();
  auto const score = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), scan.score);
  auto const item = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), scan.item);
  auto const size = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), scan.size);
  std::vector<ScoredItem> found;
  for (std::int64_t query = 0; query < queries.count; ++query) {
    found.clear();
    for (std::int64_t i = query * k; i < query * k + size(static_cast<std::size_t>(query)); ++i) {
      found.push_back({score(static_cast<std::size_t>(i)), item(static_cast<std::size_t>(i))});
    }
    write_list(found, query, result);
  }
  return result;
}

}  // namespace tidemill::kernels
