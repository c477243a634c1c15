#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "drivers/tenants/hand_out.hpp"
#include "io/csv/write_csv.hpp"
#include "io/error.hpp"
#include "io/store/access.hpp"
#include "io/store/commit.hpp"
#include "io/store/posix.hpp"
#include "jobs/commands.hpp"
#include "jobs/night/given_options.hpp"
#include "jobs/night/run_folder.hpp"
#include "jobs/tenants/tenant_list.hpp"
#include "jobs/tenants/tenant_night.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

constexpr std::size_t longest_tenant_text = 400;

struct TenantsOptions {
  NightOptions night;
  TenantQuota quota;
  std::string list, output;
};

/// A line of the table: which of the list, and how it went.
struct TenantRow {
  std::size_t tenant = 0;
  TenantOutcome outcome;
};

struct TenantsResult {
  std::vector<TenantRow> rows;  ///< in the order of the list; tenants that a stop left out have none
  std::size_t not_begun = 0;
  double seconds = 0;
  double imbalance = 1;  ///< longest busy time of a rank over the mean
};

int code_of(std::exception const& error) {
  auto const* known = dynamic_cast<Error const*>(&error);
  return static_cast<int>(known != nullptr ? known->code() : ExitCode::failed);
}

TenantOutcome failure(std::exception const& error) {
  TenantOutcome outcome;
  outcome.code = code_of(error);
  outcome.message = error.what();
  return outcome;
}

/// nightly's options for each tenant; what is the run's own is left out.
std::vector<std::pair<std::string, std::string>> settings_for_all(Context const& context) {
  auto settings = given_night_options(context.values, context.seed);
  std::erase_if(settings, [](auto const& setting) {
    return setting.first == "store" || setting.first == "tenant" || setting.first == "input";
  });
  return settings;
}

std::vector<ListedTenant> read_list(Context const& context, TenantsOptions const& options) {
  std::string text;
  io::agree(context.comm, "read the list of tenants", [&] {
    if (context.comm.is_root()) text = io::read_file(options.list);
  });
  return parse_tenant_list(context.comm.broadcast(text), options.list, options.quota);
}

std::vector<TenantRow> gather_rows(io::Comm const& comm, std::vector<TenantRow> const& mine) {
  nlohmann::json json = nlohmann::json::array();
  for (auto const& [tenant, outcome] : mine) {
    json.push_back({tenant, outcome.code, harmless_text(outcome.message, longest_tenant_text), outcome.digest,
                    outcome.night, outcome.is_unchanged, outcome.seconds, outcome.ranks});
  }
  std::vector<TenantRow> rows;
  for (std::string const& part : comm.gather_all_texts(json.dump())) {
    for (nlohmann::json const& row : nlohmann::json::parse(part)) {
      rows.push_back({row[0], {row[1], row[2], row[3], row[4], row[5], row[6], row[7]}});
    }
  }
  std::sort(rows.begin(), rows.end(), [](TenantRow const& a, TenantRow const& b) { return a.tenant < b.tenant; });
  return rows;
}

/// What is known of the tenants before the first night.
struct TenantsLook {
  std::vector<drivers::TenantCost> costs;
  std::vector<std::int64_t> was_cut_off;  ///< 1: its newest run came to no end
  std::vector<TenantRow> refused;         ///< cannot be begun: rows already
};

/// A run that did not get to say how it ended was killed, or killed its process.
bool came_to_no_end(std::filesystem::path const& tenant) {
  try {
    auto const newest = newest_run(tenant);
    return newest && newest->state == "running";
  } catch (Error const&) {
    return true;
  }
}

/// Collective. Each rank looks at its share of the tenants.
TenantsLook look_at_all(io::Comm const& comm, TenantsRun const& run, std::vector<ListedTenant> const& tenants) {
  TenantsLook look;
  look.costs.resize(tenants.size());
  look.was_cut_off.resize(tenants.size());
  std::set<std::string> names;
  std::vector<TenantRow> refused;
  for (std::size_t t = 0; t < tenants.size(); ++t) {
    bool const is_mine = t % static_cast<std::size_t>(comm.size()) == static_cast<std::size_t>(comm.rank());
    bool const is_new = names.insert(tenants[t].name).second;
    if (!is_mine) continue;
    try {
      if (!is_new) throw ConfigError("the list names this tenant twice; the second is left out");
      look.costs[t] = cost_of_tenant(run, tenants[t]);
      look.was_cut_off[t] = came_to_no_end(std::filesystem::path(run.store) / tenants[t].name) ? 1 : 0;
    } catch (std::exception const& error) {
      refused.push_back({t, failure(error)});
    }
  }
  static_assert(sizeof(drivers::TenantCost) == 2 * sizeof(double));
  comm.max(std::span<double>(&look.costs.data()->alone, 2 * look.costs.size()));
  comm.max(std::span<std::int64_t>(look.was_cut_off));
  look.refused = gather_rows(comm, refused);
  return look;
}

