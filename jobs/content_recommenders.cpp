#include "jobs/content_recommenders.hpp"

#include <fmt/format.h>

#include "drivers/interactions/split.hpp"
#include "io/error.hpp"
#include "jobs/lists.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

using Model = std::shared_ptr<drivers::Recommender const>;

void add_content(po::options_description& out, RecommenderOptions& options) {
  add_content_options(out, options.content);
}
void add_transitions(po::options_description& out, RecommenderOptions& options) {
  add_transition_options(out, options.content);
}
void add_hybrid(po::options_description& out, RecommenderOptions& options) { add_hybrid_options(out, options.content); }
void add_context(po::options_description& out, RecommenderOptions& options) {
  add_context_options(out, options.content);
}

std::unique_ptr<drivers::Recommender> train_content(Context const& context, RecommenderRequest const& request) {
  if (request.catalogue == nullptr) throw ConfigError("--model content needs --catalogue FILE");
  drivers::ContentParams params = request.options.content.content;
  if (request.options.content.history_decay != 0) params.history_decay = request.options.content.history_decay;
  return drivers::ContentModel::train(context.comm, request.interactions.item_ids, *request.catalogue, params);
}

std::unique_ptr<drivers::Recommender> load_content(io::Comm const&, io::Hdf5File& file, std::string const& group,
                                                   drivers::RecommenderCard const&) {
  return drivers::ContentModel::load(file, group);
}

std::unique_ptr<drivers::Recommender> train_transitions(Context const& context, RecommenderRequest const& request) {
  drivers::TransitionParams params = request.options.content.transitions;
  if (request.options.content.history_decay != 0) params.history_decay = request.options.content.history_decay;
  return drivers::TransitionModel::train(context.comm, request.interactions, params);
}

std::unique_ptr<drivers::Recommender> load_transitions(io::Comm const&, io::Hdf5File& file, std::string const& group,
                                                       drivers::RecommenderCard const&) {
  return drivers::TransitionModel::load(file, group);
}

bool is_file(std::string const& member) { return member.ends_with(".h5"); }

/// A member by its kind, trained on `interactions`, or from a file. `part` keeps checkpoints apart. Collective.
drivers::HybridMember make_member(Context const& context, RecommenderRequest const& request,
                                  drivers::Interactions const& interactions, std::string const& member,
                                  std::string const& part) {
  if (is_file(member)) {
    LoadedRecommender loaded = load_recommender_file(context.comm, member);
    drivers::EntityIds const& theirs = loaded.card.histories.item_ids;
    drivers::EntityIds const& ours = interactions.item_ids;
    if (theirs.integers != ours.integers || theirs.texts != ours.texts) {
      throw ConfigError(
          fmt::format("{} knows {} items, the interactions and the catalogue name {}, and they must be the "
                      "same; train it on the same files (and --catalogue)",
                      member, theirs.size(), ours.size()));
    }
    return {loaded.card.kind, std::move(loaded.model), 1};
  }
  if (member == "hybrid" || member == "context") {
    throw ConfigError("'" + member + "' cannot be a member by name; train it and give its file");
  }
  drivers::CheckpointPlace place = request.checkpoints;
  if (!place.folder.empty()) place.folder /= part + "-" + member;
  place.key += "/" + part + "/" + member;
  // Weights are fitted on pairs that an earlier night's model may have been trained on: those members begin afresh.
  RecommenderKind const& kind = recommender_kind(member);
  bool const is_warm = part == "full" && request.parent != nullptr && kind.begins_at != nullptr &&
                       kind.begins_at(request.options, request.parent->model);
  RecommenderRequest const own{interactions,      request.options, place,
                               request.catalogue, request.files,   is_warm ? request.parent : nullptr,
                               request.format};
  Model model = kind.train(context, own);
  return {member, std::move(model), 1};
}

void clear_member_checkpoints(Context const& context, RecommenderRequest const& request,
                              std::vector<std::string> const& members) {
  if (request.checkpoints.folder.empty()) return;
  for (std::string const& member : members) {
    for (std::string const part : {"fit", "full"}) {
      drivers::CheckpointPlace place = request.checkpoints;
      place.folder /= part + "-" + member;
      if (!is_file(member)) drivers::clear_checkpoints(context.comm, place);
    }
  }
}

std::vector<double> fitted_weights(Context const& context, RecommenderRequest const& request,
                                   std::vector<std::string> const& names, drivers::Blend blend) {
  for (std::string const& name : names) {
    if (!is_file(name)) continue;
    throw ConfigError("weights cannot be fitted with the trained member " + name +
                      ", which has seen all items; name its kind instead, or give --weights");
  }
  bool const has_times = context.comm.max(request.interactions.time.empty() ? 0 : 1) == 1;
  drivers::InteractionSplit const split = has_times ? drivers::split_last(request.interactions, 1)
                                                    : drivers::split_by_share(request.interactions, 0.2, context.seed);
  std::vector<Model> members;
  for (std::string const& name : names)
    members.push_back(make_member(context, request, split.train, name, "fit").model);
  drivers::BlendGoal goal = request.options.content.goal;
  goal.seed = context.seed;
  return drivers::fit_weights(context.comm, members, blend, split.train, split.test, goal).weights;
}

