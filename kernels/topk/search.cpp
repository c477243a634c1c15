#include "kernels/topk/search.hpp"

#include <stdexcept>
#include <string>

#include "kernels/topk/filtered.hpp"
#include "kernels/topk/plain.hpp"

namespace tidemill::kernels {
namespace {

void require_finite(VectorRows const& rows, char const* what) {
  std::int64_t const row = first_row_not_finite(rows);
  if (row < 0) return;
  throw std::invalid_argument("expected finite numbers in the " + std::string(what) +
                              "; found NaN or infinity in row " + std::to_string(row));
}

}  // namespace

struct ExactSearch::State {
  VectorRows items;
  std::int32_t first_item;
  bool filters;
  QuantisedItems quantised;
};

ExactSearch::ExactSearch(VectorRows const& items, std::int32_t first_item)
    : state_(std::make_unique<State>(State{items, first_item, host::can_filter() && items.width > 0, {}})) {
  require_finite(items, "items");
  if (state_->filters) state_->quantised = quantise_items(items);
}
ExactSearch::~ExactSearch() = default;
ExactSearch::ExactSearch(ExactSearch&&) noexcept = default;
ExactSearch& ExactSearch::operator=(ExactSearch&&) noexcept = default;

TopLists ExactSearch::top_k(VectorRows const& queries, std::int32_t k, RemovedItems const& removed) const {
  if (k < 1) throw std::invalid_argument("expected k of at least 1; found " + std::to_string(k));
  if (queries.width != state_->items.width) {
    throw std::invalid_argument("expected queries of " + std::to_string(state_->items.width) + " numbers; found " +
                                std::to_string(queries.width));
  }
  require_finite(queries, "queries");
  if (state_->filters) {
    return host::filtered_top_k(state_->quantised, state_->first_item, queries, k, removed);
  }
  return plain_top_k(Exec(), state_->items, state_->first_item, queries, k, removed);
}

std::int64_t ExactSearch::bytes() const { return state_->quantised.bytes(); }

}  // namespace tidemill::kernels
