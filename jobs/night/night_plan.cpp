#include "jobs/night/night_plan.hpp"

#include <algorithm>
#include <array>

#include "drivers/ingest/sales_store.hpp"
#include "drivers/interactions/reading_memory.hpp"

namespace tidemill::jobs {
namespace {

namespace fs = std::filesystem;

std::int64_t bytes_of_file(fs::path const& file) {
  std::error_code missing;
  auto const bytes = fs::file_size(file, missing);
  return missing ? 0 : static_cast<std::int64_t>(bytes);
}

/// Files below a folder, and their bytes.
struct FolderSize {
  std::int64_t files = 0, bytes = 0;
};
FolderSize size_of_folder(fs::path const& folder) {
  FolderSize size;
  std::error_code missing;
  for (fs::recursive_directory_iterator entry(folder, missing), end; !missing && entry != end;
       entry.increment(missing)) {
    if (!entry->is_regular_file(missing)) continue;
    ++size.files;
    size.bytes += bytes_of_file(entry->path());
  }
  return size;
}

/// Blocks of horizons, each with a model and the two of its range.
std::int64_t trees_of(drivers::ForecastParams const& forecast) {
  std::int64_t const blocks = (forecast.horizon + forecast.block - 1) / std::max<std::int64_t>(1, forecast.block);
  std::int64_t const range = forecast.interval > 0 ? 2 * forecast.quantile_trees : 0;
  return blocks * (forecast.trees.trees + range);
}

}  // namespace

drivers::NightSize size_of_night(io::Comm const& comm, drivers::AssetNight const& params) {
  std::array<std::int64_t, 3> sizes{};
  io::agree(comm, "look at the files of the night", [&] {
    if (!comm.is_root()) return;
    for (drivers::IngestSource const& source : params.sources) sizes[0] += bytes_of_file(source.file);
    sizes[1] = size_of_folder(drivers::sales_folder(params.store, params.tenant)).bytes;
    if (!params.asset.pictures.empty()) sizes[2] = size_of_folder(params.asset.pictures).files;
  });
  comm.broadcast(std::span<std::int64_t>(sizes));
  drivers::NightSize size;
  size.raw_bytes = sizes[0];
  size.stored_bytes = sizes[1];
  size.pictures = sizes[2];
  // What `train` says before it reads.
  drivers::ReadingMemory const reading =
      drivers::expected_reading_memory(comm, params.asset.interactions, params.asset.format);
  size.pairs = reading.pairs;
  size.reading_memory = reading.bytes_per_rank;
  size.trees = trees_of(params.backtest.forecast);
  size.origins = params.backtest.origins;
  size.ranks = comm.size();
  return size;
}

std::vector<drivers::StepPlan> plan_of(std::vector<drivers::Step> const& steps, drivers::NightSize const& size) {
  std::vector<std::string> names;
  for (drivers::Step const& step : steps) names.push_back(step.name);
  names.push_back("publish");
  return drivers::plan_steps(names, size);
}

}  // namespace tidemill::jobs
