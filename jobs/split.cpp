#include "drivers/interactions/split.hpp"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "drivers/interactions/pair_table.hpp"
#include "io/error.hpp"
#include "jobs/commands.hpp"
#include "jobs/interaction_options.hpp"
#include "jobs/table_output.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct SplitCommand {
  InteractionOptions interactions;
  std::int64_t last = 0, from_time = 0;
  double share = 0;
  std::string train, test;
};

drivers::InteractionSplit divide(Context const& context, SplitCommand const& command,
                                 drivers::Interactions const& interactions) {
  if (context.values.count("last") != 0) return drivers::split_last(interactions, command.last);
  if (context.values.count("share") != 0) {
    return drivers::split_by_share(interactions, command.share, context.seed);
  }
  return drivers::split_at_time(interactions, command.from_time);
}

void check(Context const& context, SplitCommand const& command) {
  if (command.interactions.files.empty()) throw ConfigError("split needs --interactions");
  std::size_t const ways =
      context.values.count("last") + context.values.count("share") + context.values.count("from-time");
  if (ways != 1) throw ConfigError("split needs one of --last N, --share S and --from-time SECONDS");
  if (context.values.count("last") != 0 && command.last < 1) {
    throw ConfigError(fmt::format("--last: expected 1 or more pairs, found {}", command.last));
  }
  if (context.values.count("share") != 0 && !(command.share > 0 && command.share < 1)) {
    throw ConfigError(fmt::format("--share: expected a number between 0 and 1, found {}", command.share));
  }
}

void run_split(Context const& context, SplitCommand const& command) {
  check(context, command);
  io::Comm const& comm = context.comm;
  drivers::InteractionFormat const format = interaction_format(context, command.interactions);
  std::map<std::string, std::string> digests;
  add_digests(context, "interactions", command.interactions.files, digests);
  drivers::InteractionCounts counts;
  drivers::Interactions const all =
      drivers::read_interactions(comm, paths_of(command.interactions.files), format, &counts);
  report_quarantine(context, command.interactions, counts);
  drivers::InteractionSplit parts;
  io::agree(comm, "split interactions", [&] { parts = divide(context, command, all); });
  io::Table const train = drivers::pair_table(comm, parts.train), test = drivers::pair_table(comm, parts.test);
  write_results(context, command.train, {{"table", train}}, digests);
  write_results(context, command.test, {{"table", test}}, digests);
  nlohmann::ordered_json const result{{"users", all.users.total},
                                      {"items", all.items},
                                      {"train", train.range.total},
                                      {"test", test.range.total},
                                      {"quarantined", counts.quarantined}};
  print_result(context, context.json ? result.dump(2) + "\n"
                                     : fmt::format("{} pairs  {}\n{} pairs  {}\n", train.range.total, command.train,
                                                   test.range.total, command.test));
}

}  // namespace

Command make_split_command() {
  auto command = std::make_shared<SplitCommand>();
  Command result{"split", "divide interactions into training and test pairs", {}, {}, {}};
  add_interaction_options(result.options, command->interactions);
  add_quarantine_option(result.options, command->interactions);
  result.options.add_options()("last", po::value(&command->last),
                               "test each user's latest N pairs, at most all but one")(
      "share", po::value(&command->share), "test this share of each user's pairs, drawn by seed, user and item")(
      "from-time", po::value(&command->from_time), "test the pairs from this time on")(
      "train", po::value(&command->train)->required(), "output: pairs to train on (CSV, or HDF5 when it ends in .h5)")(
      "test", po::value(&command->test)->required(), "output: pairs to test on");
  result.run = [command](Context const& context) { run_split(context, *command); };
  return result;
}

}  // namespace tidemill::jobs
