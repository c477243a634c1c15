#include "drivers/night/lineage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "io/error.hpp"
#include "io/hdf5/file.hpp"
#include "io/store/commit.hpp"
#include "io/store/night.hpp"
#include "io/store/posix.hpp"
#include "io/store/safe_name.hpp"
#include "io/store/seal.hpp"
#include "jobs/commands.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

namespace fs = std::filesystem;

/// What lineage tells, for people and for programs.
struct LineageTold {
  std::string text;
  nlohmann::json json;
};

drivers::RunRecord record_in(fs::path const& night) {
  fs::path const path = night / "record.json";
  return drivers::run_record_from_json(io::read_file(path), path.string());
}

nlohmann::json steps_json(drivers::LineageGraph const& graph) {
  nlohmann::json steps = nlohmann::json::array();
  for (drivers::LineageStep const& step : graph.steps) {
    nlohmann::json inputs = nlohmann::json::array();
    for (drivers::LineageInput const& input : step.inputs) {
      std::string const from = input.from < 0 ? "" : graph.steps[static_cast<std::size_t>(input.from)].name;
      inputs.push_back({{"name", input.name}, {"digest", input.digest}, {"step", from}});
    }
    steps.push_back({{"step", step.name}, {"key", step.key}, {"inputs", inputs}, {"files", step.files}});
  }
  return steps;
}

std::string indented_lines(std::string const& text, int indent) {
  std::string lines;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t const end = std::min(text.find('\n', at), text.size());
    lines += std::string(static_cast<std::size_t>(indent), ' ') + text.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return lines;
}

/// Who made all of a night: code, options, seed, when.
std::string origin_text(drivers::RunRecord const& run) {
  return fmt::format("  run {} of tenant {}, {} to {}, tidemill {}, seed {}, {} ranks\n  options\n{}", run.run,
                     run.tenant, run.started, run.finished.empty() ? "publishing" : run.finished, run.program_version,
                     run.seed, run.ranks, indented_lines(run.config, 4));
}

nlohmann::json origin_json(drivers::RunRecord const& run) {
  return {{"run", run.run},         {"tenant", run.tenant},
          {"started", run.started}, {"program_version", run.program_version},
          {"config", run.config},   {"seed", run.seed},
          {"ranks", run.ranks}};
}

LineageTold lineage_of_night(fs::path const& folder, io::NightManifest const& manifest) {
  drivers::RunRecord const run = record_in(folder);
  drivers::LineageGraph const graph = drivers::lineage_of(run);
  LineageTold told;
  told.text =
      fmt::format("{}  night of {}, digest {}\n{}", folder.string(), manifest.date, manifest.digest, origin_text(run));
  nlohmann::json files = nlohmann::json::array();
  int last = -1;
  for (io::NightFile const& file : manifest.files) {
    int const maker = drivers::maker_of(graph, file.path, file.digest);
    std::string const step = maker < 0 ? "publish" : graph.steps[static_cast<std::size_t>(maker)].name;
    told.text += fmt::format("  {:<32} {}  by step {}\n", file.path, file.digest, step);
    files.push_back({{"path", file.path}, {"digest", file.digest}, {"step", step}});
    last = std::max(last, maker);
  }
  if (last >= 0) told.text += "  and these\n" + drivers::lineage_text(graph, last, 4);
  told.json = {{"night", folder.string()},
               {"digest", manifest.digest},
               {"files", files},
               {"steps", steps_json(graph)},
               {"origin", origin_json(run)}};
  return told;
}

/// `found`: the digest of the file as it is now.
LineageTold lineage_of_published(fs::path const& night, io::NightManifest const& manifest, std::string const& name,
                                 std::string const& found) {
  for (io::NightFile const& file : manifest.files) {
    if (file.path != name) continue;
    drivers::RunRecord const run = record_in(night);
    drivers::LineageGraph const graph = drivers::lineage_of(run);
    int const maker = drivers::maker_of(graph, name, file.digest);
    std::string const state = found == file.digest ? "as published" : "NOT as published: it is " + found;
    LineageTold told;
    told.text = fmt::format("{}  {}, {}\n", (night / name).string(), file.digest, state);
    told.text += maker < 0 ? "  made while the night was published, from the files of step results\n"
                           : drivers::lineage_text(graph, maker, 2);
    told.text += origin_text(run);
    told.json = {{"file", (night / name).string()},
                 {"digest", file.digest},
                 {"as_published", found == file.digest},
                 {"step", maker < 0 ? "publish" : graph.steps[static_cast<std::size_t>(maker)].name},
                 {"steps", steps_json(graph)},
                 {"origin", origin_json(run)}};
    return told;
  }
  throw DataError(fmt::format("{} does not belong to the night {}", name, night.string()));
}

LineageTold lineage_of_step(fs::path const& folder) {
  std::string const text = io::read_file(folder / "step.json");
  io::check_seal(text, (folder / "step.json").string());
  drivers::RunRecord run;
  run.steps = {drivers::step_record_from_json(text, (folder / "step.json").string())};
  drivers::LineageGraph const graph = drivers::lineage_of(run);
  LineageTold told;
  told.text = folder.string() + "\n";
  for (auto const& [name, digest] : run.steps.front().files) told.text += fmt::format("  {:<32} {}\n", name, digest);
  told.text += drivers::lineage_text(graph, 0, 2);
  told.json = {{"folder", folder.string()}, {"steps", steps_json(graph)}};
  return told;
}

