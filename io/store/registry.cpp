#include "io/store/registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "io/error.hpp"
#include "io/store/posix.hpp"
#include "io/store/shared_names.hpp"
#include "io/tables/table.hpp"

namespace tidemill::io {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t digest_digits = 12;
constexpr char const* version_suffix = ".h5";

std::string lineage_json(Lineage const& lineage) {
  return nlohmann::json{{"date", lineage.date},
                        {"parent", lineage.parent},
                        {"metrics", lineage.metrics},
                        {"inputs", lineage.provenance.inputs}}
      .dump();
}

void read_lineage(std::string const& text, fs::path const& file, Lineage& lineage) {
  try {
    nlohmann::json const json = nlohmann::json::parse(text);
    json.at("date").get_to(lineage.date);
    json.at("parent").get_to(lineage.parent);
    json.at("metrics").get_to(lineage.metrics);
    json.at("inputs").get_to(lineage.provenance.inputs);
  } catch (nlohmann::json::exception const& error) {
    throw DataError(fmt::format("{}: its lineage cannot be read: {}; restore the file", file.string(), error.what()));
  }
}

/// Names in a folder; none when there is no such folder.
std::vector<std::string> names_in(Comm const& comm, fs::path const& folder) {
  return shared_names(comm, "list " + folder.string(), [&] {
    std::vector<std::string> names;
    if (!fs::is_directory(folder)) return names;
    for (auto const& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
    return names;
  });
}

bool exists_for_all(Comm const& comm, fs::path const& path) {
  return comm.broadcast(comm.is_root() && fs::exists(path) ? "1" : "") == "1";
}

/// A name that stays below its folder.
void check_name(std::string const& kind, std::string const& name) {
  bool const is_safe = !name.empty() && name.front() != '.' && name.find_first_of("/\\") == std::string::npos;
  if (!is_safe) throw ConfigError(fmt::format("{} '{}': expected a name without '/' and leading dot", kind, name));
}

}  // namespace

fs::path version_file(fs::path const& tenant, std::string const& name, std::string const& version) {
  check_name("model", name);
  check_name("version", version);
  return tenant / "models" / name / (version + version_suffix);
}

std::string register_model(Comm const& comm, fs::path const& tenant, std::string const& name, Lineage const& lineage,
                           std::function<void(Hdf5File&)> const& write) {
  check_name("model", name);
  fs::path const incoming = tenant / "models" / name / ".incoming.h5";
  std::string const digest = commit_hdf5(comm, incoming, lineage.provenance, [&](Hdf5File& file) {
    write(file);
    file.set_attribute("/", "lineage", lineage_json(lineage));
  });
  std::string const version = lineage.date + "-" + digest.substr(0, digest_digits);
  fs::path const file = version_file(tenant, name, version);
  agree(comm, "register " + file.string(), [&] {
    if (!comm.is_root()) return;
    if (fs::exists(file)) {
      remove_if_present(incoming);
    } else {
      rename_file(incoming, file);
    }
    sync_folder(file.parent_path());
  });
  return version;
}

std::map<std::string, std::vector<std::string>> list_versions(Comm const& comm, fs::path const& tenant) {
  std::map<std::string, std::vector<std::string>> versions;
  for (std::string const& name : names_in(comm, tenant / "models")) {
    for (std::string const& file : names_in(comm, tenant / "models" / name)) {
      if (file.starts_with('.') || !file.ends_with(version_suffix)) continue;
      versions[name].push_back(file.substr(0, file.size() - std::string_view(version_suffix).size()));
    }
  }
  return versions;
}

VersionInfo read_version(Comm const& comm, fs::path const& tenant, std::string const& name,
                         std::string const& version) {
  fs::path const path = version_file(tenant, name, version);
  if (!exists_for_all(comm, path)) {
    auto const all = list_versions(comm, tenant);
    std::vector<std::string> names;
    for (auto const& [model, versions] : all) names.push_back(model);
    if (!all.contains(name)) {
      throw DataError(
          fmt::format("{} has no model '{}'; did you mean '{}'?", tenant.string(), name, nearest_name(name, names)));
    }
    throw DataError(fmt::format("model {} has no version '{}'; did you mean '{}'? models list shows all", name, version,
                                nearest_name(version, all.at(name))));
  }
  Hdf5File file = Hdf5File::open(comm, path);
  VersionInfo info{name, version, {}, file.text_attribute("/", "program_version"), file.text_attribute("/", "digest")};
  info.lineage.provenance.kind = file.text_attribute("/", "kind");
  info.lineage.provenance.config = file.text_attribute("/", "config");
  info.lineage.provenance.seed = static_cast<std::uint64_t>(file.integer_attribute("/", "seed"));
  read_lineage(file.text_attribute("/", "lineage"), path, info.lineage);
  return info;
}

void verify_version(Comm const& comm, fs::path const& tenant, std::string const& name, std::string const& version) {
  read_version(comm, tenant, name, version);
  fs::path const path = version_file(tenant, name, version);
  std::string const digest = verify_hdf5(comm, path);
  if (!version.ends_with("-" + digest.substr(0, digest_digits))) {
    throw DataError(
        fmt::format("{} holds other content (digest {}) than its name stands for; restore it", path.string(), digest));
  }
}

}  // namespace tidemill::io
