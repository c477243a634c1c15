#include "io/store/lease.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <mutex>

#include "io/error.hpp"
#include "io/store/posix.hpp"

namespace tidemill::io {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto touch_interval = 5s;
constexpr auto longest_silence = 120s;
constexpr int attempts = 3;

std::string host_name() {
  char name[256] = {};
  gethostname(name, sizeof(name) - 1);
  return name;
}

std::string slurm_job() {
  char const* const job = std::getenv("SLURM_JOB_ID");
  return job == nullptr ? "-" : job;
}

struct Holder {
  std::string host;
  long process = 0;
  std::string job;
};

Holder read_holder(fs::path const& path) {
  Holder holder;
  std::ifstream(path) >> holder.host >> holder.process >> holder.job;
  return holder;
}

bool is_silent(fs::path const& path) {
  std::error_code gone;
  auto const touched = fs::last_write_time(path, gone);
  return gone || fs::file_time_type::clock::now() - touched > longest_silence;
}

bool is_dead(fs::path const& path, Holder const& holder) {
  if (is_silent(path)) return true;
  if (holder.host.empty()) return false;                            // being written this moment
  if (holder.job != "-" && holder.job == slurm_job()) return true;  // a job runs once: this is its next start
  return holder.host == host_name() && kill(static_cast<pid_t>(holder.process), 0) != 0 && errno == ESRCH;
}

bool create(fs::path const& path) {
  int const fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) {
    if (errno == EEXIST) return false;
    throw Error(fmt::format("cannot create the lock {}: {}", path.string(),
                            std::error_code(errno, std::generic_category()).message()));
  }
  std::string const text = fmt::format("{} {} {}\n", host_name(), getpid(), slurm_job());
  ssize_t const written = ::write(fd, text.data(), text.size());
  ::close(fd);
  if (written == static_cast<ssize_t>(text.size())) return true;
  remove_if_present(path);
  throw Error("cannot write the lock " + path.string() + "; free space, then run again");
}

void take(fs::path const& path) {
  for (int attempt = 0; attempt < attempts; ++attempt) {
    if (create(path)) return;
    Holder const holder = read_holder(path);
    if (!is_dead(path, holder)) {
      throw Error(fmt::format("another run (process {} on {}) is at work in {}; wait for it or stop it", holder.process,
                              holder.host, path.parent_path().string()),
                  ExitCode::locked);
    }
    // Moved aside first: of two that find the same dead holder only one moves it.
    fs::path const aside = path.string() + fmt::format(".{}-{}", host_name(), getpid());
    std::error_code other_was_faster;
    fs::rename(path, aside, other_was_faster);
    remove_if_present(aside);
  }
  throw Error("the lock " + path.string() + " changes hands all the time; run again", ExitCode::locked);
}

void touch_until_stopped(std::stop_token const& stop, fs::path const& path) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!wake.wait_for(lock, stop, touch_interval, [&] { return stop.stop_requested(); })) {
    std::error_code ignored;
    fs::last_write_time(path, fs::file_time_type::clock::now(), ignored);
  }
}

}  // namespace

Lease::Lease(Comm const& comm, fs::path path) : is_holder_(false), path_(std::move(path)) {
  agree(comm, "lock " + path_.string(), [&] {
    if (!comm.is_root()) return;
    make_folders(path_.parent_path());
    take(path_);
    is_holder_ = true;
  });
  if (is_holder_)
    heartbeat_ = std::jthread([file = path_](std::stop_token const& stop) { touch_until_stopped(stop, file); });
}

Lease::~Lease() {
  if (!is_holder_) return;
  heartbeat_.request_stop();
  heartbeat_.join();
  std::error_code ignored;
  fs::remove(path_, ignored);
}

std::string living_holder(fs::path const& path) {
  if (!fs::exists(path)) return "";
  Holder const holder = read_holder(path);
  return is_dead(path, holder) ? "" : fmt::format("process {} on {}", holder.process, holder.host);
}

}  // namespace tidemill::io
