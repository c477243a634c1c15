#include "jobs/content_options.hpp"

#include "io/error.hpp"
#include "jobs/lists.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {

void add_content_options(po::options_description& out, ContentOptions& options) {
  auto& p = options.content;
  out.add_options()("catalogue", po::value(&options.catalogue),
                    "items and what is known of them: a table, or JSON {\"item\": [attribute, ...]}; adds its items")(
      "catalogue-id", po::value(&options.id)->default_value(options.id), "its column of item ids")(
      "catalogue-texts", po::value(&options.texts), "its columns of sentences, with commas between them")(
      "catalogue-attributes", po::value(&options.attributes), "its columns of lists of names")(
      "catalogue-numbers", po::value(&options.numbers), "its columns of numbers, picture features for one")(
      "separator", po::value(&options.separator)->default_value(options.separator), "between the names of a list")(
      "text-weight", po::value(&p.text_weight)->default_value(p.text_weight), "content: of the texts")(
      "attribute-weight", po::value(&p.attribute_weight)->default_value(p.attribute_weight),
      "content: of the attributes")("number-weight", po::value(&p.number_weight)->default_value(p.number_weight),
                                    "content: of the numbers")(
      "history-decay", po::value(&options.history_decay)->default_value(options.history_decay),
      "content, transitions: weight of a user's item = this^(number of newer items); 0: content 1, transitions 0.5");
}

void add_transition_options(po::options_description& out, ContentOptions& options) {
  auto& p = options.transitions;
  out.add_options()("window", po::value(&p.window)->default_value(p.window),
                    "transitions: an item leads to this many next items of the user")(
      "distance-power", po::value(&p.distance_power)->default_value(p.distance_power),
      "transitions: the d-th next item counts 1 / d^this")(
      "backward", po::value(&p.backward)->default_value(p.backward), "transitions: and the way back this much of it")(
      "transition-shrink", po::value(&p.shrink)->default_value(p.shrink), "transitions: added to numbers of users")(
      "source-power", po::value(&p.source_power)->default_value(p.source_power),
      "transitions: divides by users of the first item to this power")(
      "target-power", po::value(&p.target_power)->default_value(p.target_power),
      "transitions: divides by users of the second item to this power")(
      "transition-neighbours", po::value(&p.neighbours)->default_value(p.neighbours),
      "transitions: items kept per item");
}

void add_hybrid_options(po::options_description& out, ContentOptions& options) {
  auto& goal = options.goal;
  out.add_options()("members", po::value(&options.members), "hybrid: kinds or recommender files, with commas")(
      "blend", po::value(&options.blend)->default_value(options.blend), "hybrid: min-max or reciprocal-rank")(
      "weights", po::value(&options.weights),
      "hybrid: one per member; without: fitted on each user's last item (a fifth of the items without times)")(
      "fit-metric", po::value(&goal.metric)->default_value(goal.metric), "hybrid: ndcg, recall or hit")(
      "fit-k", po::value(&goal.k)->default_value(goal.k), "hybrid: places of a list that count in the fit")(
      "fit-users", po::value(&goal.users)->default_value(goal.users), "hybrid: users asked in the fit; 0: all");
}

void add_context_options(po::options_description& out, ContentOptions& options) {
  auto& p = options.context;
  out.add_options()("base", po::value(&options.base), "context: the recommender to re-rank, a kind or a file")(
      "contexts", po::value(&options.contexts),
      "context: daypart, weekday, season (from --time) and columns of the interactions, with commas")(
      "context-use", po::value(&options.context_use)->default_value(options.context_use), "context: multiply or add")(
      "context-weight", po::value(&p.weight)->default_value(p.weight), "context: of the logarithm of the lift")(
      "context-shrink", po::value(&p.shrink)->default_value(p.shrink),
      "context: events added to observed and expected ones");
}

std::optional<drivers::Catalogue> read_catalogue(Context const& context, ContentOptions const& options) {
  if (options.catalogue.empty()) return std::nullopt;
  if (options.separator.size() != 1) {
    throw ConfigError("--separator: expected one character, found '" + options.separator + "'");
  }
  return drivers::read_catalogue(context.comm, options.catalogue,
                                 {options.id, split_list(options.texts), split_list(options.attributes),
                                  split_list(options.numbers), options.separator[0]});
}

}  // namespace tidemill::jobs
