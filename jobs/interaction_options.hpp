#pragma once

#include <boost/program_options.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "drivers/interactions/read_interactions.hpp"
#include "jobs/command.hpp"

namespace tidemill::jobs {

/// What the options about interaction files say.
struct InteractionOptions {
  std::vector<std::string> files;
  std::string format = "pairs";
  std::string user, item, value, time;
  double min_value = 0;
  bool value_as_weight = false;
  bool ordered = false;
  bool no_header = false;
  double max_bad_share = 0.05;
  std::string quarantine;
};

/// --NAME FILE..., --format, --user, --item, --value, --time, --min-value, --value-as-weight, --ordered,
/// --no-header, --max-bad-share.
void add_interaction_options(boost::program_options::options_description& out, InteractionOptions& options,
                             char const* name = "interactions",
                             char const* description =
                                 "files of who had what, one or more (CSV, TSV, HDF5 table or "
                                 "text; gzip, zstd)");

/// --quarantine FILE, for commands that call report_quarantine.
void add_quarantine_option(boost::program_options::options_description& out, InteractionOptions& options);

/// Throws ConfigError for a layout there is not and a share that is none. Values are kept as weights unless they serve
/// --min-value only.
drivers::InteractionFormat interaction_format(Context const& context, InteractionOptions const& options);

/// Collective. Says how many pairs were set aside and why the first were, and writes them where --quarantine says.
void report_quarantine(Context const& context, InteractionOptions const& options,
                       drivers::InteractionCounts const& counts);

std::vector<std::filesystem::path> paths_of(std::vector<std::string> const& files);

/// Collective. Content digests of files as `name`, `name.2`, ...
void add_digests(Context const& context, std::string const& name, std::vector<std::string> const& files,
                 std::map<std::string, std::string>& digests);

}  // namespace tidemill::jobs
