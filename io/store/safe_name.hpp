#pragma once

#include <string>
#include <string_view>

namespace tidemill::io {

/// Whether a name from a config or a file may become one component of a path: letters, digits, - _ and . alone, at most
/// 100 of them, no leading dot, and no ending by which the store knows its own files in the making (.tmp, .free).
bool is_safe_name(std::string_view name);

/// `name`, or ConfigError that says what it is ("tenant") and what is allowed. Control characters are not repeated.
std::string const& checked_name(std::string_view what, std::string const& name);

}  // namespace tidemill::io
