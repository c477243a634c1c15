#pragma once

#include <boost/program_options.hpp>
#include <string>

#include "drivers/gate/gate.hpp"

namespace tidemill::jobs {

/// The options of a gate's bootstrap, each with `prefix` before its name ("" or "gate.").
void add_options(boost::program_options::options_description& out, drivers::GateParams& params,
                 std::string const& prefix);

}  // namespace tidemill::jobs
