#pragma once

#include <boost/program_options.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "io/comm/comm.hpp"
#include "io/progress/progress.hpp"

namespace tidemill::jobs {

/// What every command gets. `config_text` is the effective options as canonical "key = value" lines, for provenance.
struct Context {
  io::Comm const& comm;
  io::Progress& progress;
  std::uint64_t seed = 0;
  bool json = false;
  std::string config_text;
  boost::program_options::variables_map const& values;
};

/// One command a person can type. `run` is called on all ranks after options were parsed into the variables that
/// `options` was given; it throws (see io/error.hpp) rather than returning a code.
struct Command {
  std::string name;
  std::string summary;
  boost::program_options::options_description options;
  std::vector<std::string> positional;  ///< option names taken without a flag, in order; the last one repeats
  std::function<void(Context const&)> run;
};

/// The explicit table of commands (commands.cpp): add one line there for a new one.
std::vector<Command> make_commands();

/// Prints on rank 0 only: results for people or, with --json, one object.
void print_result(Context const& context, std::string const& text);

}  // namespace tidemill::jobs
