#include "drivers/interactions/entity_ids.hpp"

#include <algorithm>
#include <charconv>

namespace tidemill::drivers {
namespace {

template <class Value, class Key>
std::optional<std::int64_t> position(std::vector<Value> const& values, Key const& key) {
  auto const found = std::lower_bound(values.begin(), values.end(), key);
  if (found == values.end() || *found != key) return std::nullopt;
  return found - values.begin();
}

}  // namespace

std::string EntityIds::text(std::int64_t number) const {
  auto const i = static_cast<std::size_t>(number);
  return integers.empty() ? texts[i] : std::to_string(integers[i]);
}

std::optional<std::int64_t> EntityIds::find(std::string_view id) const {
  if (integers.empty()) return position(texts, id);
  std::int64_t value = 0;
  auto const [end, error] = std::from_chars(id.data(), id.data() + id.size(), value);
  if (error != std::errc() || end != id.data() + id.size()) return std::nullopt;
  return position(integers, value);
}

}  // namespace tidemill::drivers
