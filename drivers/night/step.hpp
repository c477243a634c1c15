#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "drivers/night/step_record.hpp"
#include "io/comm/comm.hpp"
#include "io/progress/progress.hpp"

namespace tidemill::drivers {

/// What a step gets to do its work.
struct StepWork {
  io::Comm const& comm;
  io::Progress& progress;
  std::filesystem::path folder;  ///< its files are committed here; the subfolder `checkpoints` is not part of them
  std::string key;               ///< digest of all that the step depends on
  std::function<std::filesystem::path(std::string const& step)> folder_of;  ///< files of a step named in `after`
};

struct StepOutcome {
  std::int64_t rows = 0;             ///< rows made
  std::string summary;               ///< one line for people
  std::vector<Figure> figures = {};  ///< for whoever watches the nights; the same for any number of ranks
};

/// One node of the night's graph. Its key is the SHA-256 of its name, version, config, the digests of `inputs` and the
/// digests of all files of the steps in `after`: an equal key means an equal result, for any number of ranks.
struct Step {
  std::string name;                ///< unique; also the name of its folder in the cache
  std::string title;               ///< for people
  int version = 1;                 ///< raised when the code gives another result or the files another form
  std::vector<std::string> after;  ///< earlier steps whose files it reads
  std::string config;              ///< the options that change its result, as canonical lines
  /// Collective. Outside things it reads (raw files, the store): name -> digest. Asked when its turn comes; may be
  /// empty.
  std::function<std::map<std::string, std::string>()> inputs;
  /// Collective. Commits its files into work.folder; the same bits for any number of ranks.
  std::function<StepOutcome(StepWork const& work)> run;
  /// Collective. For a step with an effect outside its folder: whether that is still there, so that the folder may be
  /// reused. May be empty.
  std::function<bool(StepWork const& work)> still_holds = {};
};

}  // namespace tidemill::drivers
