#include <fmt/format.h>
#include <mpi.h>
#include <sched.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <limits>

#include "io/comm/node_memory.hpp"
#include "io/doctor/checks.hpp"

namespace tidemill::io {
namespace {

using Grade = Finding::Grade;
constexpr std::int64_t little_memory = 512ll << 20;

/// Cores that this process may run on.
int allowed_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof(set), &set) == 0 ? std::max(1, CPU_COUNT(&set)) : 1;
}

int ranks_of_machine(Comm const& comm) {
  MPI_Comm node = MPI_COMM_NULL;
  MPI_Comm_split_type(comm.handle(), MPI_COMM_TYPE_SHARED, comm.rank(), MPI_INFO_NULL, &node);
  int ranks = 1;
  MPI_Comm_size(node, &ranks);
  MPI_Comm_free(&node);
  return ranks;
}

int cores_of_machine() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  int cores = 0;
  for (std::string line; std::getline(cpuinfo, line);) cores += line.starts_with("processor") ? 1 : 0;
  return std::max(cores, 1);
}

int threads_per_rank() {
  char const* const given = std::getenv("OMP_NUM_THREADS");
  return given == nullptr ? 1 : std::max(1, std::atoi(given));
}

std::string mpi_version() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = {};
  int length = 0;
  MPI_Get_library_version(text, &length);
  std::string const version(text, static_cast<std::size_t>(length));
  return version.substr(0, version.find(','));
}

/// "USR1 ignored" for each signal a scheduler sends that would not reach the run.
std::string deaf_signals() {
  std::string deaf;
  sigset_t blocked;
  sigemptyset(&blocked);
  sigprocmask(SIG_BLOCK, nullptr, &blocked);
  for (auto const& [number, name] : {std::pair{SIGUSR1, "USR1"}, std::pair{SIGTERM, "TERM"}}) {
    struct sigaction action {};
    sigaction(number, nullptr, &action);
    bool const is_ignored = action.sa_handler == SIG_IGN;
    if (is_ignored || sigismember(&blocked, number) == 1) {
      deaf += std::string(deaf.empty() ? "" : ", ") + name + (is_ignored ? " is ignored" : " is blocked");
    }
  }
  return deaf;
}

}  // namespace

char const* name_of(Finding::Grade grade) { return grade == Grade::ok ? "ok" : grade == Grade::warn ? "warn" : "fail"; }

std::vector<Finding> check_ranks(Comm const& comm) {
  std::int64_t const size = comm.size();
  std::vector<std::vector<std::int64_t>> outgoing(static_cast<std::size_t>(size));
  for (auto& part : outgoing) part = {comm.rank()};
  auto const received = comm.exchange(outgoing);
  bool is_right = comm.sum(std::int64_t{comm.rank()}) == size * (size - 1) / 2;
  for (std::size_t r = 0; r < received.size(); ++r)
    is_right &= received[r] == std::vector{static_cast<std::int64_t>(r)};
  is_right = comm.min(is_right ? 1 : 0) == 1;
  std::vector<Finding> findings{
      {"mpi", is_right ? Grade::ok : Grade::fail,
       fmt::format("{}, {} ranks, sums and exchanges come out {}", mpi_version(), size, is_right ? "right" : "wrong"),
       is_right ? "" : "the MPI installation or its network is broken: try mpirun -n 2 on one machine first"}};
  std::int64_t const ranks = comm.max(ranks_of_machine(comm));
  std::int64_t const cores = comm.min(cores_of_machine());
  bool const is_crowded = ranks > cores;
  findings.push_back({"cores", is_crowded ? Grade::warn : Grade::ok,
                      fmt::format("at most {} ranks on a machine, at least {} cores on each", ranks, cores),
                      is_crowded ? "more ranks than cores wait for each other: start one rank per core" : ""});
  return findings;
}

std::vector<Finding> check_process(Comm const& comm) {
  std::vector<Finding> findings;
  std::int64_t const threads = comm.max(threads_per_rank()), cores = comm.min(allowed_cores());
  bool const is_tight = threads > cores;
  findings.push_back({"threads", is_tight ? Grade::warn : Grade::ok,
                      fmt::format("{} threads per rank, a rank may use {} cores", threads, cores),
                      is_tight ? "bind ranks to as many cores as threads (mpirun --map-by slot:PE=N), or set "
                                 "OMP_NUM_THREADS lower"
                               : ""});
  std::int64_t const memory = available_memory_per_rank(comm);
  bool const is_known = memory < std::numeric_limits<std::int64_t>::max(), is_little = memory < little_memory;
  findings.push_back({"memory", is_little ? Grade::warn : Grade::ok,
                      is_known ? fmt::format("{:.1f} GB left for each rank", static_cast<double>(memory) / 1e9)
                               : "the system does not tell how much is left",
                      is_little ? "take fewer ranks per machine or ask the scheduler for more memory" : ""});
  std::string deaf;
  for (std::string const& text : comm.gather_all_texts(deaf_signals())) deaf = deaf.empty() ? text : deaf;
  findings.push_back({"signals", deaf.empty() ? Grade::ok : Grade::warn,
                      deaf.empty() ? "USR1 and TERM reach the ranks" : deaf,
                      deaf.empty() ? ""
                                   : "a run cannot be asked to stop at a checkpoint: start it without nohup or "
                                     "trap that hides the signal"});
  return findings;
}

}  // namespace tidemill::io
