#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "io/digest/sha256.hpp"
#include "io/error.hpp"
#include "io/tables/table.hpp"
#include "jobs/commands.hpp"
#include "jobs/train_families.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

/// The explicit table: a new family of models is one line here.
std::vector<TrainFamily> make_families() {
  return {
      make_table_family(),
      make_recommender_family(),
      make_text_family(),
  };
}

struct TrainCommand {
  TrainCommon common;
  std::vector<TrainFamily> families = make_families();
};

bool has(std::vector<std::string> const& names, std::string const& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

TrainFamily const& family_of(TrainCommand const& command) {
  std::vector<std::string> names;
  for (TrainFamily const& family : command.families) {
    if (has(family.models, command.common.model)) return family;
    names.insert(names.end(), family.models.begin(), family.models.end());
  }
  throw ConfigError(fmt::format("unknown model '{}'; did you mean '{}'? Models: {}", command.common.model,
                                io::nearest_name(command.common.model, names), fmt::join(names, ", ")));
}

bool is_given(Context const& context, std::string const& option) {
  return context.values.count(option) != 0 && !context.values[option].defaulted();
}

void check_required(Context const& context, TrainCommand const& command, TrainFamily const& family) {
  std::string missing;
  for (std::string const& option : family.required) {
    if (!is_given(context, option)) missing += (missing.empty() ? "--" : ", --") + option;
  }
  if (!missing.empty()) {
    throw ConfigError(fmt::format("--model {} is trained on {} and needs {}; see tidemill train --help",
                                  command.common.model, family.name, missing));
  }
}

/// An option that only models of other families read would be without effect: better said than silent.
void refuse_others_options(Context const& context, TrainCommand const& command, TrainFamily const& family) {
  for (TrainFamily const& other : command.families) {
    if (&other == &family) continue;
    for (auto const& option : other.options.options()) {
      std::string const& name = option->long_name();
      bool const is_read =
          has(family.shared, name) || family.options.find_nothrow(name, false, false, false) != nullptr;
      if (is_read || !is_given(context, name)) continue;
      throw ConfigError(fmt::format("--{} is for models of {} ({}), not for --model {}", name, other.name,
                                    fmt::join(other.models, ", "), command.common.model));
    }
  }
}

void run_train(Context const& context, TrainCommand const& command) {
  TrainFamily const& family = family_of(command);
  check_required(context, command, family);
  refuse_others_options(context, command, family);
  family.run(context, command.common);
}

}  // namespace

std::string checkpoint_key(Context const& context, std::map<std::string, std::string> const& digests) {
  std::string text = context.config_text;
  for (auto const& [name, digest] : digests) text += name + " " + digest + "\n";
  return io::sha256_of(text);
}

Command make_train_command() {
  auto command = std::make_shared<TrainCommand>();
  TrainCommon& common = command->common;
  std::string models;
  for (TrainFamily const& family : command->families) {
    models += fmt::format("{}{}: {}", models.empty() ? "" : "; ", family.name, fmt::join(family.models, ", "));
  }
  Command result{"train", "train a model on a table, on interactions or on texts", {}, {}, {}};
  result.options.add_options()("model", po::value(&common.model)->required(), models.c_str())(
      "input", po::value(&common.input), "CSV, TSV (plain, gzip, zstd) or HDF5 table")(
      "target", po::value(&common.target), "column to predict: name, or number from 1")(
      "output", po::value(&common.output)->required(), "model file (HDF5)")(
      "checkpoints", po::value(&common.checkpoints), "folder to continue from after a stop")(
      "checkpoint-interval", po::value(&common.checkpoint_interval)->default_value(60), "seconds");
  for (TrainFamily const& family : command->families) result.options.add(family.options);
  result.run = [command](Context const& context) { run_train(context, *command); };
  return result;
}

}  // namespace tidemill::jobs
