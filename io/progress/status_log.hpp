#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tidemill::io {

/// A file of lines that others read while it grows. Each line is one write at the end of the file; a line of which a
/// full disk took a part only is cut off again. What cannot be written is left out: a status never stops a run.
class StatusLog {
 public:
  StatusLog() = default;
  ~StatusLog();
  StatusLog(StatusLog const&) = delete;
  StatusLog& operator=(StatusLog const&) = delete;
  void open(std::filesystem::path const& file);
  bool is_open() const { return descriptor_ >= 0; }
  void append(std::string line);

 private:
  int descriptor_ = -1;
};

/// The whole lines of such a file. What follows the last line feed is the torn line of a process that was killed while
/// it wrote, or one being written: left out. Empty when there is no such file.
std::vector<std::string> status_lines(std::filesystem::path const& file);
/// The last whole line, found from the end of the file; empty when there is none or it is longer than 64 KiB.
std::string last_status_line(std::filesystem::path const& file);

}  // namespace tidemill::io
