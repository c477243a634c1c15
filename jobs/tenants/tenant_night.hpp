#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/tenants/team_plan.hpp"
#include "jobs/night/night_options.hpp"
#include "jobs/options.hpp"
#include "jobs/tenants/tenant_list.hpp"

namespace tidemill::jobs {

/// Stands for the tenant's name in metrics-file.
constexpr std::string_view tenant_mark = "{tenant}";

/// What holds for every tenant of a run, as nightly's flags, and where their exports lie.
struct TenantsRun {
  std::string store;
  std::filesystem::path input;  ///< INPUT/TENANT holds a tenant's exports; empty: the store is used as it is
  std::vector<std::pair<std::string, std::string>> settings;  ///< option of nightly -> value
};

/// How a tenant's night ended.
struct TenantOutcome {
  int code = 0;         ///< as nightly's exit code
  std::string message;  ///< why, when the code is not 0
  std::string digest, night;
  bool is_unchanged = false;
  double seconds = 0;
  int ranks = 0;
};

/// Collective over `comm`, which may be one rank. Runs the tenant's night as `nightly` would with the same settings, in
/// its own folders; the same bits. Throws what the night throws, also when the name, a path or the quota forbids it.
TenantOutcome run_tenant(io::Comm const& comm, TenantsRun const& run, ListedTenant const& tenant);

/// Not collective. What plan says of the night; nothing is read but sizes of files. Throws as run_tenant would for
/// what is found wrong before the night begins.
drivers::TenantCost cost_of_tenant(TenantsRun const& run, ListedTenant const& tenant);

}  // namespace tidemill::jobs
