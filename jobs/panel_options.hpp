#pragma once

#include <boost/program_options.hpp>
#include <map>
#include <string>

#include "drivers/panel/sales_panel.hpp"
#include "jobs/command.hpp"

namespace tidemill::jobs {

/// Where daily sales come from: a table file with any column names, or the sales store.
struct PanelOptions {
  std::string input, store, tenant, controls;
  drivers::PanelColumns columns;
};
void add_options(boost::program_options::options_description& out, PanelOptions& options);

struct DailySource {
  io::Table daily;
  io::Table sales;  ///< the lines behind it; only from a store, else without columns
  drivers::PanelColumns columns;
  std::map<std::string, std::string> digests;  ///< of the inputs
};

/// Collective. Throws ConfigError unless exactly one of --input and --store is given.
DailySource read_daily(Context const& context, PanelOptions const& options);

}  // namespace tidemill::jobs
