#pragma once

#include <cstdint>

namespace tidemill::io {

/// What this process has used, from the kernel's own counters; 0 where the system does not tell.
struct ProcessUsage {
  std::int64_t peak_memory = 0;      ///< bytes resident at most since the start or the last restart_peak_memory
  std::int64_t resident_memory = 0;  ///< bytes resident now
  std::int64_t bytes_read = 0;       ///< by read calls since the start, from page cache or device
  std::int64_t bytes_written = 0;    ///< by write calls since the start
};

ProcessUsage process_usage();

/// Makes peak_memory count from here on. Where that is not allowed the peak stays that of the whole process.
void restart_peak_memory();

}  // namespace tidemill::io
