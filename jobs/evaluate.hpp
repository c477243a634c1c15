#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

#include "jobs/command.hpp"
#include "jobs/interaction_options.hpp"

namespace tidemill::jobs {

/// What `evaluate --recommendations` is told.
struct RankingOptions {
  std::string recommendations;
  InteractionOptions interactions;  ///< what the users had afterwards
  std::vector<std::string> train;   ///< what they had before, in the same format
  std::string k = "20";
};
void add_ranking_options(boost::program_options::options_description& out, RankingOptions& options);

/// Collective. Compares lists with what users had afterwards; empty `metrics`: those that can be computed.
void evaluate_recommendations(Context const& context, RankingOptions const& options,
                              std::vector<std::string> const& metrics);

}  // namespace tidemill::jobs
