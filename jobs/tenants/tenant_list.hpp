#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tidemill::jobs {

/// What a tenant may take; 0: any amount.
struct TenantQuota {
  std::int64_t rows = 0;         ///< of all tables that its night reads
  std::int64_t input_bytes = 0;  ///< of all files that its night reads, unpacked
  std::int64_t store_bytes = 0;  ///< of its folder in the store, with what the night is planned to add
  std::int64_t seconds = 0;      ///< that its night is planned to take on one rank
};

/// One line of the list.
struct ListedTenant {
  std::string name;  ///< as written; not checked
  std::filesystem::path config;
  TenantQuota quota;
};

/// The tenants of a list: a name on each line, then, where they differ from what holds for all, config=FILE (from the
/// list's folder) and max-rows=N, max-input-bytes=N, max-store-bytes=N, max-seconds=N. Empty lines and those that begin
/// with # are passed over. Throws ConfigError naming line and key for what cannot be.
std::vector<ListedTenant> parse_tenant_list(std::string const& text, std::filesystem::path const& list,
                                            TenantQuota const& quota_of_all);

/// A text from outside for a table of results: one line, printable ASCII, not longer than `longest`.
std::string harmless_text(std::string const& text, std::size_t longest);

}  // namespace tidemill::jobs
