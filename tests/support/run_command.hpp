#pragma once

#include <string>
#include <vector>

#include "io/progress/progress.hpp"
#include "jobs/command.hpp"
#include "jobs/options.hpp"
#include "tests/support/world.hpp"

namespace tidemill::tests {

/// Collective. Runs `tidemill NAME ARGUMENTS` inside this process, over `comm`; throws what the command throws.
inline void run_command(io::Comm const& comm, std::string const& name, std::vector<std::string> const& arguments) {
  for (jobs::Command const& command : jobs::make_commands()) {
    if (command.name != name) continue;
    jobs::ParsedOptions const parsed = jobs::parse_options(command, arguments, [](std::string const&) { return ""; });
    io::Progress progress(comm, io::Progress::Level::quiet);
    command.run({comm, progress, parsed.common.seed, parsed.common.json, parsed.config_text, parsed.values});
    return;
  }
  throw std::invalid_argument("no command " + name);
}

}  // namespace tidemill::tests
