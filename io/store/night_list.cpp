#include "io/store/night_list.hpp"

#include <algorithm>
#include <charconv>

#include "io/error.hpp"
#include "io/store/night.hpp"

namespace tidemill::io {

namespace fs = std::filesystem;

std::string NightName::text() const { return revision == 1 ? date : date + "." + std::to_string(revision); }

std::optional<NightName> parse_night(std::string const& text) {
  constexpr std::string_view form = "dddd-dd-dd";
  if (text.size() < form.size()) return std::nullopt;
  for (std::size_t i = 0; i < form.size(); ++i) {
    bool const is_digit = text[i] >= '0' && text[i] <= '9';
    if (form[i] == 'd' ? !is_digit : text[i] != form[i]) return std::nullopt;
  }
  NightName name{text.substr(0, form.size()), 1};
  if (text.size() == form.size()) return name;
  char const* const end = text.data() + text.size();
  auto const [rest, error] = std::from_chars(text.data() + form.size() + 1, end, name.revision);
  // DATE.1 and DATE.02 would be second names of nights that have one.
  if (error != std::errc() || rest != end || name.revision < 2 || name.text() != text) return std::nullopt;
  return name;
}

std::vector<NightName> list_nights(fs::path const& tenant) {
  std::vector<NightName> nights;
  std::error_code missing;
  for (auto const& entry : fs::directory_iterator(tenant / "nights", missing)) {
    auto const name = parse_night(entry.path().filename().string());
    if (name && is_night(entry.path())) nights.push_back(*name);
  }
  std::sort(nights.begin(), nights.end());
  return nights;
}

std::string current_night(fs::path const& tenant) {
  fs::path const link = tenant / "current";
  if (!fs::exists(fs::symlink_status(link))) return "";
  std::error_code no_link;
  fs::path const target = fs::read_symlink(link, no_link);
  std::string const name = target.filename().string();
  if (no_link || target != fs::path("nights") / name || !parse_night(name)) {
    throw DataError(link.string() +
                    " is no link to nights/DATE; remove it, then point to a night with 'tidemill "
                    "rollback NIGHT'");
  }
  return name;
}

}  // namespace tidemill::io
