#include "jobs/night/night_plan.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "drivers/ingest/sales_store.hpp"
#include "drivers/interactions/expected_entities.hpp"
#include "drivers/interactions/reading_memory.hpp"
#include "io/csv/file_bytes.hpp"
#include "io/error.hpp"
#include "io/hdf5/partial_file.hpp"

namespace tidemill::jobs {
namespace {

namespace fs = std::filesystem;

std::int64_t bytes_of_file(fs::path const& file) {
  std::error_code missing;
  auto const bytes = fs::file_size(file, missing);
  return missing ? 0 : static_cast<std::int64_t>(bytes);
}

std::int64_t files_in_folder(fs::path const& folder) {
  std::int64_t files = 0;
  std::error_code missing;
  for (fs::recursive_directory_iterator entry(folder, missing), end; !missing && entry != end;
       entry.increment(missing)) {
    files += entry->is_regular_file(missing) ? 1 : 0;
  }
  return files;
}

/// Rows of an export, judged by how long its first ones are; what cannot be read ingest tells of.
std::int64_t lines_of_export(fs::path const& path) {
  constexpr std::size_t looked_at = std::size_t{1} << 16;
  try {
    io::csv::FileBytes const file(path);
    std::string unpacked;
    std::string_view head = file.bytes().substr(0, looked_at);
    auto bytes = static_cast<double>(file.bytes().size());
    io::csv::Packing const packing = io::csv::packing_of(file.bytes());
    if (packing == io::csv::Packing::gzip || packing == io::csv::Packing::zstd) {
      head = unpacked = io::csv::unpack_head(file.bytes(), packing, path.string(), looked_at);
      bytes = static_cast<double>(io::csv::expected_unpacked_bytes(file.bytes(), packing));
      if (head.size() < looked_at) bytes = static_cast<double>(head.size());
    }
    if (head.empty()) return 0;
    auto const lines = static_cast<double>(std::ranges::count(head, '\n'));
    return std::max<std::int64_t>(0, std::llround(lines * bytes / static_cast<double>(head.size())) - 1);
  } catch (Error const&) {
    return 0;
  }
}

/// Of all stored files, as they say themselves.
std::int64_t stored_lines(fs::path const& folder) {
  std::int64_t lines = 0;
  std::error_code missing;
  for (fs::recursive_directory_iterator entry(folder, missing), end; !missing && entry != end;
       entry.increment(missing)) {
    if (entry->path().extension() != ".h5") continue;
    try {
      lines += io::PartialFile(entry->path()).integer_attribute("lines", "rows");
    } catch (Error const&) {
      continue;  // the night itself says what is wrong with it
    }
  }
  return lines;
}

/// What `train` says before it reads, and what the trainers say that they need.
void look_at_interactions(io::Comm const& comm, drivers::AssetNightParams const& asset, drivers::NightSize& size) {
  drivers::ReadingMemory const reading = drivers::expected_reading_memory(comm, asset.interactions, asset.format);
  drivers::ExpectedEntities const named =
      drivers::expected_entities(comm, asset.interactions, asset.format, reading.pairs);
  // Where a file does not tell, as many as data sets of this kind have.
  size.training.pairs = reading.pairs;
  size.training.users = named.users > 0 ? named.users : reading.pairs / 20;
  size.training.items = named.items > 0 ? named.items : reading.pairs / 50;
  if (comm.is_root() && !asset.catalogue.empty()) {
    size.training.items = std::max(size.training.items, lines_of_export(asset.catalogue));
  }
  comm.broadcast(std::span<std::int64_t>(&size.training.items, 1));
  size.trend_min_count = asset.trend_min_count;
  size.training.has_values = !asset.format.value.empty() && asset.format.value_as_weight;
  size.training.ranks = comm.size();
  size.reading_memory = reading.bytes_per_rank;
  for (drivers::AssetModel const& model : asset.models) size.training_memory[model.name] = model.memory;
}

/// Labels are counted as the items of users are.
void look_at_texts(io::Comm const& comm, drivers::AssetTexts const& texts, drivers::NightSize& size) {
  if (texts.file.empty()) return;
  constexpr std::int64_t usual_classes = 20;
  std::array<std::int64_t, 2> found{};  // bytes, rows
  if (comm.is_root()) found = {bytes_of_file(texts.file), lines_of_export(texts.file)};
  comm.broadcast(std::span<std::int64_t>(found));
  drivers::InteractionFormat format;
  format.user = texts.text;
  format.item = texts.target;
  std::int64_t const labels = drivers::expected_entities(comm, std::span(&texts.file, 1), format, found[1]).items;
  size.text_bytes = found[0];
  size.text_classes = labels > 0 ? labels : usual_classes;
}

/// Blocks of horizons, each with a model and the two of its range.
std::int64_t trees_of(drivers::ForecastParams const& forecast) {
  std::int64_t const blocks = (forecast.horizon + forecast.block - 1) / std::max<std::int64_t>(1, forecast.block);
  std::int64_t const range = forecast.interval > 0 ? 2 * forecast.quantile_trees : 0;
  return blocks * (forecast.trees.trees + range);
}

}  // namespace

drivers::NightSize size_of_night(io::Comm const& comm, drivers::AssetNight const& params) {
  std::array<std::int64_t, 4> sizes{};
  io::agree(comm, "look at the files of the night", [&] {
    if (!comm.is_root()) return;
    for (drivers::IngestSource const& source : params.sources) {
      sizes[0] += bytes_of_file(source.file);
      sizes[1] += lines_of_export(source.file);
    }
    sizes[2] = stored_lines(drivers::sales_folder(params.store, params.tenant));
    if (!params.asset.pictures.empty()) sizes[3] = files_in_folder(params.asset.pictures);
  });
  comm.broadcast(std::span<std::int64_t>(sizes));
  drivers::NightSize size;
  size.raw_bytes = sizes[0];
  size.raw_lines = sizes[1];
  size.stored_lines = sizes[2];
  size.pictures = sizes[3];
  look_at_interactions(comm, params.asset, size);
  look_at_texts(comm, params.asset.texts, size);
  size.trees = trees_of(params.backtest.forecast);
  size.origins = params.backtest.origins;
  return size;
}

std::vector<drivers::StepPlan> plan_of(std::vector<drivers::Step> const& steps, drivers::NightSize const& size) {
  std::vector<std::string> names;
  names.reserve(steps.size() + 1);
  for (drivers::Step const& step : steps) names.push_back(step.name);
  names.emplace_back("publish");
  return drivers::plan_steps(names, size);
}

}  // namespace tidemill::jobs