/// A blend begins at an earlier model where one of its members can.
bool hybrid_begins_at(RecommenderOptions const& options, drivers::Recommender const& parent) {
  for (std::string const& member : split_list(options.content.members)) {
    if (is_file(member) || member == "hybrid" || member == "context") continue;
    RecommenderKind const& kind = recommender_kind(member);
    if (kind.begins_at != nullptr && kind.begins_at(options, parent)) return true;
  }
  return false;
}

std::unique_ptr<drivers::Recommender> train_hybrid(Context const& context, RecommenderRequest const& request) {
  ContentOptions const& options = request.options.content;
  std::vector<std::string> const names = split_list(options.members);
  if (names.size() < 2) throw ConfigError("--members: expected at least two, as itemknn,content");
  drivers::Blend const blend = drivers::blend_named(options.blend);
  std::vector<double> weights = split_numbers("weights", options.weights);
  if (options.weights.empty()) weights = fitted_weights(context, request, names, blend);
  if (weights.size() != names.size()) {
    throw ConfigError(
        fmt::format("--weights: expected {} numbers, one per member; found {}", names.size(), weights.size()));
  }
  std::vector<drivers::HybridMember> members;
  for (std::size_t m = 0; m < names.size(); ++m) {
    members.push_back(make_member(context, request, request.interactions, names[m], "full"));
    members.back().weight = weights[m];
  }
  auto model = std::make_unique<drivers::HybridModel>(blend, std::move(members));
  clear_member_checkpoints(context, request, names);
  return model;
}

/// Reads the members of a greater model from its file.
auto member_loader(io::Comm const& comm, io::Hdf5File& file, drivers::RecommenderCard const& card) {
  return [&comm, &file, &card](std::string const& kind, std::string const& group) {
    return load_recommender(kind, comm, file, group, card);
  };
}

/// Members stay while the next is trained.
std::int64_t hybrid_memory(Context const& context, RecommenderOptions const& options,
                           drivers::TrainingSize const& size) {
  std::int64_t bytes = 0;
  for (std::string const& member : split_list(options.content.members)) {
    if (is_file(member) || member == "hybrid" || member == "context") continue;
    RecommenderKind const& kind = recommender_kind(member);
    if (kind.memory != nullptr) bytes += kind.memory(context, options, size);
  }
  return bytes;
}

std::unique_ptr<drivers::Recommender> load_hybrid(io::Comm const& comm, io::Hdf5File& file, std::string const& group,
                                                  drivers::RecommenderCard const& card) {
  return drivers::HybridModel::load(file, group, member_loader(comm, file, card));
}

std::unique_ptr<drivers::Recommender> train_context(Context const& context, RecommenderRequest const& request) {
  ContentOptions const& options = request.options.content;
  if (options.base.empty()) throw ConfigError("--model context needs --base, as --base itemknn or --base m.h5");
  drivers::ContextParams params = options.context;
  params.use = drivers::context_use_named(options.context_use);
  std::vector<drivers::ContextColumn> columns;
  for (std::string const& name : split_list(options.contexts)) {
    columns.push_back(
        drivers::is_time_context(name)
            ? drivers::time_context_column(context.comm, name, request.interactions)
            : drivers::table_context_column(context.comm, name, request.files, request.format, request.interactions));
  }
  drivers::HybridMember base = make_member(context, request, request.interactions, options.base, "full");
  auto model =
      drivers::ContextModel::train(context.comm, base.kind, base.model, request.interactions.items, columns, params);
  clear_member_checkpoints(context, request, {options.base});
  return model;
}

std::unique_ptr<drivers::Recommender> load_context(io::Comm const& comm, io::Hdf5File& file, std::string const& group,
                                                   drivers::RecommenderCard const& card) {
  return drivers::ContextModel::load(file, group, member_loader(comm, file, card));
}

}  // namespace

RecommenderKind content_kind() {
  return {"content", "items whose texts, attributes and numbers are like the user's", add_content, train_content,
          load_content};
}

RecommenderKind transitions_kind() {
  return {"transitions", "what comes after what the user had last", add_transitions, train_transitions,
          load_transitions};
}

RecommenderKind hybrid_kind() {
  return {"hybrid",     "several recommenders blended, weights fitted",
          add_hybrid,   train_hybrid,
          load_hybrid,  hybrid_begins_at,
          hybrid_memory};
}

RecommenderKind context_kind() {
  return {"context", "a recommender re-ranked for daypart, weekday, season, channel", add_context, train_context,
          load_context};
}

}  // namespace tidemill::jobs
