#include "io/store/safe_name.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "io/error.hpp"

namespace tidemill::io {
namespace {

constexpr std::size_t longest_name = 100;

bool is_safe_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

std::string printable_name(std::string_view name) {
  std::string text(name.substr(0, longest_name));
  for (char& c : text) c = c >= ' ' && c < 127 ? c : '?';
  return name.size() > longest_name ? text + "..." : text;
}

}  // namespace

bool is_safe_name(std::string_view name) {
  if (name.empty() || name.size() > longest_name || name.front() == '.' || name.front() == '-') return false;
  if (name.ends_with(".tmp") || name.ends_with(".free")) return false;
  return std::all_of(name.begin(), name.end(), is_safe_character);
}

std::string const& checked_name(std::string_view what, std::string const& name) {
  if (is_safe_name(name)) return name;
  throw ConfigError(
      fmt::format("{} '{}' cannot name a folder: use letters, digits, - _ . only, at most {}, with no "
                  "dot or dash in front and no ending .tmp or .free",
                  what, printable_name(name), longest_name));
}

}  // namespace tidemill::io
