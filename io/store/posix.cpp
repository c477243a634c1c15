#include "io/store/posix.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

#include "io/error.hpp"

namespace tidemill::io {
namespace {

[[noreturn]] void fail(std::string_view call, std::filesystem::path const& path) {
  int const error = errno;
  std::string_view const cure =
      error == ENOSPC || error == EDQUOT ? "; free space or raise the quota, then run again" : "";
  throw Error(fmt::format("{} {} failed: {}{}", call, path.string(), std::strerror(error), cure));
}

class Descriptor {
 public:
  Descriptor(std::filesystem::path const& path, int flags) : path_(path), fd_(::open(path.c_str(), flags, 0666)) {
    if (fd_ < 0) fail("open", path_);
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor const&) = delete;
  Descriptor& operator=(Descriptor const&) = delete;
  void write(std::string_view bytes, std::int64_t offset) const {
    while (!bytes.empty()) {
      ssize_t const written = ::pwrite(fd_, bytes.data(), bytes.size(), offset);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("write", path_);
      bytes.remove_prefix(static_cast<std::size_t>(written));
      offset += written;
    }
  }
  void sync() const {
    if (::fsync(fd_) != 0) fail("fsync", path_);
  }
  void close() {
    int const fd = std::exchange(fd_, -1);
    if (::close(fd) != 0) fail("close", path_);  // network file systems report late write errors here
  }

 private:
  std::filesystem::path path_;
  int fd_;
};

}  // namespace

void sync_file(std::filesystem::path const& path) {
  Descriptor file(path, O_RDONLY | O_CLOEXEC);
  file.sync();
  file.close();
}

void sync_folder(std::filesystem::path const& folder) {
  Descriptor handle(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  handle.sync();
  handle.close();
}

void rename_file(std::filesystem::path const& from, std::filesystem::path const& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail("rename to", to);
}

void remove_if_present(std::filesystem::path const& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail("unlink", path);
}

void make_folders(std::filesystem::path const& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw Error(fmt::format("mkdir {} failed: {}", folder.string(), error.message()));
}

void write_file(std::filesystem::path const& path, std::string_view bytes) {
  Descriptor file(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
  file.write(bytes, 0);
  file.sync();
  file.close();
}

void write_file_at(std::filesystem::path const& path, std::int64_t offset, std::string_view bytes) {
  Descriptor file(path, O_WRONLY | O_CLOEXEC);
  file.write(bytes, offset);
  file.sync();
  file.close();
}

std::string read_file(std::filesystem::path const& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  if (!file || !(bytes << file.rdbuf() || file.peek() == std::ifstream::traits_type::eof())) {
    throw DataError(fmt::format("cannot read {}; check that it exists and may be read", path.string()));
  }
  return std::move(bytes).str();
}

}  // namespace tidemill::io
