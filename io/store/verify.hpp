#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "io/comm/comm.hpp"

namespace tidemill::io {

/// Something that is not as it was committed.
struct StoreFault {
  std::string path;
  std::string what;
};

/// A night or a file that was asked for by name and is whole.
struct WholeThing {
  std::string path;
  std::string digest;
};

struct VerifyReport {
  std::int64_t nights = 0;
  std::int64_t steps = 0;  ///< finished ones in the cache
  std::int64_t files = 0;  ///< those of nights and steps too
  std::vector<WholeThing> whole;
  std::vector<StoreFault> faults;
};

/// Collective. Checks `path` by what stands on disk alone and adds to `report`; damage is a fault in it, never an
/// exception. `path` is
/// - a committed HDF5 file, or any file of a night or of a cached step;
/// - a night, or a step's folder: exactly the files its record names, none changed, the record sealed and in its place;
/// - a tenant, a store or another folder: all nights, cached steps, tables, models and checkpoints below it, and
///   each tenant's `current`, which must lead to a whole night, the one that the tenant's audit log (where there is
///   one) says. What interrupted runs leave behind (names that begin with a dot or end in .tmp) is never read by
///   anyone and is passed over.
void verify_path(Comm const& comm, std::filesystem::path const& path, VerifyReport& report);

}  // namespace tidemill::io
