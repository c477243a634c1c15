#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "drivers/night/step_record.hpp"
#include "drivers/recommend/training_size.hpp"

namespace tidemill::drivers {

/// What a night works on, as far as sizes of files, some of their rows, and options tell before it begins.
struct NightSize {
  std::int64_t raw_bytes = 0;       ///< of the exports of sales
  std::int64_t raw_lines = 0;       ///< about as many as these hold
  std::int64_t stored_lines = 0;    ///< of the sales that the store holds already
  TrainingSize training;            ///< pairs of user and asset, about; its ranks are those of the night
  std::int64_t reading_memory = 0;  ///< of one rank while pairs are read: see expected_reading_memory()
  /// What the trainers themselves say that they need, by name of the model: AssetModel::memory.
  std::map<std::string, std::function<std::int64_t(TrainingSize const&)>> training_memory = {};
  std::int64_t trend_min_count = 20;  ///< interactions without which an asset has no trend
  std::int64_t pictures = 0;
  std::int64_t text_bytes = 0, text_classes = 0;  ///< of the table of texts; classes of its labels, about
  std::int64_t trees = 0;                         ///< of all models that the forecast trains
  std::int64_t origins = 0;                       ///< of the back-test: each trains the models once more

  int ranks() const { return training.ranks; }
  /// What is ingested anew replaces what the store holds of the same days; the larger of both is looked at.
  std::int64_t lines() const { return raw_lines > stored_lines ? raw_lines : stored_lines; }
};

/// What each of `steps` (names, in order) will need. Each number is a constant of the step plus one per unit of its
/// work (bytes of exports, lines, lines times trees, pairs, users times assets, pictures, weights of texts); time and
/// memory per unit are shared by the ranks. Constants are measured: see the table in the source. Reading interactions
/// and training models take what their own estimates say besides. Unknown steps get those of a small one.
std::vector<StepPlan> plan_steps(std::vector<std::string> const& steps, NightSize const& size);

/// A plan beside what came of it.
struct PlannedAndMeasured {
  StepPlan planned, measured;
  std::int64_t steps = 0;  ///< that both are of
};
/// Sums of times, bytes and files and the largest memory, of the steps that a run planned and did; what it reused took
/// nothing that could be compared.
PlannedAndMeasured judged_plan(RunRecord const& run);

/// Seconds between checkpoints that lose least (Young 1974; Daly 2006): sqrt(2 C M) for a checkpoint of C seconds and a
/// mean time M between failures of the whole job.
double checkpoint_interval(double checkpoint_seconds, double seconds_between_failures);

}  // namespace tidemill::drivers
