#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "io/store/lease_file.hpp"

namespace tidemill::io {

/// The entries of a lease folder, one by one: symbolic links whose text tells the holder.

/// Seconds of silence after which this process may be taken for dead: TIDEMILL_LEASE_SECONDS, or 120. Throws
/// ConfigError for a value that is no number above 0.1.
double lease_seconds();
/// Makes `path` with a record of this process. False when it is there already; throws Error for other faults.
bool make_lease_record(std::filesystem::path const& path);
/// Nullopt when `path` is gone. A text that is no record gives a holder without a host, dead when silent.
std::optional<LeaseHolder> read_lease_record(std::filesystem::path const& path);
/// The holder's sign of life; faults are ignored.
void touch_lease_record(std::filesystem::path const& path);
bool is_dead(LeaseHolder const& holder, std::filesystem::path const& path);
/// "process 12 on node3, Slurm job 4711, since 2026-11-20T01:00:00Z"
std::string text_of(LeaseHolder const& holder);

}  // namespace tidemill::io
