#include "drivers/factors/referenced_rows.hpp"

#include <algorithm>
#include <numeric>

namespace tidemill::drivers {
namespace {

std::vector<std::int32_t> distinct(std::span<std::int32_t const> column, std::int64_t rows) {
  std::vector<std::uint8_t> seen(static_cast<std::size_t>(rows));
  for (std::int32_t const c : column) seen[static_cast<std::size_t>(c)] = 1;
  std::vector<std::int32_t> used;
  for (std::size_t r = 0; r < seen.size(); ++r) {
    if (seen[r] != 0) used.push_back(static_cast<std::int32_t>(r));
  }
  return used;
}

}  // namespace

ReferencedRows::ReferencedRows(io::Comm const& comm, std::span<std::int32_t const> column, io::RowRange owned)
    : comm_(comm), column_(column), owned_(owned), size_(owned.total) {
  if (comm.size() == 1) return;
  std::vector<std::int32_t> used = distinct(column, owned.total);
  auto const needed = static_cast<double>(comm.sum(static_cast<std::int64_t>(used.size())));
  all_ = needed >= most * static_cast<double>(owned.total) * comm.size();
  if (all_) {
    used.resize(static_cast<std::size_t>(owned.total));
    std::iota(used.begin(), used.end(), 0);
  } else {
    renumber(used);
  }
  size_ = static_cast<std::int64_t>(used.size());
  plan(used, all_);
}

void ReferencedRows::renumber(std::vector<std::int32_t> const& used) {
  std::vector<std::int32_t> number(static_cast<std::size_t>(owned_.total));
  for (std::size_t i = 0; i < used.size(); ++i)
    number[static_cast<std::size_t>(used[i])] = static_cast<std::int32_t>(i);
  renumbered_.reserve(column_.size());
  for (std::int32_t const c : column_) renumbered_.push_back(number[static_cast<std::size_t>(c)]);
}

void ReferencedRows::plan(std::vector<std::int32_t> const& used, bool all) {
  std::vector<io::RowRange> const owners = comm_.gather_all(owned_);
  std::vector<std::vector<std::int32_t>> wanted(owners.size());
  for (std::size_t r = 0; r < owners.size(); ++r) {
    auto const begin = std::lower_bound(used.begin(), used.end(), owners[r].first);
    auto const end = std::lower_bound(begin, used.end(), owners[r].end());
    arrive_at_.push_back(begin - used.begin());
    auto& local = static_cast<int>(r) == comm_.rank() ? to_self_ : wanted[r];
    for (auto row = begin; row != end && !all; ++row)
      local.push_back(static_cast<std::int32_t>(*row - owners[r].first));
  }
  arrive_at_.push_back(static_cast<std::int64_t>(used.size()));
  if (!all) to_send_ = comm_.exchange(wanted);
}

kernels::ConstFactorMatrix ReferencedRows::fetch(kernels::FactorMatrix const& owned) const {
  if (comm_.size() == 1) return owned;
  auto const width = static_cast<std::int64_t>(owned.extent(1));
  auto const mine = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), owned);
  kernels::FactorMatrix const fetched(Kokkos::view_alloc("factors::fetched", Kokkos::WithoutInitializing),
                                      static_cast<std::size_t>(size_), static_cast<std::size_t>(width));
  auto const host = Kokkos::create_mirror_view(fetched);
  auto const ranks = static_cast<std::size_t>(comm_.size());
  auto const me = static_cast<std::size_t>(comm_.rank());
  auto const count_for = [&](std::size_t r) {
    return r == me ? 0 : all_ ? owned_.count : static_cast<std::int64_t>(to_send_[r].size());
  };
  std::int64_t const round = std::max<std::int64_t>(message_bytes / (4 * width), 1);
  std::int64_t longest = 0;
  for (std::size_t r = 0; r < ranks; ++r) longest = std::max(longest, count_for(r));
  longest = comm_.max(longest);

  // My own rows that I need.
  for (std::int64_t at = arrive_at_[me], next = 0; at < arrive_at_[me + 1]; ++at, ++next) {
    std::int64_t const row = all_ ? next : to_self_[static_cast<std::size_t>(next)];
    std::copy_n(mine.data() + row * width, width, host.data() + at * width);
  }
  for (std::int64_t from = 0; from < longest; from += round) {
    std::vector<std::vector<float>> outgoing(ranks);
    for (std::size_t r = 0; r < ranks; ++r) {
      std::int64_t const end = std::min(from + round, count_for(r));
      outgoing[r].reserve(static_cast<std::size_t>(std::max<std::int64_t>(end - from, 0) * width));
      for (std::int64_t i = from; i < end; ++i) {
        std::int64_t const row = all_ ? i : to_send_[r][static_cast<std::size_t>(i)];
        outgoing[r].insert(outgoing[r].end(), mine.data() + row * width, mine.data() + (row + 1) * width);
      }
    }
    std::vector<std::vector<float>> const received = comm_.exchange(outgoing);
    for (std::size_t r = 0; r < ranks; ++r) {
      std::copy(received[r].begin(), received[r].end(), host.data() + (arrive_at_[r] + from) * width);
    }
  }
  Kokkos::deep_copy(fetched, host);
  return fetched;
}

}  // namespace tidemill::drivers
