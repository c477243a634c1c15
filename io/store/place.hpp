#pragma once

#include <string>

namespace tidemill::io {

/// Where and for whom this process works, for locks and the audit log. All in one word, never empty.
std::string host_name();
/// Slurm's number of the job; "-" outside Slurm.
std::string job_name();
/// Of the effective user, as the system tells; the number where it has no name.
std::string user_name();
/// UTC, as 2026-11-20T01:00:00Z.
std::string time_now_text();

}  // namespace tidemill::io
