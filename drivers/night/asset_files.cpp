#include <algorithm>

#include "drivers/night/asset_steps.hpp"
#include "drivers/night/night_steps.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/tables/table_file.hpp"

namespace tidemill::drivers {

std::string step_of_model(AssetModel const& model) { return "model-" + model.name; }

void save_interactions(StepWork const& work, std::string const& name, std::string const& config,
                       Interactions const& interactions) {
  io::commit_hdf5(work.comm, work.folder / (name + ".h5"), {"interactions", config, 0, {}}, [&](io::Hdf5File& file) {
    save_recommender_card(work.comm, file, {"interactions", config, interactions});
  });
}

Interactions load_interactions(StepWork const& work, std::string const& step, std::string const& name) {
  io::Hdf5File file = io::Hdf5File::open(work.comm, work.folder_of(step) / (name + ".h5"));
  return load_recommender_card(work.comm, file).histories;
}

void save_recommender(StepWork const& work, std::string const& name, AssetModel const& model,
                      RecommenderCard const& card, Recommender const& trained, std::uint64_t seed) {
  io::commit_hdf5(work.comm, work.folder / (name + ".h5"), {"model", model.config, seed, {}}, [&](io::Hdf5File& file) {
    save_recommender_card(work.comm, file, card);
    file.create_group("model");
    trained.save(file, "model");
  });
}

NightRecommender load_recommender(StepWork const& work, std::string const& step, std::string const& name,
                                  AssetModel const& model) {
  io::Hdf5File file = io::Hdf5File::open(work.comm, work.folder_of(step) / (name + ".h5"));
  NightRecommender loaded{load_recommender_card(work.comm, file), nullptr};
  loaded.model = model.load(work.comm, file, "model", loaded.card);
  return loaded;
}

std::optional<Catalogue> load_catalogue(StepWork const& work, AssetNight const& params) {
  AssetNightParams const& asset = params.asset;
  if (asset.catalogue.empty()) return std::nullopt;
  io::Table const table = load_table(work, "catalogue", "catalogue");
  CatalogueColumns columns = asset.catalogue_columns;
  columns.id = "id";
  if (columns.texts.empty() && columns.attributes.empty() && columns.numbers.empty()) {
    for (char const* name : {"name", "text", "description"}) {
      if (table.has(name)) columns.texts.emplace_back(name);
    }
    for (char const* name : {"category", "tags"}) {
      if (table.has(name)) columns.attributes.emplace_back(name);
    }
  }
  return catalogue_of(work.comm, table, columns, asset.catalogue.string());
}

AssetModel const& model_named(AssetNight const& params, std::string const& name) {
  for (AssetModel const& model : params.asset.models) {
    if (model.name == name) return model;
  }
  throw std::logic_error("the night has no model " + name);
}

std::string judged_model(StepWork const& work, std::string const& flag) {
  std::string name;
  io::agree(work.comm, "read the judgement", [&] {
    if (!work.comm.is_root()) return;
    io::Table const metrics = io::read_table_file(io::Comm::self(), work.folder_of("judge") / "metrics.h5");
    for (std::int64_t row = 0; row < metrics.rows(); ++row) {
      if (metrics.at(flag).number(row) == 1) name = metrics.at("model").text(row);
    }
  });
  return work.comm.broadcast(name);
}

std::map<std::string, std::string> file_inputs(io::Comm const& comm,
                                               std::map<std::string, std::filesystem::path> const& files) {
  std::map<std::string, std::string> digests;
  io::agree(comm, "look for the files", [&] {
    if (!comm.is_root()) return;
    for (auto const& [name, path] : files) {
      if (path.empty() || std::filesystem::is_regular_file(path)) continue;
      throw DataError(path.string() + ": expected a file (" + name + " of the night), found none; check the path");
    }
  });
  for (auto const& [name, path] : files) {
    if (!path.empty()) digests[name] = io::digest_of_file(comm, path);
  }
  return digests;
}

std::string lines_of(std::string const& section, std::string const& name, std::vector<std::string> const& keys) {
  std::string kept;
  for (std::size_t at = 0; at < section.size(); at = section.find('\n', at) + 1) {
    std::string const line = section.substr(at, section.find('\n', at) - at);
    std::string const key = line.substr(0, line.find(" = "));
    bool const wanted =
        std::any_of(keys.begin(), keys.end(), [&](std::string const& one) { return key == name + "." + one; });
    if (wanted) kept += line + "\n";
  }
  return kept;
}

}  // namespace tidemill::drivers
