#include "io/hdf5/inspection.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "io/error.hpp"
#include "io/hdf5/file_sum.hpp"
#include "io/hdf5/walk_file.hpp"

// AddressSanitizer keeps a shadow of all addresses, which no limit of them allows.
#if defined(__SANITIZE_ADDRESS__)
#define TIDEMILL_ADDRESSES_UNLIMITED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TIDEMILL_ADDRESSES_UNLIMITED
#endif
#endif

namespace tidemill::io {
namespace {

namespace fs = std::filesystem;

constexpr char const* inspection_word = "--inspect-hdf5";
constexpr rlim_t most_addresses = rlim_t{4} << 30;
constexpr rlim_t least_seconds = 20;
constexpr rlim_t bytes_per_second = 20'000'000;
constexpr int code_of_refusal = static_cast<int>(ExitCode::bad_data);

bool& is_served() {
  static bool served = false;
  return served;
}

void limit_to(decltype(RLIMIT_CPU) kind, rlim_t most) {
  struct rlimit const limit{most, most};
  if (::setrlimit(kind, &limit) != 0) throw Error("a limit cannot be set");
}

/// Nothing that the parent had open is reached from here, and it does not outlive the parent.
void shut_in(fs::path const& path) {
  constexpr int most_descriptors = 4096;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int descriptor = 3; descriptor < most_descriptors; ++descriptor) ::close(descriptor);
  rlim_t const seconds = least_seconds + fs::file_size(path) / bytes_per_second;
  limit_to(RLIMIT_CORE, 0);
  limit_to(RLIMIT_FSIZE, 0);
  limit_to(RLIMIT_CPU, seconds);
#ifndef TIDEMILL_ADDRESSES_UNLIMITED
  limit_to(RLIMIT_AS, most_addresses);
#endif
  ::alarm(static_cast<unsigned>(10 * seconds));
}

int inspect_here(fs::path const& path) {
  std::string why;
  try {
    shut_in(path);
    walk_hdf5_file(path);
    return 0;
  } catch (std::bad_alloc const&) {
    why = "reading it takes more memory than 4 GiB";
  } catch (std::exception const& error) {
    why = error.what();
  }
  std::fputs(why.c_str(), stdout);
  std::fflush(stdout);
  return code_of_refusal;
}

/// Where libraries are, how sanitizers behave; nothing that tells who started this job, and no plug-ins.
std::vector<std::string> environment_of_child() {
  std::vector<std::string> kept{"HDF5_PLUGIN_PRELOAD=::", "OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1"};
  for (char const* const name : {"LD_LIBRARY_PATH", "LD_PRELOAD", "PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS"}) {
    if (char const* const value = std::getenv(name)) kept.push_back(fmt::format("{}={}", name, value));
  }
  return kept;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// Process number, and the end of the pipe from which the reason is read.
std::pair<pid_t, int> start_child(fs::path const& path) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw Error("cannot make a pipe: " + std::string(std::strerror(errno)));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  std::vector<std::string> arguments{"tidemill", inspection_word, path.string()}, environment = environment_of_child();
  pid_t child = -1;
  int const failed = ::posix_spawn(&child, "/proc/self/exe", &actions, &attributes, pointers_to(arguments).data(),
                                   pointers_to(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (failed == 0) return {child, ends[0]};
  ::close(ends[0]);
  throw Error(fmt::format("{}: cannot start the process that looks into files of others: {}; check limits of processes",
                          path.string(), std::strerror(failed)));
}

std::string read_reason(int from) {
  constexpr std::size_t longest_reason = 2000;
  std::string reason;
  std::array<char, 1024> buffer{};
  for (ssize_t got = 0; (got = ::read(from, buffer.data(), buffer.size())) != 0;) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) break;
    if (reason.size() < longest_reason) reason.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(from);
  // It may be taken from the file.
  for (char& c : reason) c = static_cast<unsigned char>(c) < ' ' || c == 127 ? '?' : c;
  return reason.substr(0, longest_reason);
}

int wait_for_child(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw Error("cannot wait for a child process: " + std::string(std::strerror(errno)));
  }
  return status;
}

/// Empty: the file may be opened.
std::string reason_against(fs::path const& path) {
  auto const [child, from] = start_child(path);
  std::string const reason = read_reason(from);
  int const status = wait_for_child(child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return "";
  if (WIFEXITED(status) && WEXITSTATUS(status) == code_of_refusal && !reason.empty()) return reason;
  if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGALRM)) {
    return "going through it takes longer than its size allows";
  }
  return WIFSIGNALED(status) ? fmt::format("the HDF5 library crashed over it (signal {})", WTERMSIG(status))
                             : fmt::format("the HDF5 library failed over it (code {})", WEXITSTATUS(status));
}

struct FileState {
  std::uintmax_t size;
  fs::file_time_type changed;
  bool operator==(FileState const&) const = default;
};

}  // namespace

std::optional<int> serve_inspection(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], inspection_word) == 0) return inspect_here(argv[2]);
  is_served() = true;
  return std::nullopt;
}

void inspect_foreign_file(fs::path const& path) {
  static std::map<fs::path, FileState> found_good;
  std::error_code missing;
  FileState const state{fs::file_size(path, missing), fs::last_write_time(path, missing)};
  if (missing || H5Fis_hdf5(path.c_str()) <= 0) return;
  auto const known = found_good.find(path);
  if (known != found_good.end() && known->second == state) return;
  if (!is_served()) throw Error(path.string() + ": this program does not open HDF5 files that tidemill did not commit");
  std::string const reason = reason_against(path);
  if (!reason.empty()) {
    throw DataError(
        fmt::format("{} is an HDF5 file that tidemill did not commit, and it cannot be read safely: {}; write it anew "
                    "with plain datasets, or take it from where it was made",
                    path.string(), reason));
  }
  // Within a tick of the file system's clock it could be changed again without a trace.
  constexpr std::chrono::seconds settled{2};
  if (fs::file_time_type::clock::now() - state.changed > settled) found_good[path] = state;
}

void check_before_opening(Comm const& comm, fs::path const& path) {
  if (check_file_sum(comm, path)) return;
  agree(comm, "inspect " + path.string(), [&] {
    if (comm.is_root()) inspect_foreign_file(path);
  });
}

}  // namespace tidemill::io
