#include "io/progress/status_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <utility>

namespace tidemill::io {

StatusLog::~StatusLog() {
  if (is_open()) ::close(descriptor_);
}

void StatusLog::open(std::filesystem::path const& file) {
  if (is_open()) ::close(descriptor_);
  descriptor_ = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
}

void StatusLog::append(std::string line) {
  struct stat before {};
  if (!is_open() || ::fstat(descriptor_, &before) != 0) return;
  line += '\n';
  ssize_t written = 0;
  do {
    written = ::write(descriptor_, line.data(), line.size());
  } while (written < 0 && errno == EINTR);
  bool const is_torn = written > 0 && written < static_cast<ssize_t>(line.size());
  if (is_torn && ::ftruncate(descriptor_, before.st_size) != 0) ::close(std::exchange(descriptor_, -1));
}

std::vector<std::string> status_lines(std::filesystem::path const& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string const text{std::istreambuf_iterator<char>(stream), {}};
  std::vector<std::string> lines;
  for (std::size_t at = 0, end = text.find('\n'); end != std::string::npos; at = end + 1, end = text.find('\n', at)) {
    lines.push_back(text.substr(at, end - at));
  }
  return lines;
}

std::string last_status_line(std::filesystem::path const& file) {
  constexpr std::streamoff longest = 1 << 16;
  std::ifstream stream(file, std::ios::binary | std::ios::ate);
  if (!stream) return "";
  std::streamoff const size = stream.tellg();
  stream.seekg(std::max<std::streamoff>(0, size - longest));
  std::string const text{std::istreambuf_iterator<char>(stream), {}};
  std::size_t const end = text.rfind('\n');
  if (end == std::string::npos) return "";
  std::size_t const before = end == 0 ? std::string::npos : text.rfind('\n', end - 1);
  if (before == std::string::npos && size > longest) return "";
  return text.substr(before + 1, end - before - 1);
}

}  // namespace tidemill::io
