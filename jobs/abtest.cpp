#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "drivers/experiment/experiment.hpp"
#include "io/error.hpp"
#include "io/tables/read_table.hpp"
#include "jobs/commands.hpp"
#include "jobs/lists.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct AbtestCommand {
  std::string input, metrics, planned;
  drivers::ExperimentParams params;
};

nlohmann::ordered_json finite_json(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
}

nlohmann::ordered_json test_json(drivers::ArmTest const& test, char const* statistic) {
  nlohmann::ordered_json json{{"difference", finite_json(test.difference)},
                              {"lower", finite_json(test.lower)},
                              {"upper", finite_json(test.upper)},
                              {statistic, finite_json(test.statistic)},
                              {"p", finite_json(test.p)}};
  if (!std::isnan(test.freedom)) json["df"] = test.freedom;
  return json;
}

nlohmann::ordered_json arm_json(drivers::ArmSummary const& arm) {
  return {{"units", arm.units}, {"mean", finite_json(arm.mean)}, {"variance", finite_json(arm.variance)}};
}

nlohmann::ordered_json row_json(drivers::ExperimentRow const& row, bool has_covariate) {
  nlohmann::ordered_json json{{"metric", row.metric},
                              {"arm", row.arm},
                              {"control", arm_json(row.control)},
                              {"treatment", arm_json(row.treatment)}};
  if (row.is_share) json["z"] = test_json(row.share, "z");
  json["welch"] = test_json(row.welch, "t");
  if (has_covariate) {
    json["cuped"] = test_json(row.cuped, "t");
    json["cuped"]["theta"] = finite_json(row.theta);
    json["cuped"]["variance_factor"] = finite_json(row.variance_factor);
  }
  json["sequential"] = {{"p", row.sequential_p},
                        {"likelihood_ratio", finite_json(row.sequential_ratio)},
                        {"prior_variance", finite_json(row.prior_variance)}};
  json["p_adjusted"] = finite_json(row.adjusted);
  json["units_to_detect"] = finite_json(row.units_to_detect);
  return json;
}

std::string result_json(drivers::ExperimentResult const& result, bool has_covariate) {
  nlohmann::ordered_json arms = nlohmann::ordered_json::array(), rows = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < result.arms.size(); ++i) {
    arms.push_back({{"arm", result.arms[i]}, {"units", result.units[i]}});
  }
  for (drivers::ExperimentRow const& row : result.rows) rows.push_back(row_json(row, has_covariate));
  return nlohmann::ordered_json{
             {"control", result.control},
             {"arms", arms},
             {"without_arm", result.without_arm},
             {"srm",
              {{"chi_square", result.ratio.chi_square}, {"p", result.ratio.p}, {"mismatch", result.ratio.is_mismatch}}},
             {"results", rows}}
             .dump(2) +
         "\n";
}

std::string test_line(char const* name, drivers::ArmTest const& test) {
  return fmt::format("  {:<10} {:>12.6g} [{:.6g}, {:.6g}]  statistic {:.6g}  p {:.4g}\n", name, test.difference,
                     test.lower, test.upper, test.statistic, test.p);
}

std::string result_text(drivers::ExperimentResult const& result, bool has_covariate) {
  std::string text;
  for (std::size_t i = 0; i < result.arms.size(); ++i) {
    text += fmt::format("{}: {} units{}\n", result.arms[i], result.units[i],
                        result.arms[i] == result.control ? " (control)" : "");
  }
  text += fmt::format("split against plan: chi-square {:.6g}, p {:.4g}\n", result.ratio.chi_square, result.ratio.p);
  for (drivers::ExperimentRow const& row : result.rows) {
    text += fmt::format("{} of {}: {:.6g} against {:.6g}\n", row.metric, row.arm, row.treatment.mean, row.control.mean);
    if (row.is_share) text += test_line("z", row.share);
    text += test_line("Welch", row.welch);
    if (has_covariate) text += test_line("CUPED", row.cuped);
    text += fmt::format(
        "  sequential p {:.4g} (always valid); p over all comparisons {:.4g}; a difference as large "
        "needs {:.0f} units per arm\n",
        row.sequential_p, row.adjusted, row.units_to_detect);
  }
  return text;
}

void run_abtest(Context const& context, AbtestCommand const& command) {
  drivers::ExperimentParams params = command.params;
  params.metrics = split_list(command.metrics);
  params.planned = split_numbers("--expected", command.planned);
  drivers::ExperimentResult const result =
      drivers::analyse_experiment(context.comm, io::read_table(context.comm, command.input), params);
  bool const has_covariate = !params.covariate.empty();
  print_result(context, context.json ? result_json(result, has_covariate) : result_text(result, has_covariate));
  if (result.ratio.is_mismatch) {
    throw Error(fmt::format("the arms' sizes do not fit the plan (chi-square {:.6g}, p {:.3g}): no result of this "
                            "experiment can be believed; look for what lost or doubled units",
                            result.ratio.chi_square, result.ratio.p),
                ExitCode::refused);
  }
}

}  // namespace

Command make_abtest_command() {
  auto command = std::make_shared<AbtestCommand>();
  drivers::ExperimentParams& params = command->params;
  Command result{"abtest", "analyse an experiment: split, shares, means, CUPED and a sequential test", {}, {}, {}};
  result.options.add_options()("input", po::value(&command->input)->required(),
                               "table with a row per unit, in the order in which they came")(
      "group", po::value(&params.group)->required(), "its column with the arm")(
      "metric", po::value(&command->metrics)->required(), "number columns, as bought,spent; only 0 and 1: a share")(
      "covariate", po::value(&params.covariate), "number column from before the experiment, for CUPED")(
      "control", po::value(&params.control), "name of the control arm (default: the first in order)")(
      "expected", po::value(&command->planned), "planned shares of the arms in order, as 0.5,0.5 (default: equal)")(
      "confidence", po::value(&params.confidence)->default_value(params.confidence), "of the intervals")(
      "prior-sd", po::value(&params.prior_sd)->default_value(params.prior_sd),
      "spread of likely effects in the sequential test (0: a tenth of the control's spread)")(
      "looks", po::value(&params.looks)->default_value(params.looks), "of the sequential test, evenly spaced");
  result.run = [command](Context const& context) { run_abtest(context, *command); };
  return result;
}

}  // namespace tidemill::jobs
