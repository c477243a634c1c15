#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

#include "jobs/command.hpp"

namespace tidemill::jobs {

/// Options of every command.
struct CommonOptions {
  bool help = false;
  bool quiet = false;
  bool verbose = false;
  bool json = false;
  std::uint64_t seed = 1;
};

struct ParsedOptions {
  CommonOptions common;
  boost::program_options::variables_map values;
  std::string config_text;  ///< canonical "key = value" lines, sorted, without paths of outputs
};

/// Parses flags, then --config FILE (INI; flags win). `config_bytes` is the file's text (read once, on rank 0).
/// An unknown key throws ConfigError naming it and the nearest known one.
ParsedOptions parse_options(Command const& command, std::vector<std::string> const& arguments,
                            std::function<std::string(std::string const& path)> const& read_config);

/// Text for --help.
std::string help_text(Command const& command);

}  // namespace tidemill::jobs
