#include "drivers/factors/memory.hpp"

#include <algorithm>

namespace tidemill::drivers {
namespace {

/// by_item: pairs on their way (12 bytes) as sent, as received and as bytes.
constexpr std::int64_t bytes_per_moving_pair = 3 * 12;

}  // namespace

std::int64_t training_memory(FactorParams const& params, FactorSizes const& sizes) {
  std::int64_t const row = std::int64_t{kernels::factor_width(params.factors)} * 4;
  bool const has_weights = params.popularity_discount != 0;
  std::int64_t const value = sizes.has_values || has_weights ? 4 : 0;
  // Weights of items, and values of the users' pairs that hold them.
  std::int64_t const weights = has_weights ? 4 * (sizes.all_items + sizes.user_pairs) : 0;
  std::int64_t const by_item = sizes.item_pairs * (4 + value) + 8 * (sizes.items + sizes.all_items);
  std::int64_t const moving = sizes.user_pairs * bytes_per_moving_pair;
  // Per row its factors, ridge and start.
  std::int64_t const sides = (sizes.users + sizes.items) * (row + 4);
  std::int64_t fetched = 0;
  if (sizes.ranks > 1) fetched = std::max(sizes.all_users, sizes.all_items) * row;
  // What is saved at the end: this rank's items, then all of them.
  std::int64_t const saved = (sizes.items + sizes.all_items) * std::int64_t{params.factors} * 4;
  return by_item + weights + std::max(moving, sides + std::max(fetched, saved));
}

}  // namespace tidemill::drivers
