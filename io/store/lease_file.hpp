#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>

namespace tidemill::io {

/// Who holds a lease, as its record tells.
struct LeaseHolder {
  std::string host;
  long process = 0;
  std::string process_start;  ///< clock ticks since the host's start: tells a process from a later one of its number
  std::string job;            ///< Slurm's number of the job; "-" outside Slurm
  std::string since;          ///< UTC
  double seconds = 0;         ///< silent for longer: taken for dead
};

/// The right to write a tenant's store, held by one process at a time, without flock: an entry FOLDER/N, made only if
/// it was not there yet, is the lease number N. The highest number rules. Who finds it given back (N.free) or its
/// holder dead makes N + 1, which one process alone can do. So numbers only grow and fence off who held a smaller one.
/// Entries are symbolic links whose text is the record: made whole in one step, on a full disk too.
///
/// A holder is dead when its process is gone from this host, when its Slurm job has started anew elsewhere, or when it
/// was silent for the seconds it promised (120, or TIDEMILL_LEASE_SECONDS). It is judged by the file system's clock.
///
/// What a holder is about to rename over something others read it makes under private_name. Who takes the lease over
/// removes the private names of smaller numbers. A holder that was paused and wakes thus finds either a higher number
/// (check) or its file gone, whatever the moment: it can not publish.
class LeaseFile {
 public:
  /// Not collective; no MPI. Throws Error (exit code locked) naming the holder when another process lives. `on_lost` is
  /// called once, from the heartbeat's thread, when another process has taken the lease over.
  explicit LeaseFile(std::filesystem::path folder, std::function<void(std::string const&)> on_lost = {});
  /// Gives the lease back, if it is still held.
  ~LeaseFile();
  LeaseFile(LeaseFile const&) = delete;
  LeaseFile& operator=(LeaseFile const&) = delete;

  std::int64_t number() const { return number_; }
  /// Throws Error (exit code locked) naming the new holder when this lease was taken over.
  void check() const;
  /// A name beside `final`, hidden, that carries this lease's number.
  std::filesystem::path private_name(std::filesystem::path const& final) const;
  /// `from`, a private name, over `to`; for a holder that was fenced off an Error (exit code locked), and `to` is as it
  /// was. The folder of `to` is synced.
  void publish(std::filesystem::path const& from, std::filesystem::path const& to) const;

 private:
  void beat(std::stop_token const& stop, std::function<void(std::string const&)> const& on_lost) const;
  std::filesystem::path folder_;
  std::int64_t number_ = 0;
  std::jthread heartbeat_;
};

/// Who holds the lease, for people; empty when nobody alive does. Not collective.
std::string living_holder(std::filesystem::path const& folder);

}  // namespace tidemill::io
