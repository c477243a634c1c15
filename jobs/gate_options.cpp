#include "jobs/gate_options.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {

void add_options(po::options_description& out, drivers::GateParams& params, std::string const& prefix) {
  auto add = out.add_options();
  auto const option = [&](char const* name, auto& value, char const* text) {
    add((prefix + name).c_str(), po::value(&value)->default_value(value), text);
  };
  option("confidence", params.confidence, "of the bound below which an improvement is not believed");
  option("resamples", params.resamples, "of the paired bootstrap");
  option("tolerance", params.tolerance,
         "a guardrail may fall by this share of the champion's value (bias: by so much)");
  option("min-units", params.min_units, "with fewer judged units the gate refuses");
}

}  // namespace tidemill::jobs
