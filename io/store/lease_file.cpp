#include "io/store/lease_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <optional>

#include "io/error.hpp"
#include "io/store/failpoint.hpp"
#include "io/store/lease_record.hpp"
#include "io/store/posix.hpp"
#include "io/store/trash.hpp"

namespace tidemill::io {
namespace {

namespace fs = std::filesystem;

constexpr int lease_attempts = 20;
constexpr double longest_beat = 5;

struct LeaseEntries {
  std::int64_t highest = 0;
  bool is_held = false;   ///< the highest has a record
  bool was_free = false;  ///< the highest was given back
  std::vector<fs::path> lower;
};

/// N or N.free; nullopt for other names.
std::optional<std::int64_t> lease_number_in(std::string const& name) {
  std::int64_t number = 0;
  auto const [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  std::string_view const rest(end, name.data() + name.size());
  if (error != std::errc() || number < 1 || !(rest.empty() || rest == ".free")) return std::nullopt;
  return number;
}

LeaseEntries read_lease_entries(fs::path const& folder) {
  LeaseEntries entries;
  std::vector<fs::path> all;
  for (auto const& entry : fs::directory_iterator(folder)) {
    if (auto const number = lease_number_in(entry.path().filename().string())) {
      all.push_back(entry.path());
      entries.highest = std::max(entries.highest, *number);
    }
  }
  for (fs::path const& path : all) {
    bool const is_highest = lease_number_in(path.filename().string()) == entries.highest;
    if (!is_highest) entries.lower.push_back(path);
    if (is_highest) (path.extension() == ".free" ? entries.was_free : entries.is_held) = true;
  }
  return entries;
}

fs::path lease_entry_path(fs::path const& folder, std::int64_t number) { return folder / std::to_string(number); }

/// A lock of the releases before lease numbers was a file of this name, touched by its holder.
void remove_lock_of_old_release(fs::path const& folder) {
  if (!fs::is_regular_file(fs::symlink_status(folder))) return;
  auto const silence = fs::file_time_type::clock::now() - fs::last_write_time(folder);
  if (silence < std::chrono::seconds(120)) {
    throw Error("a run of an older release is at work beside " + folder.string() + "; wait two minutes, then run again",
                ExitCode::locked);
  }
  remove_if_present(folder);
}

[[noreturn]] void refuse_held_lease(fs::path const& folder, LeaseHolder const& holder) {
  throw Error(fmt::format("another run ({}) is at work in {}; wait for it or stop it", text_of(holder),
                          folder.parent_path().string()),
              ExitCode::locked);
}

std::int64_t take_lease(fs::path const& folder) {
  for (int attempt = 0; attempt < lease_attempts; ++attempt) {
    LeaseEntries const found = read_lease_entries(folder);
    if (found.is_held) {
      auto const holder = read_lease_record(lease_entry_path(folder, found.highest));
      // Its holder gave it back between the two looks.
      if (!holder) continue;
      if (!is_dead(*holder, lease_entry_path(folder, found.highest))) refuse_held_lease(folder, *holder);
    }
    std::int64_t const mine = found.highest + 1;
    if (!make_lease_record(lease_entry_path(folder, mine))) continue;  // another was faster: look who
    // Between the look and the making others may have taken, given back and tidied away several numbers.
    LeaseEntries const now = read_lease_entries(folder);
    if (now.highest == mine && !now.was_free) {
      // Numbers must not begin again after a loss of power: what this one leaves would be nobody's to remove.
      sync_folder(folder);
      for (fs::path const& path : now.lower) remove_if_present(path);
      return mine;
    }
    remove_if_present(lease_entry_path(folder, mine));
    std::this_thread::sleep_for(std::chrono::milliseconds(10 + attempt));
  }
  throw Error("the lock " + folder.string() + " changes hands all the time; run again", ExitCode::locked);
}

/// The number in a private name; nullopt for other names.
std::optional<std::int64_t> private_number(std::string const& name) {
  if (!name.starts_with('.') || !name.ends_with(".tmp")) return std::nullopt;
  std::string const stem = name.substr(0, name.size() - 4);
  return lease_number_in(stem.substr(stem.rfind('.') + 1));
}

void remove_private_names_below(std::int64_t number, fs::path const& folder) {
  std::error_code none;
  std::vector<fs::path> old;
  for (auto const& entry : fs::directory_iterator(folder, none)) {
    auto const found = private_number(entry.path().filename().string());
    if (found && *found < number) old.push_back(entry.path());
  }
  for (fs::path const& path : old) discard(path);
}

}  // namespace

LeaseFile::LeaseFile(fs::path folder, std::function<void(std::string const&)> on_lost) : folder_(std::move(folder)) {
  remove_lock_of_old_release(folder_);
  make_folders(folder_);
  number_ = take_lease(folder_);
  // The heartbeat runs while old private names are removed, which may be whole nights.
  heartbeat_ = std::jthread([this, on_lost](std::stop_token const& stop) { beat(stop, on_lost); });
  for (fs::path const& place : {folder_.parent_path(), folder_.parent_path() / "nights"}) {
    remove_private_names_below(number_, place);
  }
}

LeaseFile::~LeaseFile() {
  heartbeat_.request_stop();
  heartbeat_.join();
  fs::path const mine = lease_entry_path(folder_, number_);
  fs::path const free = mine.string() + ".free";
  at_failpoint([&] { return ::rename(mine.c_str(), free.c_str()); });  // else its end is seen by the process being gone
}

void LeaseFile::check() const {
  LeaseEntries const now = read_lease_entries(folder_);
  if (now.highest == number_ && now.is_held) return;
  auto const holder = now.is_held ? read_lease_record(lease_entry_path(folder_, now.highest)) : std::nullopt;
  throw Error(fmt::format("this run was silent for too long and lost the lock {} (number {}) to {} (number {}); it "
                          "publishes nothing, run it again when the other is done",
                          folder_.string(), number_, holder ? text_of(*holder) : "a run that has ended", now.highest),
              ExitCode::locked);
}

fs::path LeaseFile::private_name(fs::path const& final) const {
  return final.parent_path() / fmt::format(".{}.{}.tmp", final.filename().string(), number_);
}

void LeaseFile::publish(fs::path const& from, fs::path const& to) const {
  check();
  try {
    rename_file(from, to);
  } catch (Error const&) {
    check();  // the name is gone because another took the lease over just now
    throw;
  }
  sync_folder(to.parent_path());
}

void LeaseFile::beat(std::stop_token const& stop, std::function<void(std::string const&)> const& on_lost) const {
  fs::path const mine = lease_entry_path(folder_, number_);
  auto const interval = std::chrono::duration<double>(std::min(longest_beat, lease_seconds() / 24));
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!wake.wait_for(lock, stop, interval, [&] { return stop.stop_requested(); })) {
    touch_lease_record(mine);
    try {
      check();
    } catch (Error const& error) {
      if (error.code() != ExitCode::locked) continue;
      if (on_lost) on_lost(error.what());
      return;
    } catch (fs::filesystem_error const&) {
      continue;  // the file system does not answer: the next beat asks again
    }
  }
}

std::string living_holder(fs::path const& folder) {
  std::error_code none;
  if (!fs::is_directory(folder, none)) return "";
  LeaseEntries const entries = read_lease_entries(folder);
  if (!entries.is_held) return "";
  fs::path const path = lease_entry_path(folder, entries.highest);
  auto const holder = read_lease_record(path);
  return !holder || is_dead(*holder, path) ? "" : text_of(*holder);
}

}  // namespace tidemill::io
