#include "drivers/night/run_steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "drivers/night/step_meter.hpp"
#include "io/digest/sha256.hpp"
#include "io/error.hpp"
#include "io/signals/stop_request.hpp"
#include "io/store/commit.hpp"
#include "io/store/committed_digest.hpp"
#include "io/store/posix.hpp"
#include "io/store/seal.hpp"

namespace tidemill::drivers {
namespace {

namespace fs = std::filesystem;

constexpr char const* record_name = "step.json";
constexpr char const* checkpoint_folder = "checkpoints";

StepRecord const& record_named(std::vector<StepRecord> const& records, std::string const& name,
                               std::string const& asker) {
  for (StepRecord const& record : records) {
    if (record.name == name) return record;
  }
  throw std::logic_error("step " + asker + " comes before the step " + name + " that it needs");
}

std::map<std::string, std::string> inputs_of(Step const& step, std::vector<StepRecord> const& done) {
  std::map<std::string, std::string> inputs;
  if (step.inputs) inputs = step.inputs();
  for (std::string const& name : step.after) {
    for (auto const& [file, digest] : record_named(done, name, step.name).files) inputs[name + "/" + file] = digest;
  }
  return inputs;
}

std::string key_of(Step const& step, std::map<std::string, std::string> const& inputs) {
  io::Sha256 sum;
  for (std::string const& field : {step.name, std::to_string(step.version), step.config}) sum.add_field(field);
  for (auto const& [name, digest] : inputs) {
    sum.add_field(name);
    sum.add_field(digest);
  }
  return io::hex(sum.finish());
}

/// Paths of the files in a step's folder, relative to it, in byte order.
std::vector<std::string> files_in(fs::path const& folder) {
  std::vector<std::string> files;
  for (auto entry = fs::recursive_directory_iterator(folder); entry != fs::recursive_directory_iterator(); ++entry) {
    std::string const name = fs::relative(entry->path(), folder).generic_string();
    if (name == checkpoint_folder) entry.disable_recursion_pending();
    if (entry->is_regular_file() && name != record_name && !name.ends_with(".tmp")) files.push_back(name);
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::map<std::string, std::string> digests_of_files(io::Comm const& comm, fs::path const& folder) {
  std::string listed;
  io::agree(comm, "list " + folder.string(), [&] {
    if (!comm.is_root()) return;
    for (std::string const& name : files_in(folder)) listed += name + "\n";
  });
  listed = comm.broadcast(listed);
  std::map<std::string, std::string> digests;
  for (std::size_t at = 0; at < listed.size();) {
    std::size_t const end = listed.find('\n', at);
    std::string const name = listed.substr(at, end - at);
    digests[name] = io::digest_of_committed(comm, folder / name);
    at = end + 1;
  }
  return digests;
}

/// The record of a finished step whose files are all there and unchanged.
std::optional<StepRecord> finished(io::Comm const& comm, io::Progress& progress, fs::path const& folder,
                                   std::string const& key) {
  std::string text;
  io::agree(comm, "read " + (folder / record_name).string(), [&] {
    if (comm.is_root() && fs::exists(folder / record_name)) text = io::read_file(folder / record_name);
  });
  text = comm.broadcast(text);
  if (text.empty()) return std::nullopt;
  try {
    io::check_seal(text, (folder / record_name).string());
    StepRecord record = step_record_from_json(text, (folder / record_name).string());
    if (record.key != key) return std::nullopt;
    if (digests_of_files(comm, folder) == record.files) return record;
    progress.say(fmt::format("{}: a file was changed or is missing; the step is done again", folder.string()));
  } catch (Error const& error) {
    progress.say(fmt::format("{}: {}; the step is done again", folder.string(), error.what()));
  }
  return std::nullopt;
}

void clear_leftovers(io::Comm const& comm, fs::path const& folder) {
  io::agree(comm, "clear " + folder.string(), [&] {
    if (!comm.is_root()) return;
    io::make_folders(folder);
    io::remove_if_present(folder / record_name);
    for (auto const& entry : fs::directory_iterator(folder)) {
      if (entry.path().filename() != checkpoint_folder) io::remove_tree(entry.path());
    }
  });
}

StepRecord run_step(io::Comm const& comm, io::Progress& progress, Step const& step, StepRunOptions const& options,
                    std::vector<StepRecord> const& done) {
  StepMeter const meter(comm);
  std::map<std::string, std::string> const inputs = inputs_of(step, done);
  std::string const key = key_of(step, inputs);
  fs::path const folder = folder_of_step(options.cache, step.name, key);
  auto const folder_of = [&](std::string const& name) {
    return folder_of_step(options.cache, name, record_named(done, name, step.name).key);
  };
  StepWork const work{comm, progress, folder, key, folder_of};
  if (auto record = finished(comm, progress, folder, key); record && (!step.still_holds || step.still_holds(work))) {
    double const seconds_when_run = record->seconds;
    record->reused = true;
    meter.finish(*record);
    record->saved_seconds = std::max(0.0, seconds_when_run - record->seconds);
    return *record;
  }
  clear_leftovers(comm, folder);
  StepOutcome const outcome = step.run(work);
  StepRecord record;
  record.name = step.name;
  record.title = step.title;
  record.key = key;
  record.rows = outcome.rows;
  record.summary = outcome.summary;
  record.figures = outcome.figures;
  record.inputs = inputs;
  record.files = digests_of_files(comm, folder);
  meter.finish(record);
  io::commit_text(comm, folder / record_name, comm.is_root() ? io::with_seal(to_json(record)) : "");
  io::agree(comm, "clear checkpoints", [&] {
    if (comm.is_root()) io::remove_tree(folder / checkpoint_folder);
  });
  return record;
}

}  // namespace

fs::path folder_of_step(fs::path const& cache, std::string const& name, std::string const& key) {
  return cache / (name + "-" + key.substr(0, 16));
}

std::vector<StepRecord> run_steps(io::Comm const& comm, io::Progress& progress, std::vector<Step> const& steps,
                                  StepRunOptions const& options) {
  std::vector<StepRecord> done;
  for (Step const& step : steps) {
    if (io::stop_requested(comm)) {
      throw StoppedAtCheckpoint("asked to stop before '" + step.name + "'; run the same command again to go on");
    }
    progress.enter_stage();
    done.push_back(run_step(comm, progress, step, options, done));
    progress.leave_stage(done.back().summary, done.back().reused);
    options.on_step(done);
    if (step.name == options.stop_after) {
      throw StoppedAtCheckpoint("stopped after '" + step.name + "' as asked; run again without stop-after to go on");
    }
  }
  return done;
}

}  // namespace tidemill::drivers
