#include "drivers/night/forecast_file.hpp"

#include <fmt/format.h>

#include "io/store/commit.hpp"
#include "io/tables/table_file.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::int64_t known_flag = 1, categorical_flag = 2, proportional_flag = 4;

void save_features(io::Hdf5File& file, std::string const& group, std::vector<Feature> const& features) {
  file.create_group(group);
  std::vector<std::string> names;
  std::vector<std::int64_t> flags;
  for (Feature const& feature : features) {
    names.push_back(feature.name);
    flags.push_back((feature.is_known_in_advance ? known_flag : 0) | (feature.is_categorical ? categorical_flag : 0) |
                    (feature.is_proportional_to_price ? proportional_flag : 0));
  }
  file.write_texts(group + "/names", names);
  file.write_all(group + "/flags", flags);
}

std::vector<Feature> load_features(io::Hdf5File& file, std::string const& group) {
  std::vector<std::string> const names = file.read_texts(group + "/names");
  std::vector<std::int64_t> const flags = file.read_all<std::int64_t>(group + "/flags");
  std::vector<Feature> features;
  for (std::size_t i = 0; i < names.size(); ++i) {
    features.push_back({names[i], (flags.at(i) & known_flag) != 0, (flags[i] & categorical_flag) != 0,
                        (flags[i] & proportional_flag) != 0});
  }
  return features;
}

bool has_interval(BlockModel const& block) { return block.low.ensemble.trees() > 0; }

void save_block(io::Hdf5File& file, std::string const& group, BlockModel const& block) {
  file.create_group(group);
  file.set_attribute(group, "first", block.first);
  file.set_attribute(group, "last", block.last);
  file.set_attribute(group, "widening", block.widening);
  save_model(file, block.point, group + "/point");
  if (has_interval(block)) {
    save_model(file, block.low, group + "/low");
    save_model(file, block.high, group + "/high");
  }
  save_features(file, group + "/features", block.features);
}

BlockModel load_block(io::Hdf5File& file, std::string const& group) {
  BlockModel block;
  block.first = file.integer_attribute(group, "first");
  block.last = file.integer_attribute(group, "last");
  block.widening = file.real_attribute(group, "widening");
  block.point = load_model(file, group + "/point");
  if (file.has(group + "/low")) {
    block.low = load_model(file, group + "/low");
    block.high = load_model(file, group + "/high");
  }
  block.features = load_features(file, group + "/features");
  return block;
}

std::string block_name(std::size_t number) { return fmt::format("block_{:03}", number); }

}  // namespace

void save_block_models(io::Hdf5File& file, std::vector<BlockModel> const& blocks) {
  file.set_attribute("/", "blocks", static_cast<std::int64_t>(blocks.size()));
  for (std::size_t b = 0; b < blocks.size(); ++b) save_block(file, block_name(b), blocks[b]);
}

std::vector<BlockModel> load_block_models(io::Hdf5File& file) {
  std::vector<BlockModel> models;
  auto const blocks = static_cast<std::size_t>(file.integer_attribute("/", "blocks"));
  for (std::size_t b = 0; b < blocks; ++b) models.push_back(load_block(file, block_name(b)));
  return models;
}

std::string save_forecast(io::Comm const& comm, std::filesystem::path const& path, std::string const& config,
                          ForecastResult const& result) {
  return io::commit_hdf5(comm, path, {"model", config, result.params.trees.seed, {}}, [&](io::Hdf5File& file) {
    save_block_models(file, result.blocks);
    io::write_table(file, "forecasts", result.forecasts);
    io::write_table(file, "importance", result.importance);
    io::write_table(file, "first_rows", result.first_rows.table);
    save_features(file, "first_features", result.first_rows.features);
    io::write_table(file, "first_keys", result.first_keys);
  });
}

ForecastResult load_forecast(io::Comm const& comm, std::filesystem::path const& path, ForecastParams const& params) {
  io::Hdf5File file = io::Hdf5File::open(comm, path);
  ForecastResult result;
  result.params = params;
  result.blocks = load_block_models(file);
  result.forecasts = io::read_table_group(comm, file, "forecasts");
  result.importance = io::read_table_group(comm, file, "importance");
  result.first_rows.table = io::read_table_group(comm, file, "first_rows");
  result.first_rows.features = load_features(file, "first_features");
  result.first_keys = io::read_table_group(comm, file, "first_keys");
  return result;
}

io::Table load_forecast_table(io::Comm const& comm, std::filesystem::path const& path, std::string const& name) {
  io::Hdf5File file = io::Hdf5File::open(comm, path);
  return io::read_table_group(comm, file, name);
}

}  // namespace tidemill::drivers
