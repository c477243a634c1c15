#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill::drivers {

/// What the outside calls the users or items that are numbered 0, 1, ... here: integers ascending when every id is one,
/// otherwise texts in byte order. So the number of an entity does not depend on ranks or on the order of the file.
struct EntityIds {
  std::vector<std::int64_t> integers;
  std::vector<std::string> texts;  ///< used when `integers` is empty

  std::int64_t size() const { return static_cast<std::int64_t>(integers.empty() ? texts.size() : integers.size()); }
  std::string text(std::int64_t number) const;
  /// Number of the entity with this id, if there is one.
  std::optional<std::int64_t> find(std::string_view id) const;
};

}  // namespace tidemill::drivers
