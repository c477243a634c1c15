#include "jobs/tenants/tenant_list.hpp"

#include <fmt/format.h>

#include <charconv>
#include <sstream>

#include "io/error.hpp"

namespace tidemill::jobs {
namespace {

std::int64_t quota_number(std::string const& text, std::string const& where) {
  std::int64_t number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number >= 0) return number;
  throw ConfigError(where + ": expected a whole number of 0 or more");
}

void read_setting(std::string const& setting, std::string const& where, std::filesystem::path const& folder,
                  ListedTenant& tenant) {
  std::size_t const equals = setting.find('=');
  std::string const key = setting.substr(0, equals);
  std::string const value = equals == std::string::npos ? "" : setting.substr(equals + 1);
  std::string const place = fmt::format("{}, {}", where, harmless_text(setting, 80));
  if (key == "config" && !value.empty()) {
    tenant.config = folder / value;
  } else if (key == "max-rows") {
    tenant.quota.rows = quota_number(value, place);
  } else if (key == "max-input-bytes") {
    tenant.quota.input_bytes = quota_number(value, place);
  } else if (key == "max-store-bytes") {
    tenant.quota.store_bytes = quota_number(value, place);
  } else if (key == "max-seconds") {
    tenant.quota.seconds = quota_number(value, place);
  } else {
    throw ConfigError(place +
                      ": expected config=FILE, max-rows=N, max-input-bytes=N, max-store-bytes=N or "
                      "max-seconds=N after the tenant's name");
  }
}

}  // namespace

std::vector<ListedTenant> parse_tenant_list(std::string const& text, std::filesystem::path const& list,
                                            TenantQuota const& quota_of_all) {
  std::vector<ListedTenant> tenants;
  std::istringstream lines(text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    std::istringstream words(line);
    ListedTenant tenant{"", {}, quota_of_all};
    if (!(words >> tenant.name) || tenant.name.starts_with('#')) continue;
    std::string const where = fmt::format("{}: line {}", list.string(), number);
    for (std::string setting; words >> setting;) read_setting(setting, where, list.parent_path(), tenant);
    tenants.push_back(tenant);
  }
  if (tenants.empty()) {
    throw ConfigError(list.string() + " names no tenant: expected a name on each line");
  }
  return tenants;
}

std::string harmless_text(std::string const& text, std::size_t longest) {
  std::string harmless = text.substr(0, longest);
  for (char& c : harmless) c = c >= ' ' && c < 127 ? c : c == '\n' ? ' ' : '?';
  return text.size() > longest ? harmless + "..." : harmless;
}

}  // namespace tidemill::jobs
