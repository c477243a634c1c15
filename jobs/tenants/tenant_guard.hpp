#pragma once

#include <filesystem>

#include "drivers/night/asset_params.hpp"
#include "io/comm/comm.hpp"
#include "jobs/tenants/tenant_list.hpp"

namespace tidemill::jobs {

/// Collective. Throws ConfigError unless everything that a night would read lies in its tenant's own folder
/// INPUT/TENANT, and its folder in the store is no link: whatever a pattern, an absolute path, `..` or a link says.
void check_stays_with_tenant(io::Comm const& comm, drivers::AssetNight const& params,
                             std::filesystem::path const& input);

/// Collective. Throws DataError when the night would take more than the quota. Rows are the lines below the header of
/// each file.
void check_quota(io::Comm const& comm, TenantQuota const& quota, drivers::AssetNight const& params);

}  // namespace tidemill::jobs
