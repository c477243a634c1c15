#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "drivers/content/add_items.hpp"
#include "drivers/interactions/reading_memory.hpp"
#include "io/progress/process_usage.hpp"
#include "io/store/commit.hpp"
#include "jobs/checkpoint_summary.hpp"
#include "jobs/interaction_options.hpp"
#include "jobs/recommenders.hpp"
#include "jobs/train_families.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct RecommenderCommand {
  InteractionOptions interactions;
  RecommenderOptions options;
};

struct Outcome {
  std::string digest;
  double seconds = 0;
  double reading_mib = 0;      ///< expected of the rank with most while reading; 0: not known
  double peak_memory_mib = 0;  ///< of the rank with most, reading and saving included
  drivers::InteractionCounts counts;
  nlohmann::json checkpoints;
};

double in_mebibytes(std::int64_t bytes) { return static_cast<double>(bytes) / (std::int64_t{1} << 20); }

/// Says what reading will take and returns the mebibytes that a rank will hold at most; 0 when they are not known.
double say_reading_memory(Context const& context, std::vector<std::filesystem::path> const& files,
                          drivers::InteractionFormat const& format) {
  drivers::ReadingMemory const reading = drivers::expected_reading_memory(context.comm, files, format);
  if (reading.pairs == 0) return 0;
  double const peak = in_mebibytes(context.comm.max(io::process_usage().resident_memory + reading.bytes_per_rank));
  context.progress.say(fmt::format("reading about {:.3g} million pairs: at most {:.0f} MiB per rank",
                                   static_cast<double>(reading.pairs) * 1e-6, peak));
  return peak;
}

void report(Context const& context, TrainCommon const& common, drivers::Interactions const& interactions,
            drivers::Recommender const& model, Outcome const& outcome) {
  if (context.json) {
    nlohmann::json result{{"model", common.model},
                          {"output", common.output},
                          {"digest", outcome.digest},
                          {"users", interactions.users.total},
                          {"items", interactions.items},
                          {"read", outcome.counts.read},
                          {"pairs", outcome.counts.kept},
                          {"below_threshold", outcome.counts.below_threshold},
                          {"repeated", outcome.counts.repeated},
                          {"quarantined", outcome.counts.quarantined},
                          {"seconds", outcome.seconds},
                          {"reading_estimate_mib", outcome.reading_mib},
                          {"peak_memory_mib", outcome.peak_memory_mib}};
    if (!outcome.checkpoints.is_null()) result["checkpoints"] = outcome.checkpoints;
    for (auto const& [name, value] : model.facts()) result[name] = value;
    print_result(context, result.dump(2) + "\n");
    return;
  }
  print_result(context, fmt::format("{} on {} pairs of {} users and {} items in {:.2f} s\n{}  {}\n", common.model,
                                    outcome.counts.kept, interactions.users.total, interactions.items, outcome.seconds,
                                    outcome.digest, common.output));
  for (auto const& [name, value] : model.facts()) print_result(context, fmt::format("{} {:.6g}\n", name, value));
}

void run_train(Context const& context, TrainCommon const& common, RecommenderCommand const& command) {
  RecommenderKind const& kind = recommender_kind(common.model);
  drivers::InteractionFormat const format = interaction_format(context, command.interactions);
  std::map<std::string, std::string> digests;
  add_digests(context, "interactions", command.interactions.files, digests);
  Outcome outcome;
  outcome.reading_mib = say_reading_memory(context, paths_of(command.interactions.files), format);
  drivers::Interactions interactions =
      drivers::read_interactions(context.comm, paths_of(command.interactions.files), format, &outcome.counts);
  report_quarantine(context, command.interactions, outcome.counts);
  std::optional<drivers::Catalogue> const catalogue = read_catalogue(context, command.options.content);
  if (catalogue) {
    digests["catalogue"] = io::digest_of_file(context.comm, command.options.content.catalogue);
    drivers::add_items(context.comm, interactions, catalogue->ids);
  }

  auto const start = std::chrono::steady_clock::now();
  RecommenderRequest const request{interactions,
                                   command.options,
                                   {common.checkpoints, checkpoint_key(context, digests), common.checkpoint_interval},
                                   catalogue ? &*catalogue : nullptr,
                                   paths_of(command.interactions.files),
                                   nullptr,
                                   format};
  std::unique_ptr<drivers::Recommender> const model = kind.train(context, request);
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  drivers::RecommenderCard const card{kind.name, context.config_text, std::move(interactions)};
  io::Provenance const provenance{"model", context.config_text, context.seed, digests};
  outcome.digest = io::commit_hdf5(context.comm, common.output, provenance, [&](io::Hdf5File& file) {
    drivers::save_recommender_card(context.comm, file, card);
    file.create_group("model");
    model->save(file, "model");
  });
  // The model is safe: what a resume would have needed is not needed any more.
  drivers::clear_checkpoints(context.comm, request.checkpoints);
  outcome.peak_memory_mib = in_mebibytes(context.comm.max(io::process_usage().peak_memory));
  outcome.checkpoints = checkpoint_summary(context, request.checkpoints, outcome.seconds);
  report(context, common, card.histories, *model, outcome);
}

}  // namespace

TrainFamily make_recommender_family() {
  auto command = std::make_shared<RecommenderCommand>();
  TrainFamily family{
      "interactions", {}, {"interactions"}, {"learning-rate"}, po::options_description("Recommenders"), {}};
  add_interaction_options(family.options, command->interactions);
  add_quarantine_option(family.options, command->interactions);
  add_shared_options(family.options, command->options);
  std::set<void (*)(po::options_description&, RecommenderOptions&)> added;
  for (RecommenderKind const& kind : recommender_kinds()) {
    family.models.push_back(kind.name);
    if (added.insert(kind.add_options).second) kind.add_options(family.options, command->options);
  }
  family.run = [command](Context const& context, TrainCommon const& common) { run_train(context, common, *command); };
  return family;
}

}  // namespace tidemill::jobs
