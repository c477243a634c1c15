#include "kernels/topk/filtered.hpp"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "kernels/topk/scan.hpp"
#include "kernels/topk/score.hpp"

namespace tidemill::kernels::host {
namespace {

constexpr std::int64_t sample_step = 16;  // a power of two
constexpr std::int64_t least_sampled_blocks = 4;
constexpr std::int32_t least_guessed_k = 24;
constexpr std::int64_t largest_chunk = 256 * QueryGroup::queries;
constexpr float lowest = -std::numeric_limits<float>::infinity();

bool before(ScoredItem const& a, ScoredItem const& b) { return ranks_before(a.score, a.item, b.score, b.item); }

/// The best items of one query so far: a heap whose front ranks last.
class BestItems {
 public:
  explicit BestItems(std::size_t capacity) : capacity_(capacity) {}

  /// Items that score below this cannot enter.
  float threshold() const {
    float const last = heap_.size() == capacity_ ? heap_.front().score : lowest;
    return std::max(last, guess_);
  }
  void offer(ScoredItem const& item) {
    if (heap_.size() == capacity_) {
      if (!before(item, heap_.front())) return;
      std::pop_heap(heap_.begin(), heap_.end(), before);
      heap_.back() = item;
    } else {
      heap_.push_back(item);
    }
    std::push_heap(heap_.begin(), heap_.end(), before);
  }
  /// After a part of the items: takes its `place`-th best score for one that k of all items will reach.
  void guess(std::size_t place) {
    if (heap_.size() < place) return;
    auto const at = heap_.begin() + static_cast<std::ptrdiff_t>(place) - 1;
    std::nth_element(heap_.begin(), at, heap_.end(), before);
    guess_ = std::max(guess_, at->score);
    std::make_heap(heap_.begin(), heap_.end(), before);
  }
  /// Ends the sample: from now on `capacity` items are held.
  void hold(std::size_t capacity) {
    if (heap_.size() == capacity_) dropped_ = heap_.front().score;
    while (heap_.size() > capacity) {
      std::pop_heap(heap_.begin(), heap_.end(), before);
      heap_.pop_back();
    }
    capacity_ = capacity;
  }
  /// Whether nothing that was passed over because of the guess, or dropped in the sample, can belong to the list.
  bool holds() const {
    if (guess_ == lowest && dropped_ == lowest) return true;
    return heap_.size() == capacity_ && heap_.front().score >= guess_ && heap_.front().score > dropped_;
  }
  std::vector<ScoredItem>& items() { return heap_; }

 private:
  std::size_t capacity_;
  std::vector<ScoredItem> heap_;
  float guess_ = lowest;
  float dropped_ = lowest;
};

struct Search {
  QuantisedItems const& quantised;
  std::int32_t first_item;
  VectorRows queries;
  std::int32_t k;
  RemovedItems removed;
};

/// Some queries of a search, by their numbers, on one thread.
class Chunk {
 public:
  Chunk(Search const& search, std::vector<std::int64_t> const& numbers);
  /// Visits all items; `guessing`: sampled blocks first.
  void run(bool guessing);
  /// Writes the lists that hold and returns the numbers of the other queries.
  std::vector<std::int64_t> write(TopLists& lists);

 private:
  void visit(std::size_t block);
  void visit(std::size_t block, std::size_t group);
  bool set_products_to_beat(std::size_t block, std::size_t group, PanelScan& scan) const;
  void judge(std::size_t block, std::size_t group, SlotLists& found);
  void score(std::size_t query, std::span<std::int32_t const> slots);
  std::size_t members_of(std::size_t group) const {
    return std::min<std::size_t>(QueryGroup::queries, numbers_.size() - group * QueryGroup::queries);
  }

