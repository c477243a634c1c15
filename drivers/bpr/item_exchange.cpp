#include "drivers/bpr/item_exchange.hpp"

#include <algorithm>

namespace tidemill::drivers {

ItemExchange::ItemExchange(io::Comm const& comm, std::int64_t items, std::int32_t width)
    : comm_(comm), width_(width), share_(io::even_share(items, comm.rank(), comm.size())) {
  for (int r = 0; r < comm.size(); ++r) first_of_rank_.push_back(io::even_share(items, r, comm.size()).first);
  auto const rows = static_cast<std::size_t>(share_.count);
  auto const columns = static_cast<std::size_t>(width);
  values_.assign(rows * columns, 0);
  squares_.assign(rows * columns, 0);
  sum_.assign(rows * (columns + 1), 0);
}

int ItemExchange::owner_of(std::int32_t item) const {
  auto const after = std::upper_bound(first_of_rank_.begin(), first_of_rank_.end(), item);
  return static_cast<int>(after - first_of_rank_.begin()) - 1;
}

std::vector<float> ItemExchange::fetch(std::vector<std::int32_t> const& wanted) {
  auto const ranks = static_cast<std::size_t>(comm_.size());
  std::vector<std::vector<std::int32_t>> requests(ranks);
  for (std::int32_t const item : wanted) requests[static_cast<std::size_t>(owner_of(item))].push_back(item);
  rows_from_.assign(ranks, 0);
  for (std::size_t r = 0; r < ranks; ++r) rows_from_[r] = static_cast<std::int64_t>(requests[r].size());
  asked_ = comm_.exchange(requests);
  std::vector<std::vector<float>> rows(ranks);
  for (std::size_t r = 0; r < ranks; ++r) {
    rows[r].resize(asked_[r].size() * static_cast<std::size_t>(width_));
    auto to = rows[r].begin();
    for (std::int32_t const item : asked_[r]) {
      to = std::copy_n(values_.begin() + (item - share_.first) * width_, width_, to);
    }
  }
  std::vector<float> fetched;
  fetched.reserve(wanted.size() * static_cast<std::size_t>(width_));
  // Owners hold consecutive items in rank order, so their answers follow each other like `wanted`.
  for (auto const& part : comm_.exchange(rows)) fetched.insert(fetched.end(), part.begin(), part.end());
  return fetched;
}

void ItemExchange::climb(std::vector<std::int64_t> const& gradient, std::vector<std::int32_t> const& uses,
                         kernels::PairwiseStep const& step) {
  std::int64_t const columns = width_ + 1;  // the last: uses
  std::vector<std::vector<std::int64_t>> outgoing(rows_from_.size());
  std::int64_t row = 0;
  for (std::size_t r = 0; r < outgoing.size(); ++r) {
    outgoing[r].reserve(static_cast<std::size_t>(rows_from_[r] * columns));
    for (std::int64_t i = 0; i < rows_from_[r]; ++i, ++row) {
      auto const from = gradient.begin() + row * width_;
      outgoing[r].insert(outgoing[r].end(), from, from + width_);
      outgoing[r].push_back(uses[static_cast<std::size_t>(row)]);
    }
  }
  auto const incoming = comm_.exchange(outgoing);
  for (std::size_t r = 0; r < incoming.size(); ++r) {
    for (std::size_t i = 0; i < asked_[r].size(); ++i) {
      std::int64_t* const to = sum_.data() + (asked_[r][i] - share_.first) * columns;
      std::int64_t const* const from = incoming[r].data() + i * static_cast<std::size_t>(columns);
      for (std::int64_t c = 0; c < columns; ++c) to[c] += from[c];
    }
  }
  for (auto const& items : asked_) {
    for (std::int32_t const item : items) {
      std::int64_t* const sum = sum_.data() + (item - share_.first) * columns;
      float* const value = values_.data() + (item - share_.first) * width_;
      float* const square = squares_.data() + (item - share_.first) * width_;
      if (sum[width_] == 0) continue;  // done for another rank's request
      auto const count = static_cast<float>(sum[width_]);
      for (std::int32_t c = 0; c <= step.constant; ++c) {
        auto const slope = static_cast<float>(static_cast<double>(sum[c]) * kernels::gradient_unit);
        kernels::climb(slope - step.regularisation * count * value[c], step, value[c], square[c]);
      }
      std::fill_n(sum, columns, 0);
    }
  }
}

}  // namespace tidemill::drivers
