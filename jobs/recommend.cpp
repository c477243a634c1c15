#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "drivers/recommend/list_table.hpp"
#include "drivers/recommend/reasons.hpp"
#include "io/error.hpp"
#include "jobs/commands.hpp"
#include "jobs/lists.hpp"
#include "jobs/recommenders.hpp"
#include "jobs/table_output.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct RecommendCommand {
  std::string model, output;
  std::vector<std::string> moment;
  int k = 20;
  bool reasons = false;
};

/// "daypart=lunch", "season=summer,channel=app", ...
std::map<std::string, std::string> moment_of(std::vector<std::string> const& parts) {
  std::map<std::string, std::string> moment;
  for (std::string const& list : parts) {
    for (std::string const& part : split_list(list)) {
      std::size_t const equals = part.find('=');
      if (equals == 0 || equals == std::string::npos || equals + 1 == part.size()) {
        throw ConfigError("--context: expected NAME=VALUE, as daypart=lunch; found '" + part + "'");
      }
      moment[part.substr(0, equals)] = part.substr(equals + 1);
    }
  }
  return moment;
}

void run_recommend(Context const& context, RecommendCommand const& command) {
  if (command.k < 1) throw ConfigError(fmt::format("--k: expected 1 or more, found {}", command.k));
  LoadedRecommender const loaded = load_recommender_file(context.comm, command.model);
  drivers::Interactions const& histories = loaded.card.histories;
  loaded.model->choose_context(moment_of(command.moment));
  drivers::RankedLists lists = loaded.model->top_k(histories, histories, command.k);
  if (command.reasons) lists.reason = drivers::reasons_of(*loaded.model, histories, lists);
  io::Table const table = drivers::list_table(context.comm, histories, lists);
  write_results(context, command.output, {{"recommendations", table}}, {{"model", loaded.digest}});
  if (context.json) {
    nlohmann::json const result{
        {"users", histories.users.total}, {"rows", table.range.total}, {"output", command.output}};
    print_result(context, result.dump(2) + "\n");
  } else {
    print_result(context,
                 fmt::format("{} rows for {} users  {}\n", table.range.total, histories.users.total, command.output));
  }
}

}  // namespace

Command make_recommend_command() {
  auto command = std::make_shared<RecommendCommand>();
  Command result{"recommend", "rank items for users with a trained recommender", {}, {}, {}};
  result.options.add_options()("model", po::value(&command->model)->required(), "recommender file")(
      "k", po::value(&command->k)->default_value(command->k), "length of the lists")(
      "context", po::value(&command->moment)->composing(),
      "the moment to recommend for, as daypart=lunch,season=summer; for --model context")(
      "reasons", po::bool_switch(&command->reasons), "also the user's item behind each row (column because_item)")(
      "output", po::value(&command->output)->required(),
      "CSV (user, rank, item, score, rung), or a table when it ends in .h5");
  result.run = [command](Context const& context) { run_recommend(context, *command); };
  return result;
}

}  // namespace tidemill::jobs