  Search const& search_;
  std::vector<std::int64_t> const& numbers_;
  std::vector<std::uint8_t> codes_;  ///< per group
  std::vector<QueryGroup> groups_;   ///< of six queries
  std::vector<double> wide_;         ///< queries as doubles
  std::vector<BestItems> best_;      ///< per query
  std::size_t code_bytes_;           ///< per group
};

Chunk::Chunk(Search const& search, std::vector<std::int64_t> const& numbers)
    : search_(search),
      numbers_(numbers),
      code_bytes_(static_cast<std::size_t>(search.quantised.pairs) * 4 * QueryGroup::queries) {
  auto const width = static_cast<std::size_t>(search.queries.width);
  std::size_t const groups = (numbers.size() + QueryGroup::queries - 1) / QueryGroup::queries;
  codes_.resize(groups * code_bytes_);
  wide_.reserve(numbers.size() * width);
  float const* rows[QueryGroup::queries];
  for (std::size_t group = 0; group < groups; ++group) {
    std::size_t const members = members_of(group);
    for (std::size_t q = 0; q < members; ++q) {
      rows[q] = search.queries.row(numbers[group * QueryGroup::queries + q]);
      wide_.insert(wide_.end(), rows[q], rows[q] + width);
    }
    groups_.push_back(quantise_queries({rows, members}, search.queries.width, codes_.data() + group * code_bytes_));
  }
}

/// Of the k best of all items, k / step are expected in a part of 1 / step of them; three standard deviations more are
/// rarely reached.
std::size_t guessed_place(std::int32_t k, std::size_t step) {
  double const expected = static_cast<double>(k) / static_cast<double>(step);
  return static_cast<std::size_t>(std::ceil(expected + 3 * std::sqrt(expected) + 1));
}

void Chunk::run(bool guessing) {
  auto const blocks = search_.quantised.blocks.size();
  auto const k = static_cast<std::size_t>(search_.k);
  std::size_t step = guessing ? sample_step : 1;
  best_.assign(numbers_.size(), BestItems(guessing ? guessed_place(search_.k, step) + 8 : k));
  for (std::size_t block = 0; block < blocks; block += step) visit(block);
  for (bool sampled = true; step > 1; step /= 2, sampled = false) {
    for (BestItems& best : best_) {
      best.guess(guessed_place(search_.k, step));
      if (sampled) best.hold(k);
    }
    for (std::size_t block = step / 2; block < blocks; block += step) visit(block);
  }
}

void Chunk::visit(std::size_t block) {
  for (std::size_t group = 0; group < groups_.size(); ++group) visit(block, group);
}

bool Chunk::set_products_to_beat(std::size_t block, std::size_t group, PanelScan& scan) const {
  constexpr std::int32_t none = std::numeric_limits<std::int32_t>::max();
  std::size_t const members = members_of(group);
  bool any = false;
  for (std::size_t q = 0; q < QueryGroup::queries; ++q) {
    scan.beat[q] = none;
    if (q >= members) continue;
    scan.beat[q] = product_to_beat(search_.quantised.blocks[block], groups_[group], static_cast<std::int32_t>(q),
                                   best_[group * QueryGroup::queries + q].threshold());
    any = any || scan.beat[q] != none;
  }
  return any;
}

void Chunk::visit(std::size_t block, std::size_t group) {
  QuantisedItems const& items = search_.quantised;
  QuantisedItems::Block const& part = items.blocks[block];
  PanelScan scan{items.panel(static_cast<std::int64_t>(block), 0)->byte,
                 codes_.data() + group * code_bytes_,
                 items.pairs,
                 (part.count + QuantisedItems::panel_items - 1) / QuantisedItems::panel_items,
                 part.first_slot,
                 {}};
  SlotLists found;
  std::fill_n(found.size, QueryGroup::queries, 0);
  for (std::int64_t panel = 0; panel < scan.panel_count;) {
    if (!set_products_to_beat(block, group, scan)) return;
    panel = scan_panels_avx2(scan, panel, found);
    judge(block, group, found);
  }
}

void Chunk::judge(std::size_t block, std::size_t group, SlotLists& found) {
  QuantisedItems const& quantised = search_.quantised;
  std::int64_t const end = quantised.blocks[block].first_slot + quantised.blocks[block].count;
  std::size_t const members = members_of(group);
  // Removed items and the filling of the last panel go.
  for (std::size_t q = 0; q < QueryGroup::queries; ++q) {
    std::int32_t kept = 0;
    std::span<std::int32_t const> const gone =
        q < members ? search_.removed.of(numbers_[group * QueryGroup::queries + q]) : std::span<std::int32_t const>();
    for (std::int32_t i = 0; q < members && i < found.size[q]; ++i) {
      if (found.slot[q][i] >= end) continue;
      std::int32_t const row = quantised.row[static_cast<std::size_t>(found.slot[q][i])];
      if (std::binary_search(gone.begin(), gone.end(), search_.first_item + row)) continue;
      float const* const item = quantised.values.data() + std::int64_t{found.slot[q][i]} * quantised.width;
      for (std::int32_t at = 0; at < quantised.width; at += 16) __builtin_prefetch(item + at);
      found.slot[q][kept++] = found.slot[q][i];
    }
    found.size[q] = kept;
  }
  for (std::size_t q = 0; q < members; ++q) {
    score(group * QueryGroup::queries + q, {found.slot[q], static_cast<std::size_t>(found.size[q])});
    found.size[q] = 0;
  }
}

void Chunk::score(std::size_t query, std::span<std::int32_t const> slots) {
  QuantisedItems const& quantised = search_.quantised;
  double const* const wide = wide_.data() + query * static_cast<std::size_t>(quantised.width);
  for (std::size_t first = 0; first < slots.size(); first += 4) {
    std::size_t const count = std::min<std::size_t>(4, slots.size() - first);
    float const* items[4];
    for (std::size_t i = 0; i < 4; ++i) {
      items[i] = quantised.values.data() + std::int64_t{slots[first + std::min(i, count - 1)]} * quantised.width;
    }
    float scores[4];
    inner_products_avx2(wide, items, quantised.width, scores);
    for (std::size_t i = 0; i < count; ++i) {
      best_[query].offer({scores[i], search_.first_item + quantised.row[static_cast<std::size_t>(slots[first + i])]});
    }
  }
}

std::vector<std::int64_t> Chunk::write(TopLists& lists) {
  std::vector<std::int64_t> again;
  for (std::size_t q = 0; q < numbers_.size(); ++q) {
    if (best_[q].holds()) {
      write_list(best_[q].items(), numbers_[q], lists);
    } else {
      again.push_back(numbers_[q]);
    }
  }
  return again;
}

void search_chunk(Search const& search, std::int64_t first, std::int64_t count, TopLists& lists) {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), first);
  auto const sampled = static_cast<std::int64_t>(search.quantised.blocks.size()) / sample_step;
  bool const guessing = search.k >= least_guessed_k && sampled >= least_sampled_blocks;
  Chunk chunk(search, numbers);
  chunk.run(guessing);
  std::vector<std::int64_t> const again = chunk.write(lists);
  if (again.empty()) return;
  Chunk rest(search, again);
  rest.run(false);
  rest.write(lists);
}

}  // namespace

bool can_filter() {
  static bool const can = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return can;
}

TopLists filtered_top_k(QuantisedItems const& quantised, std::int32_t first_item, VectorRows const& queries,
                        std::int32_t k, RemovedItems const& removed) {
  std::size_t const size = static_cast<std::size_t>(queries.count) * static_cast<std::size_t>(k);
  TopLists lists{k, std::vector<std::int32_t>(size), std::vector<float>(size)};
  Search const search{quantised, first_item, queries, k, removed};
  std::int64_t const per_thread = (queries.count + omp_get_max_threads() - 1) / omp_get_max_threads();
  std::int64_t const groups = (per_thread + QueryGroup::queries - 1) / QueryGroup::queries;
  std::int64_t const chunk = std::min(largest_chunk, std::max<std::int64_t>(groups, 1) * QueryGroup::queries);
#pragma omp parallel for schedule(dynamic)
  for (std::int64_t first = 0; first < queries.count; first += chunk) {
    search_chunk(search, first, std::min(chunk, queries.count - first), lists);
  }
  return lists;
}

}  // namespace tidemill::kernels::host
