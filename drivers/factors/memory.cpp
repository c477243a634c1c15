#include "drivers/factors/memory.hpp"

#include <algorithm>
#include <cmath>

#include "drivers/factors/referenced_rows.hpp"
#include "drivers/partition/send_in_rounds.hpp"
#include "kernels/factors/principal_axes.hpp"

namespace tidemill::drivers {
namespace {

/// An item, a user and a value on their way.
constexpr std::int64_t bytes_per_moving_pair = 12;
/// Of what is sent in pieces: as values to send, as bytes that arrive and as values that arrived.
constexpr std::int64_t copies_of_message = 3;
/// Files are written and read by chunks, which are held as they are and with their check sums.
constexpr std::int64_t file_buffers = std::int64_t{16} << 20;

/// Rows of one side that come here, and the lists of who needs which.
std::int64_t fetched_bytes(std::int64_t referenced, std::int64_t all, bool all_travel, std::int64_t row) {
  return all_travel ? all * row : referenced * (row + 4);
}

/// Of `all`, those that `draws` name at least once.
std::int64_t expected_named(std::int64_t all, std::int64_t draws) {
  auto const total = static_cast<double>(std::max<std::int64_t>(1, all));
  return std::llround(total * -std::expm1(-static_cast<double>(draws) / total));
}

}  // namespace

std::int64_t FactorMemory::peak() const { return std::max({pairs_by_item, sweeps, checkpoints, model}); }

FactorMemory training_memory(FactorParams const& params, FactorSizes const& sizes) {
  std::int64_t const padded = std::int64_t{kernels::factor_width(params.factors)} * 4;
  std::int64_t const saved = std::int64_t{params.factors} * 4;
  bool const has_weights = params.popularity_discount != 0;
  std::int64_t const value = sizes.has_values || has_weights ? 4 : 0;
  // Weights of items, and values of the users' pairs that hold them.
  std::int64_t const weights = has_weights ? 4 * (sizes.all_items + sizes.user_pairs) : 0;
  std::int64_t const by_item = sizes.item_pairs * (4 + value) + 8 * sizes.items + weights;
  // Per row its factors, ridge and, while the objective is computed, loss.
  std::int64_t const sides = (sizes.users + sizes.items) * (padded + 12);
  FactorMemory memory;
  memory.pairs_by_item = by_item + 8 * (sizes.items + sizes.all_items) + sizes.item_pairs * bytes_per_moving_pair;
  if (sizes.ranks > 1) memory.pairs_by_item += copies_of_message * things_per_round * bytes_per_moving_pair;

  std::int64_t fetched = 0, renumbered = 0;
  if (sizes.ranks > 1) {
    fetched = std::max(fetched_bytes(sizes.referenced_users, sizes.all_users, sizes.all_users_travel, padded),
                       fetched_bytes(sizes.referenced_items, sizes.all_items, sizes.all_items_travel, padded)) +
              copies_of_message * ReferencedRows::message_bytes;
    renumbered =
        (sizes.all_users_travel ? 0 : sizes.item_pairs * 4) + (sizes.all_items_travel ? 0 : sizes.user_pairs * 4);
  }
  // The other side in principal axes, while a side is solved exactly.
  bool const rotates = kernels::wants_principal_axes(params.solver);
  std::int64_t const rotated = rotates ? std::max(sizes.users, sizes.items) * padded : 0;
  memory.sweeps = by_item + sides + renumbered + fetched + rotated;
  if (sizes.has_checkpoints) {
    // The values, and the chunks made of them.
    memory.checkpoints = by_item + sides + renumbered + 2 * std::max(sizes.users, sizes.items) * saved + file_buffers;
  }
  // Gathered, padded, those with pairs, the same sorted by length; and codes of a byte per number.
  std::int64_t const ready = sizes.all_items * (saved + 3 * padded + padded / 4 + 16);
  std::int64_t const gathered = sizes.items * saved + 2 * sizes.all_items * saved;
  memory.model = std::max(gathered, ready + file_buffers);
  return memory;
}

FactorSizes even_sizes(TrainingSize const& size) {
  std::int64_t const ranks = std::max(1, size.ranks);
  FactorSizes sizes;
  sizes.all_users = size.users;
  sizes.all_items = size.items;
  sizes.users = (size.users + ranks - 1) / ranks;
  sizes.items = (size.items + ranks - 1) / ranks;
  sizes.user_pairs = sizes.item_pairs = (size.pairs + ranks - 1) / ranks;
  sizes.referenced_users = expected_named(size.users, sizes.item_pairs);
  sizes.referenced_items = expected_named(size.items, sizes.user_pairs);
  auto const all_travel = [](std::int64_t named, std::int64_t all) {
    return static_cast<double>(named) >= ReferencedRows::most * static_cast<double>(all);
  };
  sizes.all_users_travel = all_travel(sizes.referenced_users, size.users);
  sizes.all_items_travel = all_travel(sizes.referenced_items, size.items);
  sizes.has_values = size.has_values;
  sizes.has_checkpoints = true;
  sizes.ranks = static_cast<int>(ranks);
  return sizes;
}

}  // namespace tidemill::drivers
