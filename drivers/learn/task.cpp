#include "drivers/learn/task.hpp"

#include <fmt/format.h>

#include <array>

#include "io/error.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {
namespace {
constexpr std::array<std::string_view, 6> names{"regression", "binary", "multiclass", "poisson", "tweedie", "quantile"};
}

std::string_view name_of(Task task) { return names[static_cast<std::size_t>(task)]; }

Task task_named(std::string const& name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<Task>(i);
  }
  throw ConfigError(fmt::format("unknown task '{}'; did you mean '{}'? Tasks: {}", name,
                                io::nearest_name(name, {names.begin(), names.end()}), fmt::join(names, ", ")));
}

}  // namespace tidemill::drivers
