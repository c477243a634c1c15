#include "kernels/neighbours/nearest_items.hpp"

#include <Kokkos_Core.hpp>
#include <algorithm>

namespace tidemill::kernels {
namespace {

constexpr std::int64_t items_per_task = 64;

bool is_better(Neighbour const& a, Neighbour const& b) {
  return a.similarity != b.similarity ? a.similarity > b.similarity : a.item < b.item;
}

/// Keeps the best `keep` of `found`, best first.
std::vector<Neighbour> best_of(std::vector<Neighbour>& found, std::size_t keep) {
  if (found.size() > keep) {
    std::nth_element(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(keep), found.end(), is_better);
    found.resize(keep);
  }
  std::sort(found.begin(), found.end(), is_better);
  return {found.begin(), found.end()};
}

template <class Sum>
std::vector<std::vector<Neighbour>> nearest(PairRows const& users_of_items, std::int64_t first_item,
                                            PairRows const& histories, SimilarityScale const& scale, int keep) {
  auto const items = static_cast<std::int64_t>(scale.candidate.size());
  std::int64_t const rows = users_of_items.rows();
  std::vector<std::vector<Neighbour>> result(static_cast<std::size_t>(rows));
  using Host = Kokkos::DefaultHostExecutionSpace;
  Kokkos::RangePolicy<Host, Kokkos::Schedule<Kokkos::Dynamic>> const policy(
      0, static_cast<std::size_t>((rows + items_per_task - 1) / items_per_task));
  Kokkos::parallel_for("neighbours::nearest_items", policy, [&](std::size_t const task) {
    OverlapRow<Sum> row(items);
    std::vector<Neighbour> found;
    std::int64_t const begin = static_cast<std::int64_t>(task) * items_per_task;
    for (std::int64_t r = begin; r < std::min(begin + items_per_task, rows); ++r) {
      std::int64_t const item = first_item + r;
      double const own = scale.candidate[static_cast<std::size_t>(item)];
      row.collect(users_of_items, r, histories, items);
      found.clear();
      row.for_each([&](std::int64_t const other, Sum const sum) {
        if (other == item) return;
        double const size = own * scale.history[static_cast<std::size_t>(other)] + scale.shrink;
        auto const similarity = static_cast<float>(static_cast<double>(sum) / size);
        if (similarity > 0) found.push_back({static_cast<std::int32_t>(other), similarity});
      });
      result[static_cast<std::size_t>(r)] = best_of(found, static_cast<std::size_t>(keep));
    }
  });
  return result;
}

}  // namespace

std::vector<std::vector<Neighbour>> nearest_items(PairRows const& users_of_items, std::int64_t first_item,
                                                  PairRows const& histories, SimilarityScale const& scale, int keep) {
  return histories.weight.empty() ? nearest<std::int32_t>(users_of_items, first_item, histories, scale, keep)
                                  : nearest<double>(users_of_items, first_item, histories, scale, keep);
}

}  // namespace tidemill::kernels
