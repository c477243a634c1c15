#include "drivers/content/add_items.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "drivers/interactions/id_column.hpp"

namespace tidemill::drivers {
namespace {

bool as_integer(std::string const& text, std::int64_t& value) {
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

/// Whether every id of every rank is an integer decides for all. Collective.
IdColumn column_of(io::Comm const& comm, std::vector<std::string> const& ids) {
  IdColumn column;
  std::int64_t value = 0;
  bool const integers =
      std::all_of(ids.begin(), ids.end(), [&](std::string const& id) { return as_integer(id, value); });
  column.is_text = comm.max(integers ? 0 : 1) == 1;
  for (std::string const& id : ids) {
    if (!column.is_text) {
      as_integer(id, value);
      column.integers.push_back(value);
    } else {
      column.codes.push_back(static_cast<std::int32_t>(column.dictionary.size()));
      column.dictionary.push_back(id);
    }
  }
  return column;
}

template <class Value>
void reorder(std::vector<Value>& values, std::vector<std::size_t> const& order) {
  if (values.empty()) return;
  std::vector<Value> moved;
  for (std::size_t const from : order) moved.push_back(values[from]);
  values = std::move(moved);
}

}  // namespace

void add_items(io::Comm const& comm, Interactions& interactions, std::vector<std::string> const& ids) {
  IdColumn column = as_column(interactions.item_ids);
  append_ids(column, column_of(comm, ids));
  IdColumn const* const columns[] = {&column};
  EntityIds all = distinct_ids(comm, columns);
  std::vector<std::int64_t> const numbers = numbers_of(column, all);
  for (std::int32_t& item : interactions.item) {
    item = static_cast<std::int32_t>(numbers[static_cast<std::size_t>(item)]);
  }
  interactions.items = all.size();
  interactions.item_ids = std::move(all);
  // Integers that became texts stand in another order.
  std::vector<std::size_t> order(interactions.item.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t user = 0; user + 1 < interactions.start.size(); ++user) {
    std::sort(order.begin() + interactions.start[user], order.begin() + interactions.start[user + 1],
              [&](std::size_t a, std::size_t b) { return interactions.item[a] < interactions.item[b]; });
  }
  reorder(interactions.item, order);
  reorder(interactions.value, order);
  reorder(interactions.time, order);
}

}  // namespace tidemill::drivers
