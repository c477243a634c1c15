#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>

#include "io/comm/comm.hpp"

namespace tidemill::io {

/// Seconds without a sign of life after which a rank counts as standing still: TIDEMILL_HANG_SECONDS, 120 when not
/// said, 0 for no watch (as under a debugger). Throws ConfigError when the variable is no such number.
double hang_seconds();

/// Notices when a rank on this node stands still, as after SIGSTOP: the others would wait for it in MPI for ever, and
/// no launcher minds a process that is there. A thread of each rank, which makes no MPI call, counts up in shared
/// memory and looks at the counts of the others. A rank that computes for long is not taken for one that stands still,
/// nor is anyone when all of them were suspended together (a job that Slurm suspends, a laptop that sleeps): silence is
/// told by this rank's own counts, not by a clock. Ranks of other nodes are not seen.
class PeerWatch {
 public:
  /// Collective. `on_silence` is called on the watching thread with the rank that stands still and its process; it is
  /// expected to end this process, and is called again while that lasts. On the lowest rank that is alive first, on
  /// others ten seconds later if that has not ended the job. Does nothing for one rank on a node, a limit of 0, and
  /// where the node has no shared memory for its ranks.
  using OnSilence = std::function<void(int rank, std::int64_t process)>;
  PeerWatch(Comm const& comm, double limit_seconds, OnSilence on_silence);
  /// Not collective. Ends the thread; a rank that has done so is not watched any more.
  ~PeerWatch();
  PeerWatch(PeerWatch const&) = delete;
  PeerWatch& operator=(PeerWatch const&) = delete;

 private:
  struct Sign {
    std::atomic<std::int64_t> count;  ///< of looks; left_count when the rank has ended its watch
    std::atomic<std::int64_t> rank, process;
  };
  class SharedSigns;
  void watch(std::stop_token const& stop, double limit_seconds, OnSilence const& on_silence);

  std::unique_ptr<SharedSigns> signs_;
  std::size_t mine_ = 0;  ///< among the signs
  std::jthread thread_;
};

}  // namespace tidemill::io
