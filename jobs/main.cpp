#include <fmt/format.h>
#include <malloc.h>
#include <mpi.h>
#include <omp.h>

#include <Kokkos_Core.hpp>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "io/comm/peer_watch.hpp"
#include "io/error.hpp"
#include "io/hdf5/inspection.hpp"
#include "io/hdf5/library.hpp"
#include "io/progress/process_usage.hpp"
#include "io/signals/stop_request.hpp"
#include "io/store/access.hpp"
#include "io/store/failpoint.hpp"
#include "io/store/place.hpp"
#include "io/store/posix.hpp"
#include "io/tables/table.hpp"
#include "jobs/command.hpp"
#include "jobs/options.hpp"

namespace tidemill::jobs {

namespace {

std::string overview(std::vector<Command> const& commands) {
  std::string text =
      "tidemill " TIDEMILL_VERSION ": nightly retraining and scoring\n\nusage: tidemill COMMAND [options]\n\n";
  for (Command const& command : commands) text += fmt::format("  {:<12} {}\n", command.name, command.summary);
  return text +
         "\ntidemill COMMAND --help shows its options. Exit codes: 0 done, 1 failed, 2 bad options, 3 bad data,\n"
         "4 refused by a gate, 5 locked by another run, 75 stopped at a checkpoint (run again).\n";
}

Command const& find_command(std::vector<Command> const& commands, std::string const& name) {
  std::vector<std::string> names;
  for (Command const& command : commands) {
    if (command.name == name) return command;
    names.push_back(command.name);
  }
  throw ConfigError(fmt::format("unknown command '{}'; did you mean '{}'? tidemill --help lists all", name,
                                io::nearest_name(name, names)));
}

void run_command(io::Comm const& comm, std::vector<std::string> const& arguments) {
  std::vector<Command> const commands = make_commands();
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
    if (comm.is_root()) fmt::print("{}", overview(commands));
    if (arguments.empty()) throw ConfigError("no command given");
    return;
  }
  if (arguments[0] == "--version") {
    if (comm.is_root()) fmt::print("tidemill {}\n", TIDEMILL_VERSION);
    return;
  }
  Command const& command = find_command(commands, arguments[0]);
  auto const read_config = [&](std::string const& path) {
    std::string text;
    io::agree(comm, "read config", [&] {
      if (!comm.is_root()) return;
      try {
        text = io::read_file(path);
      } catch (DataError const& error) {
        throw ConfigError(error.what());
      }
    });
    return comm.broadcast(text);
  };
  ParsedOptions const parsed = parse_options(command, {arguments.begin() + 1, arguments.end()}, read_config);
  if (parsed.common.help) {
    if (comm.is_root()) fmt::print("{}", help_text(command));
    return;
  }
  using Level = io::Progress::Level;
  bool const quiet = parsed.common.quiet;
  io::Progress progress(comm, quiet ? Level::quiet : parsed.common.verbose ? Level::verbose : Level::normal);
  Context const context{comm, progress, parsed.common.seed, parsed.common.json, parsed.config_text, parsed.values};
  command.run(context);
}

struct Outcome {
  int code = 0;
  std::string message;
};

/// At the end of such a process OpenBLAS 0.3.21 waits for a thread of its own that asks for memory for ever.
bool ran_out_of_memory = false;

/// On the watching thread, which must not call MPI. Ends this process as if it were killed: launchers and scripts do
/// about a lost rank what is right here as well, end the others and launch them again.
void end_with_silent_rank(double seconds, int rank, std::int64_t process) {
  std::string const text = fmt::format(
      "tidemill: rank {} (process {} on {}) has not run for {:.0f} s: it was stopped or cannot go on, and the others "
      "would wait for ever. The run ends; start it again, finished steps are kept. (TIDEMILL_HANG_SECONDS sets the "
      "limit, 0 none)\n",
      rank, process, io::host_name(), seconds);
  std::fputs(text.c_str(), stderr);
  std::raise(SIGKILL);
}

/// `watch` outlives the command: ranks wait for each other at the end, too.
Outcome run_guarded(io::Comm const& comm, std::vector<std::string> const& arguments,
                    std::optional<io::PeerWatch>& watch) {
  try {
    io::arm_failpoints(comm.rank());
    double const limit = io::hang_seconds();
    watch.emplace(comm, limit, [limit](int rank, std::int64_t process) { end_with_silent_rank(limit, rank, process); });
    run_command(comm, arguments);
    return {};
  } catch (Error const& error) {
    return {static_cast<int>(error.code()), error.what()};
  } catch (std::bad_alloc const&) {
    ran_out_of_memory = true;
    return {static_cast<int>(ExitCode::failed),
            fmt::format("out of memory: this rank holds {} MB. Run on more ranks of more nodes, or allow more memory; "
                        "`tidemill plan` tells what a night needs, and `train` says it before it begins",
                        io::process_usage().resident_memory >> 20)};
  } catch (std::exception const& error) {
    return {static_cast<int>(ExitCode::failed), error.what()};
  }
}

/// How long a failed rank waits for the others. Agreed errors bring all ranks here at once; after a stray one on a
/// single rank the others wait in a collective for ever.
constexpr double seconds_for_others = 10;

/// Collects every rank's code on a communicator of its own. False when the others did not come in time.
bool collect_codes(MPI_Comm end, int my_code, std::vector<int>& codes) {
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Iallgather(&my_code, 1, MPI_INT, codes.data(), 1, MPI_INT, end, &request);
  if (my_code == 0) return MPI_Wait(&request, MPI_STATUS_IGNORE) == MPI_SUCCESS;
  double const deadline = MPI_Wtime() + seconds_for_others;
  for (int arrived = 0; arrived == 0;) {
    if (MPI_Test(&request, &arrived, MPI_STATUS_IGNORE) != MPI_SUCCESS) return false;
    if (arrived == 0 && MPI_Wtime() > deadline) return false;
    if (arrived == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

void report_error(io::Comm const& comm, Outcome const& outcome) {
  static constexpr char const* kinds[] = {"done", "error", "bad options", "bad data", "refused", "locked"};
  char const* const kind = outcome.code < 6 ? kinds[outcome.code] : "stopped";
  std::string const where = comm.size() > 1 ? fmt::format(" [rank {}]", comm.rank()) : "";
  fmt::print(stderr, "tidemill: {}: {}{}\n", kind, outcome.message, where);
}

/// The exit code all ranks agree on, after the first failing rank has said why. Aborts the job when ranks are lost.
int finish(io::Comm const& comm, MPI_Comm end, Outcome const& outcome) {
  std::vector<int> codes(static_cast<std::size_t>(comm.size()));
  if (!collect_codes(end, outcome.code, codes)) {
    report_error(comm, outcome);
    MPI_Abort(end, outcome.code != 0 ? outcome.code : static_cast<int>(ExitCode::failed));
  }
  auto const first = std::find_if(codes.begin(), codes.end(), [](int code) { return code != 0; });
  if (first == codes.end()) return 0;
  if (first - codes.begin() == comm.rank()) report_error(comm, outcome);
  return *first;
}

/// Some launchers report 0 for a step that they never started. Where TIDEMILL_EXIT_FILE names a file, rank 0 writes the
/// code into it, so that a script can tell a finished run from one that did not happen.
void leave_exit_code(io::Comm const& comm, int code) {
  char const* const path = std::getenv("TIDEMILL_EXIT_FILE");
  if (path == nullptr || !comm.is_root()) return;
  std::ofstream(path, std::ios::app) << code << '\n';
}

/// Open MPI starts a daemon beside a process that no launcher started, and opens ways to other processes: half a second
/// that a look-up need not wait for. Settings that are there already stay. Returns the names of those made here.
std::vector<std::string> settle_for_one_process() {
  for (char const* const launched : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_FD"}) {
    if (std::getenv(launched) != nullptr) return {};
  }
  std::vector<std::string> made;
  for (auto const& [name, value] : {std::pair("OMPI_MCA_ess_singleton_isolated", "1"),
                                    std::pair("OMPI_MCA_btl", "self"), std::pair("OMPI_MCA_pml", "ob1")}) {
    if (std::getenv(name) != nullptr) continue;
    ::setenv(name, value, 0);
    made.emplace_back(name);
  }
  return made;
}

}  // namespace
}  // namespace tidemill::jobs

int main(int argc, char** argv) {
  using namespace tidemill;
  if (auto const code = io::serve_inspection(argc, argv)) return *code;
  // Blocks of some MB are used over and over: kept when freed, they need not be mapped and zeroed each time. Larger
  // ones go back to the system at once, as before.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
  io::forbid_core_dumps();
  // Past a limit on the size of files a write fails, and is reported, instead of ending the process.
  std::signal(SIGXFSZ, SIG_IGN);
  io::start_hdf5();
  int provided = 0;
  std::vector<std::string> const settings = jobs::settle_for_one_process();
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  // They are this process's alone: a launcher that it starts must not inherit them.
  for (std::string const& name : settings) ::unsetenv(name.c_str());
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  // With several ranks on a node each uses one thread unless the site says otherwise.
  if (std::getenv("OMP_NUM_THREADS") == nullptr) omp_set_num_threads(1);
  int code = 0;
  {
    // Kokkos must not see our flags: it would answer --help itself. Its own settings come by KOKKOS_* variables.
    int kokkos_arguments = 1;
    Kokkos::ScopeGuard const kokkos(kokkos_arguments, argv);
    io::Comm const comm(MPI_COMM_WORLD);
    io::watch_stop_signals();
    MPI_Comm end = MPI_COMM_NULL;
    MPI_Comm_dup(MPI_COMM_WORLD, &end);
    std::optional<io::PeerWatch> watch;
    code = jobs::finish(comm, end, jobs::run_guarded(comm, {argv + 1, argv + argc}, watch));
    MPI_Comm_free(&end);
    jobs::leave_exit_code(comm, code);
    io::leave_failpoint_count(comm.rank());
  }
  MPI_Finalize();
  if (jobs::ran_out_of_memory) std::_Exit(code);
  return code;
}
