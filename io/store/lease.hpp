#pragma once

#include <filesystem>
#include <string>
#include <thread>

#include "io/comm/comm.hpp"

namespace tidemill::io {

/// The right to write a tenant's store, held by one run at a time: a file that names its holder and is touched every
/// few seconds. A holder that died (no such process on this host, or no touch for two minutes, or the same Slurm job
/// started again) is taken over.
class Lease {
 public:
  /// Collective. Throws Error (exit code locked) naming the holder when another run lives.
  Lease(Comm const& comm, std::filesystem::path path);
  ~Lease();
  Lease(Lease const&) = delete;
  Lease& operator=(Lease const&) = delete;

 private:
  bool is_holder_;
  std::filesystem::path path_;
  std::jthread heartbeat_;
};

/// Who holds the lease, for people; empty when nobody alive does. Not collective.
std::string living_holder(std::filesystem::path const& path);

}  // namespace tidemill::io
