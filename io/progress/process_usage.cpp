#include "io/progress/process_usage.hpp"

#include <fstream>
#include <string>

namespace tidemill::io {
namespace {

/// The number after `key` in a /proc file of "key: number" lines.
std::int64_t counter(char const* path, std::string const& key) {
  std::ifstream file(path);
  for (std::string word; file >> word;) {
    std::int64_t value = 0;
    if (word == key && file >> value) return value;
  }
  return 0;
}

}  // namespace

ProcessUsage process_usage() {
  return {counter("/proc/self/status", "VmHWM:") * 1024, counter("/proc/self/status", "VmRSS:") * 1024,
          counter("/proc/self/io", "rchar:"), counter("/proc/self/io", "wchar:")};
}

void restart_peak_memory() { std::ofstream("/proc/self/clear_refs") << "5"; }

}  // namespace tidemill::io
