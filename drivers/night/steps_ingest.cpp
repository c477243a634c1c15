#include <fmt/format.h>

#include <map>

#include "drivers/ingest/ingest.hpp"
#include "drivers/ingest/reconcile.hpp"
#include "drivers/ingest/sales_store.hpp"
#include "drivers/ingest/side_tables.hpp"
#include "drivers/night/night_steps.hpp"
#include "io/digest/sha256.hpp"
#include "io/store/commit.hpp"
#include "io/store/posix.hpp"
#include "io/tables/table_file.hpp"

namespace tidemill::drivers {
namespace {

namespace fs = std::filesystem;

constexpr char const* list_name = "stored.txt";

/// Adapter, file and location, without the place where the file stands: the same export elsewhere is the same input.
std::string name_of(IngestSource const& source, std::size_t number) {
  return fmt::format("{:04} {} {}", number, source.adapter, source.location);
}

/// Collective. Digests of the raw files, each made by one rank.
std::map<std::string, std::string> raw_inputs(io::Comm const& comm, NightParams const& params) {
  std::vector<std::pair<std::string, fs::path>> files;
  for (std::size_t i = 0; i < params.sources.size(); ++i) {
    files.emplace_back(name_of(params.sources[i], i), params.sources[i].file);
  }
  if (!params.costs.empty()) files.emplace_back("costs", params.costs);
  if (!params.promotions.empty()) files.emplace_back("promotions", params.promotions);
  std::string mine;
  io::agree(comm, "read the exports", [&] {
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (static_cast<int>(i % static_cast<std::size_t>(comm.size())) != comm.rank()) continue;
      mine += files[i].first + '\n' + io::sha256_of_file(files[i].second) + '\n';
    }
  });
  std::map<std::string, std::string> digests;
  for (std::string const& part : comm.gather_all_texts(mine)) {
    for (std::size_t at = 0; at < part.size();) {
      std::size_t const middle = part.find('\n', at), end = part.find('\n', middle + 1);
      digests[part.substr(at, middle - at)] = part.substr(middle + 1, end - middle - 1);
      at = end + 1;
    }
  }
  return digests;
}

IngestOptions options_for(NightParams const& params, IngestSource const& source) {
  IngestOptions options = params.ingest;
  options.adapter = source.adapter;
  options.store = params.store;
  options.tenant = params.tenant;
  if (!source.location.empty()) options.file.location = source.location;
  return options;
}

struct Ingested {
  std::vector<IngestReport> files;
  std::vector<ReportedItem> reported;
};

Ingested ingest_all(StepWork const& work, NightParams const& params) {
  ItemCosts costs;
  if (!params.costs.empty()) costs = ItemCosts::read(work.comm, params.costs, params.ingest.file);
  Ingested ingested;
  work.progress.begin("read exports", static_cast<std::int64_t>(params.sources.size()));
  for (IngestSource const& source : params.sources) {
    IngestOptions const options = options_for(params, source);
    if (!read_report(work.comm, source.file, options, ingested.reported)) {
      ingested.files.push_back(ingest_file(work.comm, source.file, options, costs));
    }
    work.progress.advance();
  }
  work.progress.end();
  return ingested;
}

/// How the aggregated reports of the same system agree with the lines.
std::string reconciled(io::Comm const& comm, Ingested const& ingested) {
  if (ingested.reported.empty()) return "";
  std::vector<fs::path> stored;
  for (IngestReport const& report : ingested.files) {
    if (report.layout == "toast-items") stored.emplace_back(report.stored_as);
  }
  Reconciliation const result = reconcile(comm, ingested.reported, stored);
  return fmt::format("; {} of {} items agree with the aggregated reports", result.matched, result.items);
}

StepOutcome outcome_of(io::Comm const& comm, Ingested const& ingested) {
  std::int64_t read = 0, accepted = 0;
  for (IngestReport const& report : ingested.files) {
    read += report.read;
    accepted += report.accepted;
  }
  return {read, fmt::format("{} of {} taken in from {} files{}", counted(accepted, "lines"), counted(read, "rows"),
                            ingested.files.size(), reconciled(comm, ingested))};
}

}  // namespace

Step ingest_step(io::Comm const& comm, NightParams const& params) {
  Step step{"ingest", "Ingest", 1, {}, params.config_of("ingest"), {}, {}};
  step.inputs = [&comm, params] { return raw_inputs(comm, params); };
  step.run = [params](StepWork const& work) -> StepOutcome {
    Ingested const ingested = ingest_all(work, params);
    if (!params.promotions.empty()) {
      store_promotions(work.comm, params.promotions, params.store, params.tenant, params.ingest.file);
    }
    params.store_digests->clear();
    std::string list;
    for (IngestReport const& report : ingested.files) {
      list += report.digest + "  " + fs::path(report.stored_as).filename().string() + "\n";
    }
    io::commit_text(work.comm, work.folder / list_name, work.comm.is_root() ? list : "");
    return outcome_of(work.comm, ingested);
  };
  // What it stored must still be there: the store belongs to all runs of the tenant.
  step.still_holds = [params](StepWork const& work) {
    std::map<std::string, std::string> const present = sales_inputs(work.comm, params);
    std::string const list = io::read_file(work.folder / list_name);
    for (std::size_t at = 0; at < list.size(); at = list.find('\n', at) + 1) {
      std::string const line = list.substr(at, list.find('\n', at) - at);
      auto const stored = present.find("sales/" + line.substr(line.find("  ") + 2));
      if (stored == present.end() || stored->second != line.substr(0, line.find("  "))) return false;
    }
    return true;
  };
  return step;
}

}  // namespace tidemill::drivers