/// Text attributes of a file by name.
using LineageAttributes = std::map<std::string, std::string>;

LineageAttributes attributes_in(fs::path const& path) {
  io::Hdf5File file = io::Hdf5File::open(io::Comm::self(), path);
  LineageAttributes attributes;
  for (std::string const& name : file.attributes_of("/")) {
    try {
      attributes[name] = file.text_attribute("/", name);
    } catch (Error const&) {
      continue;  // a number: those that matter here are asked for by name
    }
  }
  if (file.has_attribute("/", "seed")) attributes["seed"] = std::to_string(file.integer_attribute("/", "seed"));
  return attributes;
}

/// What registering a model version has written into it.
nlohmann::json lineage_attribute(LineageAttributes const& attributes) {
  auto const found = attributes.find("lineage");
  nlohmann::json const json =
      found == attributes.end() ? nlohmann::json() : nlohmann::json::parse(found->second, nullptr, false);
  return json.is_object() ? json : nlohmann::json::object();
}

std::string parent_of(LineageAttributes const& attributes) {
  nlohmann::json const lineage = lineage_attribute(attributes);
  auto const parent = lineage.find("parent");
  return parent != lineage.end() && parent->is_string() ? parent->get<std::string>() : "";
}

/// Versions that a model version was judged against, and they before them, as far as they are still there.
std::vector<std::string> ancestors_of(fs::path const& path, LineageAttributes const& attributes) {
  constexpr std::size_t most = 100;
  std::vector<std::string> ancestors;
  std::string parent = parent_of(attributes);
  while (!parent.empty() && ancestors.size() < most) {
    ancestors.push_back(parent);
    fs::path const file = path.parent_path() / (io::checked_name("version", parent) + ".h5");
    parent = fs::exists(file) ? parent_of(attributes_in(file)) : "";
  }
  return ancestors;
}

/// A committed HDF5 file says itself what made it. `found`: the digest of its content as it is now.
LineageTold lineage_of_file(fs::path const& path, std::string const& found) {
  LineageAttributes const attributes = attributes_in(path);
  auto const value = [&](std::string const& name) {
    auto const at = attributes.find(name);
    return at == attributes.end() ? std::string() : at->second;
  };
  bool const is_whole = value("digest") == found;
  LineageTold told;
  told.text = fmt::format("{}  {}, {}\n", path.string(), found,
                          is_whole ? "as committed" : "NOT as committed: it was " + value("digest"));
  told.json = {{"file", path.string()}, {"digest", found}, {"as_committed", is_whole}};
  for (char const* name : {"kind", "program_version", "seed"}) {
    told.text += fmt::format("  {:<16} {}\n", name, value(name));
    told.json[name] = value(name);
  }
  std::vector<std::string> const ancestors = ancestors_of(path, attributes);
  for (std::string const& parent : ancestors) told.text += fmt::format("  {:<16} {}\n", "judged against", parent);
  told.json["parents"] = ancestors;
  told.json["config"] = value("config");
  told.json["inputs"] = nlohmann::json::object();
  for (auto const& [name, digest] : attributes) {
    if (!name.starts_with("input.")) continue;
    told.text += fmt::format("  from {}  {}\n", name.substr(6), digest);
    told.json["inputs"][name.substr(6)] = digest;
  }
  told.text += "  options\n" + indented_lines(value("config"), 4);
  return told;
}

/// The night that a path lies in; empty when it lies in none.
fs::path night_above(fs::path const& path) {
  for (fs::path folder = path; folder.has_relative_path(); folder = folder.parent_path()) {
    if (io::is_night(folder)) return folder;
  }
  return {};
}

/// Collective. Everything but digests is read by rank 0 alone.
LineageTold tell_lineage(io::Comm const& comm, fs::path const& path) {
  fs::path const night = night_above(path);
  bool const is_file = fs::is_regular_file(path);
  if (!is_file && night.empty() && !fs::exists(path / "step.json")) {
    throw DataError(path.string() + ": expected a night, a file of one, a step of the cache, or a committed file");
  }
  io::NightManifest manifest;
  if (!night.empty()) manifest = io::read_manifest(comm, night);
  std::string const digest = is_file ? io::digest_of_file(comm, path) : "";
  LineageTold told;
  io::agree(comm, "read the records", [&] {
    if (!comm.is_root()) return;
    if (!night.empty() && path == night) {
      told = lineage_of_night(night, manifest);
    } else if (!night.empty()) {
      told = lineage_of_published(night, manifest, fs::relative(path, night).generic_string(), digest);
    } else if (!is_file || fs::exists(path.parent_path() / "step.json")) {
      told = lineage_of_step(is_file ? path.parent_path() : path);
    } else {
      told = lineage_of_file(path, digest);
    }
  });
  return told;
}

}  // namespace

Command make_lineage_command() {
  auto path = std::make_shared<std::string>();
  Command command{
      "lineage", "what a published file was made from, step by step, back to the raw files", {}, {"path"}, {}};
  command.options.add_options()("path", po::value(path.get())->required(),
                                "a night, a file of one, a step's folder in the cache, a model version or table");
  command.run = [path](Context const& context) {
    LineageTold const told = tell_lineage(context.comm, fs::weakly_canonical(*path));
    print_result(context, context.json ? told.json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"
                                       : told.text);
  };
  return command;
}

}  // namespace tidemill::jobs
