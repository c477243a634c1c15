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
};

/// --NAME FILE..., --format, --user, --item, --value, --time, --min-value, --value-as-weight, --ordered,
/// --no-header.
void add_interaction_options(boost::program_options::options_description& out, InteractionOptions& options,
                             char const* name = "interactions",
                             char const* description =
                                 "files of who had what, one or more (CSV, TSV, HDF5 table or "
                                 "text; gzip, zstd)");

/// Throws ConfigError for a layout there is not. Values are kept as weights unless they serve --min-value only.
drivers::InteractionFormat interaction_format(Context const& context, InteractionOptions const& options);

std::vector<std::filesystem::path> paths_of(std::vector<std::string> const& files);

/// Collective. Content digests of files as `name`, `name.2`, ...
void add_digests(Context const& context, std::string const& name, std::vector<std::string> const& files,
                 std::map<std::string, std::string>& digests);

}  // namespace tidemill::jobs