/// Who works on which tenant. Those that a run before this one did not survive come last, a rank to each: should one of
/// them end this run too, all others are done.
drivers::TeamPlan plan_for(TenantsLook const& look, int ranks) {
  std::vector<std::size_t> tenants, last;
  std::vector<drivers::TenantCost> costs;
  for (std::size_t t = 0; t < look.costs.size(); ++t) {
    bool const is_refused =
        std::any_of(look.refused.begin(), look.refused.end(), [&](TenantRow const& row) { return row.tenant == t; });
    if (is_refused) continue;
    if (look.was_cut_off[t] != 0) {
      last.push_back(t);
      continue;
    }
    tenants.push_back(t);
    costs.push_back(look.costs[t]);
  }
  drivers::TeamPlan plan = drivers::plan_teams(costs, ranks);
  for (auto& level : plan.levels) {
    for (std::size_t& place : level) place = tenants[place];
  }
  plan.levels.back().insert(plan.levels.back().end(), last.begin(), last.end());
  return plan;
}

TenantsResult run_tenants(Context const& context, TenantsRun const& run, std::vector<ListedTenant> const& tenants) {
  io::Comm const& comm = context.comm;
  double const started = io::seconds_now();
  TenantsLook const look = look_at_all(comm, run, tenants);
  std::vector<TenantRow> mine;
  if (comm.is_root()) mine = look.refused;
  context.progress.begin("tenants", static_cast<std::int64_t>(tenants.size()));
  auto const work = [&](io::Comm const& team, std::size_t tenant) {
    double const began = io::seconds_now();
    TenantOutcome outcome;
    bool is_done = true;
    try {
      outcome = run_tenant(team, run, tenants[tenant]);
    } catch (std::exception const& error) {
      outcome = failure(error);
      is_done = false;
    }
    outcome.seconds = io::seconds_now() - began;
    outcome.ranks = team.size();
    if (team.is_root()) mine.push_back({tenant, outcome});
    context.progress.advance(comm.size() / team.size());
    return is_done;
  };
  drivers::HandOut const done = drivers::work_in_teams(comm, plan_for(look, comm.size()), work);
  context.progress.end();
  TenantsResult result;
  result.rows = gather_rows(comm, mine);
  result.not_begun = done.not_begun;
  result.seconds = comm.max(io::seconds_now() - started);
  std::vector<double> const busy = comm.gather_all(done.busy_seconds);
  double total = 0;
  for (double const seconds : busy) total += seconds;
  if (total > 0) result.imbalance = *std::max_element(busy.begin(), busy.end()) * comm.size() / total;
  return result;
}

/// A night whose model was refused is published, and one that was stopped goes on in another run.
bool has_failed(TenantOutcome const& outcome) {
  return outcome.code != 0 && outcome.code != static_cast<int>(ExitCode::refused) &&
         outcome.code != static_cast<int>(ExitCode::resume_later);
}

std::size_t failures_in(TenantsResult const& result) {
  return static_cast<std::size_t>(std::count_if(result.rows.begin(), result.rows.end(),
                                                [](TenantRow const& row) { return has_failed(row.outcome); }));
}

std::string tenants_json(TenantsResult const& result, std::vector<ListedTenant> const& tenants, int ranks) {
  nlohmann::json rows = nlohmann::json::array();
  for (auto const& [tenant, outcome] : result.rows) {
    rows.push_back({{"tenant", harmless_text(tenants[tenant].name, longest_tenant_text)},
                    {"code", outcome.code},
                    {"message", outcome.message},
                    {"seconds", outcome.seconds},
                    {"ranks", outcome.ranks},
                    {"night", outcome.night},
                    {"digest", outcome.digest},
                    {"unchanged", outcome.is_unchanged}});
  }
  return nlohmann::json{{"tenants", rows}, {"failed", failures_in(result)}, {"not_begun", result.not_begun},
                        {"ranks", ranks},  {"seconds", result.seconds},     {"imbalance", result.imbalance}}
             .dump(2) +
         "\n";
}

