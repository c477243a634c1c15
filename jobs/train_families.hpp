#pragma once

#include <boost/program_options.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "jobs/command.hpp"

namespace tidemill::jobs {

/// Options of `train` that more than one family reads.
struct TrainCommon {
  std::string model, input, target, output, checkpoints;
  double checkpoint_interval = 60;
};

/// Models that are trained alike, from the same kind of files.
struct TrainFamily {
  std::string name;                   ///< for messages: "a table", "interactions", "texts"
  std::vector<std::string> models;    ///< what --model may say
  std::vector<std::string> required;  ///< options that must be given
  std::vector<std::string> shared;    ///< options of other families that this one reads too
  boost::program_options::options_description options;
  std::function<void(Context const& context, TrainCommon const& common)> run;
};

// One maker per family, each in its own file; train.cpp has the table of them.
TrainFamily make_table_family();
TrainFamily make_recommender_family();
TrainFamily make_text_family();

/// Key of checkpoints: digest of the options and of the input files.
std::string checkpoint_key(Context const& context, std::map<std::string, std::string> const& digests);

}  // namespace tidemill::jobs
