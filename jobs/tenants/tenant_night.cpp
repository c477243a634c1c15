#include "jobs/tenants/tenant_night.hpp"

#include <algorithm>
#include <array>
#include <sstream>

#include "io/error.hpp"
#include "io/store/posix.hpp"
#include "io/store/safe_name.hpp"
#include "jobs/night/night_plan.hpp"
#include "jobs/night/one_night.hpp"
#include "jobs/tenants/tenant_guard.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

namespace fs = std::filesystem;

/// What a tenant's own config may not say: these decide where files lie and who reads them.
constexpr std::array<std::string_view, 7> keys_of_the_run{"store",        "tenant",     "input", "metrics-file",
                                                          "group-access", "stop-after", "config"};

std::vector<std::string> keys_in(std::string const& text, fs::path const& path) {
  std::istringstream stream(text);
  std::vector<std::string> keys;
  try {
    for (po::option const& option : po::parse_config_file(stream, po::options_description(), true).options) {
      keys.push_back(option.string_key);
    }
  } catch (po::error const& error) {
    throw ConfigError(path.string() + ": " + error.what());
  }
  for (std::string const& key : keys) {
    if (std::find(keys_of_the_run.begin(), keys_of_the_run.end(), key) != keys_of_the_run.end()) {
      throw ConfigError(path.string() + ": " + key + " is said for all tenants together; take it out");
    }
  }
  return keys;
}

/// nightly's options as one tenant has them. Stays where it is: the options are bound to their places.
struct TenantOptions {
  NightOptions night;
  Command command{"nightly", "", {}, {}, {}};
  ParsedOptions parsed;
};

/// What a setting is for one of the tenants.
std::string value_for(std::string const& name, std::string const& value, std::string const& tenant) {
  std::size_t const at = name == "metrics-file" ? value.find(tenant_mark) : std::string::npos;
  if (at == std::string::npos) return value;
  return std::string(value).replace(at, tenant_mark.size(), tenant);
}

std::vector<std::string> flags_of(TenantsRun const& run, ListedTenant const& tenant,
                                  std::vector<std::string> const& own_keys) {
  std::vector<std::string> flags{"--store", run.store, "--tenant", tenant.name};
  if (!run.input.empty()) flags.insert(flags.end(), {"--input", (run.input / tenant.name).string()});
  if (!tenant.config.empty()) flags.insert(flags.end(), {"--config", tenant.config.string()});
  for (auto const& [name, value] : run.settings) {
    bool const is_overruled = std::find(own_keys.begin(), own_keys.end(), name) != own_keys.end();
    if (!is_overruled) flags.push_back("--" + name + "=" + value_for(name, value, tenant.name));
  }
  return flags;
}

/// Collective.
std::unique_ptr<TenantOptions> options_of_tenant(io::Comm const& comm, TenantsRun const& run,
                                                 ListedTenant const& tenant) {
  io::checked_name("tenant", tenant.name);
  std::string own;
  io::agree(comm, "read config", [&] {
    if (comm.is_root() && !tenant.config.empty()) own = io::read_file(tenant.config);
  });
  own = comm.broadcast(own);
  auto options = std::make_unique<TenantOptions>();
  add_night_options(options->command.options, options->night);
  options->parsed = parse_options(options->command, flags_of(run, tenant, keys_in(own, tenant.config)),
                                  [&](std::string const&) { return own; });
  return options;
}

/// Collective. What must hold before anything of the night is read.
void check_tenant(io::Comm const& comm, TenantsRun const& run, ListedTenant const& tenant,
                  drivers::AssetNight const& params) {
  if (!run.input.empty()) check_stays_with_tenant(comm, params, run.input / tenant.name);
  check_quota(comm, tenant.quota, params);
}

double planned_seconds(drivers::AssetNight const& params, drivers::NightSize size, int ranks) {
  size.training.ranks = ranks;
  double seconds = 0;
  for (auto const& step : plan_of(drivers::night_steps(io::Comm::self(), params), size)) seconds += step.seconds;
  return seconds;
}

}  // namespace

TenantOutcome run_tenant(io::Comm const& comm, TenantsRun const& run, ListedTenant const& tenant) {
  auto const options = options_of_tenant(comm, run, tenant);
  ParsedOptions const& parsed = options->parsed;
  io::Progress progress(comm, io::Progress::Level::quiet);
  Context const context{comm, progress, parsed.common.seed, false, parsed.config_text, parsed.values};
  NightResult const result = run_one_night(
      context, options->night, [&](drivers::AssetNight const& params) { check_tenant(comm, run, tenant, params); });
  TenantOutcome outcome;
  outcome.digest = result.record.night_digest;
  outcome.night = result.night.folder.filename().string();
  outcome.is_unchanged = result.night.unchanged;
  if (!result.refusal.empty()) {
    outcome.code = static_cast<int>(ExitCode::refused);
    outcome.message = result.refusal;
  }
  return outcome;
}

drivers::TenantCost cost_of_tenant(TenantsRun const& run, ListedTenant const& tenant) {
  io::Comm const self = io::Comm::self();
  auto const options = options_of_tenant(self, run, tenant);
  ParsedOptions const& parsed = options->parsed;
  io::Progress progress(self, io::Progress::Level::quiet);
  Context const context{self, progress, parsed.common.seed, false, parsed.config_text, parsed.values};
  drivers::AssetNight const params = night_params(context, options->night);
  check_tenant(self, run, tenant, params);
  drivers::NightSize const size = size_of_night(self, params);
  double const one = planned_seconds(params, size, 1), two = planned_seconds(params, size, 2);
  return {2 * two - one, 2 * (one - two)};
}

}  // namespace tidemill::jobs
