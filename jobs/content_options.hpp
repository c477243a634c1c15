#pragma once

#include <boost/program_options.hpp>
#include <optional>
#include <string>

#include "drivers/content/catalogue.hpp"
#include "drivers/content/content_model.hpp"
#include "drivers/context/context_model.hpp"
#include "drivers/hybrid/fit_weights.hpp"
#include "drivers/transitions/transition_model.hpp"
#include "jobs/command.hpp"

namespace tidemill::jobs {

/// What the options of the content, transitions, hybrid and context recommenders say.
struct ContentOptions {
  std::string catalogue;
  std::string id = "id", texts, attributes, numbers, separator = ";";
  double history_decay = 0;
  drivers::ContentParams content;
  drivers::TransitionParams transitions;
  std::string members, weights, blend = "min-max";
  drivers::BlendGoal goal;
  std::string base, contexts, context_use = "multiply";
  drivers::ContextParams context;
};

void add_content_options(boost::program_options::options_description& out, ContentOptions& options);
void add_transition_options(boost::program_options::options_description& out, ContentOptions& options);
void add_hybrid_options(boost::program_options::options_description& out, ContentOptions& options);
void add_context_options(boost::program_options::options_description& out, ContentOptions& options);

/// Collective. The catalogue that --catalogue names, if it is given.
std::optional<drivers::Catalogue> read_catalogue(Context const& context, ContentOptions const& options);

}  // namespace tidemill::jobs