std::string tenants_csv(TenantsResult const& result, std::vector<ListedTenant> const& tenants) {
  std::string csv = "tenant,code,message,seconds,ranks,night,digest,unchanged\n";
  for (auto const& [tenant, outcome] : result.rows) {
    csv += fmt::format("{},{},{},{:.3f},{},{},{},{}\n",
                       io::csv_text(harmless_text(tenants[tenant].name, longest_tenant_text)), outcome.code,
                       io::csv_text(outcome.message), outcome.seconds, outcome.ranks, outcome.night, outcome.digest,
                       outcome.is_unchanged ? 1 : 0);
  }
  return csv;
}

std::string tenants_text(TenantsResult const& result, std::vector<ListedTenant> const& tenants) {
  std::string text;
  for (auto const& [tenant, outcome] : result.rows) {
    if (outcome.code == 0) continue;
    text += fmt::format("{:<24} {:>3}  {:>7.1f} s  {}\n", harmless_text(tenants[tenant].name, 60), outcome.code,
                        outcome.seconds, outcome.message);
  }
  return text + fmt::format("{} tenants in {:.1f} s: {} failed, {} not begun; imbalance of the ranks {:.3f}\n",
                            tenants.size(), result.seconds, failures_in(result), result.not_begun, result.imbalance);
}

/// Scripts learn from the exit code that the table is worth a look.
void throw_for(TenantsResult const& result) {
  std::size_t stopped = result.not_begun, refused = 0;
  for (TenantRow const& row : result.rows) {
    stopped += row.outcome.code == static_cast<int>(ExitCode::resume_later) ? 1 : 0;
    refused += row.outcome.code == static_cast<int>(ExitCode::refused) ? 1 : 0;
  }
  if (stopped > 0) {
    throw StoppedAtCheckpoint(fmt::format("{} tenants are still to be done; run the same command again", stopped));
  }
  if (failures_in(result) > 0) {
    throw Error(
        fmt::format("{} tenants failed; the table says why, the others are not touched by it", failures_in(result)));
  }
  if (refused > 0) {
    throw Error(fmt::format("{} tenants have a new model that stays out; their nights are published", refused),
                ExitCode::refused);
  }
}

void run(Context const& context, TenantsOptions const& options) {
  std::string const& metrics = options.night.metrics_file;
  if (!metrics.empty() && metrics.find(tenant_mark) == std::string::npos) {
    throw ConfigError(fmt::format(
        "metrics-file: expected a file for each tenant, found '{}' for all; put {} in its name", metrics, tenant_mark));
  }
  std::vector<ListedTenant> const tenants = read_list(context, options);
  TenantsRun const tenants_run{options.night.store, options.night.input, settings_for_all(context)};
  TenantsResult const result = run_tenants(context, tenants_run, tenants);
  io::restrict_new_files(io::StoreAccess::owner);
  if (!options.output.empty()) {
    io::commit_text(context.comm, options.output, context.comm.is_root() ? tenants_csv(result, tenants) : "");
  }
  print_result(context,
               context.json ? tenants_json(result, tenants, context.comm.size()) : tenants_text(result, tenants));
  throw_for(result);
}

}  // namespace

Command make_tenants_command() {
  auto options = std::make_shared<TenantsOptions>();
  Command command{"tenants", "the nights of many tenants in one allocation; takes nightly's options", {}, {}, {}};
  add_night_options(command.options, options->night);
  auto const quota = [](std::int64_t& value) { return po::value(&value)->default_value(0); };
  auto add = command.options.add_options();
  add("list", po::value(&options->list)->required(),
      "a tenant's name on each line, then config=FILE and max-*=N where they differ; exports lie in INPUT/TENANT");
  add("output", po::value(&options->output), "CSV: tenant, code, message, seconds, ranks, night, digest, unchanged");
  add("max-rows", quota(options->quota.rows), "rows of the tables that a tenant's night reads; 0: any number");
  add("max-input-bytes", quota(options->quota.input_bytes), "bytes that a tenant's night may read; 0: any number");
  add("max-store-bytes", quota(options->quota.store_bytes), "bytes that a tenant may have in the store; 0: any number");
  add("max-seconds", quota(options->quota.seconds), "planned seconds of a tenant's night on one rank; 0: any number");
  command.run = [options](Context const& context) { run(context, *options); };
  return command;
}

}  // namespace tidemill::jobs
