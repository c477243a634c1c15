#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "drivers/night/step_record.hpp"

namespace tidemill::drivers {

/// Something a step read.
struct LineageInput {
  std::string name;    ///< STEP/FILE, or what the run calls a thing from outside
  std::string digest;  ///< SHA-256
  int from = -1;       ///< number of the step that made it; -1: it came from outside the run
};

struct LineageStep {
  std::string name, title, key;
  int level = 0;  ///< longest way from steps that read only what comes from outside
  std::vector<LineageInput> inputs;
  std::vector<std::pair<std::string, std::string>> files;  ///< name, digest
};

/// Which step made what from what, as the record of a run tells; in the order in which they ran, so that `from` always
/// leads backwards.
struct LineageGraph {
  std::vector<LineageStep> steps;

  /// Numbers of the steps that a step read from, each once.
  std::vector<int> parents_of(int step) const;
};

LineageGraph lineage_of(RunRecord const& run);

/// The step that made a published file: by digest and, where several made the same bytes, by name; the last one that
/// did, since it is the one that published. -1: none, it was made while the night was published.
int maker_of(LineageGraph const& graph, std::string const& file, std::string const& digest);

/// The chain from a step back to what came from outside, as indented text: each step with its key, what it read with
/// digests, and where that came from. A step that was told already is only named. `indent` blanks stand before.
std::string lineage_text(LineageGraph const& graph, int step, int indent);

}  // namespace tidemill::drivers
