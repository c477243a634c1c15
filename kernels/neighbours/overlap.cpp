#include "kernels/neighbours/overlap.hpp"

#include <algorithm>
#include <type_traits>

namespace tidemill::kernels {

template <class Sum>
OverlapRow<Sum>::OverlapRow(std::int64_t items)
    : sum_(static_cast<std::size_t>(items), Sum{0}),
      is_touched_(static_cast<std::size_t>((items + run_length - 1) / run_length), 0) {}

template <class Sum>
void OverlapRow<Sum>::clear() {
  for (std::size_t run = 0; run < is_touched_.size(); ++run) {
    if (is_touched_[run] == 0) continue;
    std::size_t const first = run * run_length;
    std::fill(sum_.begin() + static_cast<std::ptrdiff_t>(first),
              sum_.begin() + static_cast<std::ptrdiff_t>(std::min(first + run_length, sum_.size())), Sum{0});
    is_touched_[run] = 0;
  }
}

template <class Sum>
void OverlapRow<Sum>::collect(PairRows const& users_of_items, std::int64_t item, PairRows const& histories,
                              std::int64_t end) {
  clear();
  Sum* const sum = sum_.data();
  std::uint8_t* const touched = is_touched_.data();
  std::int32_t const* const columns = histories.column.data();
  auto const limit = static_cast<std::int32_t>(end);
  bool const is_weighted = !histories.weight.empty();
  for (std::int64_t at = users_of_items.start[static_cast<std::size_t>(item)];
       at < users_of_items.start[static_cast<std::size_t>(item) + 1]; ++at) {
    auto const user = static_cast<std::size_t>(users_of_items.column[static_cast<std::size_t>(at)]);
    std::int64_t const first = histories.start[user];
    std::int64_t last = histories.start[user + 1];
    if (end < static_cast<std::int64_t>(sum_.size())) {
      last = std::lower_bound(columns + first, columns + last, limit) - columns;
    }
    if constexpr (std::is_integral_v<Sum>) {
      for (std::int64_t k = first; k < last; ++k) {
        sum[columns[k]] += 1;
        touched[columns[k] / run_length] = 1;
      }
    } else {
      double const mine = is_weighted ? users_of_items.weight[static_cast<std::size_t>(at)] : 1.0;
      for (std::int64_t k = first; k < last; ++k) {
        sum[columns[k]] += mine * (is_weighted ? histories.weight[static_cast<std::size_t>(k)] : 1.0);
        touched[columns[k] / run_length] = 1;
      }
    }
  }
}

template class OverlapRow<std::int32_t>;
template class OverlapRow<double>;

}  // namespace tidemill::kernels
