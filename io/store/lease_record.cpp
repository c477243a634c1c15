#include "io/store/lease_record.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "io/error.hpp"
#include "io/store/failpoint.hpp"
#include "io/store/place.hpp"

namespace tidemill::io {
namespace {

namespace fs = std::filesystem;

constexpr double usual_lease_seconds = 120;

struct ProcessRecord {
  char state = '?';         ///< '?' where there is no such process
  std::string start = "0";  ///< ticks from the start of the host
};

/// Fields 3 and 22 of /proc/PID/stat. The name in field 2 may hold blanks and brackets.
ProcessRecord record_of_process(long process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  std::string text;
  std::getline(file, text);
  std::size_t const bracket = text.rfind(')');
  if (bracket == std::string::npos) return {};
  ProcessRecord found;
  std::istringstream rest(text.substr(bracket + 1));
  rest >> found.state;
  for (int number = 4; number <= 22; ++number) rest >> found.start;
  return rest ? found : ProcessRecord{};
}

/// Ended, but nobody has asked for its exit status yet, as after the death of its launcher. Its last thread is gone:
/// one that still is in a system call could write.
bool is_unclaimed(long process, ProcessRecord const& found) {
  if (found.state != 'Z' && found.state != 'X') return false;
  std::error_code ignored;
  fs::directory_iterator const threads(fmt::format("/proc/{}/task", process), ignored);
  return std::distance(fs::begin(threads), fs::end(threads)) <= 1;
}

bool is_gone_from_this_host(LeaseHolder const& holder) {
  if (kill(static_cast<pid_t>(holder.process), 0) != 0 && errno == ESRCH) return true;
  ProcessRecord const found = record_of_process(holder.process);
  if (is_unclaimed(holder.process, found)) return true;
  return found.start != "0" && holder.process_start != "0" && found.start != holder.process_start;
}

struct timespec touched_at(fs::path const& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 ? status.st_mtim : timespec{};
}

/// What the file system takes for now, which need not be this host's clock; that one where nothing can be written.
struct timespec now_beside(fs::path const& path) {
  fs::path const probe = path.parent_path() / fmt::format(".now.{}.{}", host_name(), getpid());
  ::unlink(probe.c_str());
  struct timespec now {};
  if (::symlink("now", probe.c_str()) == 0) {
    now = touched_at(probe);
    ::unlink(probe.c_str());
  }
  if (now.tv_sec == 0) clock_gettime(CLOCK_REALTIME, &now);
  return now;
}

double silence_of(fs::path const& path) {
  struct timespec const now = now_beside(path), touched = touched_at(path);
  return static_cast<double>(now.tv_sec - touched.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec - touched.tv_nsec);
}

}  // namespace

double lease_seconds() {
  char const* const text = std::getenv("TIDEMILL_LEASE_SECONDS");
  if (text == nullptr) return usual_lease_seconds;
  char* end = nullptr;
  double const seconds = std::strtod(text, &end);
  if (end == text || *end != '\0' || !(seconds > 0.1)) {
    throw ConfigError(fmt::format("TIDEMILL_LEASE_SECONDS = {}: expected seconds above 0.1", text));
  }
  return seconds;
}

bool make_lease_record(fs::path const& path) {
  std::string const record = fmt::format("{} {} {} {} {} {}", host_name(), getpid(), record_of_process(getpid()).start,
                                         job_name(), time_now_text(), lease_seconds());
  if (at_failpoint([&] { return ::symlink(record.c_str(), path.c_str()); }) == 0) return true;
  if (errno == EEXIST) return false;
  throw Error(fmt::format("cannot create the lock {}: {}", path.string(),
                          std::error_code(errno, std::generic_category()).message()));
}

std::optional<LeaseHolder> read_lease_record(fs::path const& path) {
  std::error_code error;
  fs::path const text = fs::read_symlink(path, error);
  if (error == std::errc::no_such_file_or_directory) return std::nullopt;
  LeaseHolder holder;
  std::istringstream fields(text.string());
  fields >> holder.host >> holder.process >> holder.process_start >> holder.job >> holder.since >> holder.seconds;
  if (!fields || holder.process < 1 || !(holder.seconds > 0)) return LeaseHolder{"", 0, "0", "-", "?", 120};
  return holder;
}

void touch_lease_record(fs::path const& path) {
  struct timespec const now[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
  ::utimensat(AT_FDCWD, path.c_str(), now, AT_SYMLINK_NOFOLLOW);
}

bool is_dead(LeaseHolder const& holder, fs::path const& path) {
  bool const is_here = holder.host == host_name();
  if (is_here && is_gone_from_this_host(holder)) return true;
  if (!is_here && holder.job != "-" && holder.job == job_name())
    return true;  // a job runs once: this is its next start
  return silence_of(path) > holder.seconds;
}

std::string text_of(LeaseHolder const& holder) {
  if (holder.host.empty()) return "an unknown one";
  std::string const job = holder.job == "-" ? "" : fmt::format(", Slurm job {}", holder.job);
  return fmt::format("process {} on {}{}, since {}", holder.process, holder.host, job, holder.since);
}

}  // namespace tidemill::io
