#include "drivers/night/recommender_version.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "drivers/night/gate_record.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/store/posix.hpp"

namespace tidemill::drivers {
namespace {

struct PartGroups {
  std::string card, model;
};

PartGroups groups_of(VersionPart part) {
  if (part == VersionPart::lists) return {recommender_group, "model"};
  return {std::string("held_out/") + recommender_group, "held_out/model"};
}

void save_version_part(io::Comm const& comm, io::Hdf5File& file, VersionPart part, NightRecommender const& saved) {
  PartGroups const groups = groups_of(part);
  save_recommender_card(comm, file, saved.card, groups.card);
  file.create_group(groups.model);
  saved.model->save(file, groups.model);
}

}  // namespace

std::string fault_of_version(io::Comm const& comm, std::filesystem::path const& tenant, std::string const& model,
                             std::string const& version) {
  std::string fault;
  for (bool const is_second_try : {false, true}) {
    try {
      io::verify_version(comm, tenant, model, version);
      return "";
    } catch (Error const& error) {
      if (is_second_try) fault = error.what();
    }
  }
  return fault;
}

std::string register_recommender(io::Comm const& comm, std::filesystem::path const& tenant, io::Lineage const& lineage,
                                 NightRecommender const& lists, NightRecommender const& held_out) {
  return io::register_model(comm, tenant, recommender_model, lineage, [&](io::Hdf5File& file) {
    save_version_part(comm, file, VersionPart::lists, lists);
    save_version_part(comm, file, VersionPart::held_out, held_out);
  });
}

NightRecommender load_recommender_version(io::Comm const& comm, std::filesystem::path const& tenant,
                                          std::string const& version, VersionPart part, LoadRecommender const& load) {
  PartGroups const groups = groups_of(part);
  io::Hdf5File file = io::Hdf5File::open(comm, io::version_file(tenant, recommender_model, version));
  NightRecommender loaded{load_recommender_card(comm, file, groups.card), nullptr};
  loaded.model = load(comm, file, groups.model, loaded.card);
  return loaded;
}

RecommenderInUse find_recommender(io::Comm const& comm, io::Progress& progress, std::filesystem::path const& tenant,
                                  std::string const& date) {
  RecommenderInUse found;
  found.date = date;
  found.base = io::base_night(comm, tenant, date);
  if (found.base.empty()) return found;
  io::Aliases const aliases = io::read_aliases(comm, tenant / "nights" / found.base);
  auto const used = aliases.in_use.find(recommender_model);
  if (used == aliases.in_use.end()) return found;
  found.used = used->second;
  for (std::string const& version : {found.used.champion, found.used.previous}) {
    if (version.empty()) continue;
    std::string const fault = fault_of_version(comm, tenant, recommender_model, version);
    if (fault.empty()) {
      found.version = version;
      found.digest = io::read_version(comm, tenant, recommender_model, version).digest;
      break;
    }
    progress.say(fmt::format("{} {} cannot be used: {}", recommender_model, version, fault));
  }
  return found;
}

RecommenderInUse recommender_in_use(StepWork const& work) {
  RecommenderInUse found;
  std::filesystem::path const file = work.folder_of("in_use") / "in_use.json";
  std::string text;
  io::agree(work.comm, "read " + file.string(), [&] {
    if (work.comm.is_root()) text = io::read_file(file);
  });
  nlohmann::json const json = nlohmann::json::parse(work.comm.broadcast(text));
  json.at("date").get_to(found.date);
  json.at("base").get_to(found.base);
  json.at("champion").get_to(found.used.champion);
  json.at("previous").get_to(found.used.previous);
  json.at("version").get_to(found.version);
  json.at("digest").get_to(found.digest);
  return found;
}

std::string listing_version(StepWork const& work) {
  return serving_version(work.comm, work.folder_of("recommender_gate"), "recommender_gate.json");
}

ChosenRecommender chosen_recommender(StepWork const& work, AssetNight const& params) {
  std::string const version = listing_version(work);
  return {version, load_recommender_version(work.comm, params.store / params.tenant, version, VersionPart::lists,
                                            params.asset.load)};
}

std::optional<TrainingParent> parent_of(StepWork const& work, AssetNight const& params, AssetModel const& model,
                                        VersionPart part) {
  if (!model.begins_at) return std::nullopt;
  std::string const version = recommender_in_use(work).version;
  if (version.empty()) return std::nullopt;
  TrainingParent parent{
      version, load_recommender_version(work.comm, params.store / params.tenant, version, part, params.asset.load)};
  if (!model.begins_at(*parent.recommender.model)) return std::nullopt;
  return parent;
}

}  // namespace tidemill::drivers
