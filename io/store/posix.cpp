#include "io/store/posix.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <utility>
#include <vector>

#include "io/error.hpp"
#include "io/store/failpoint.hpp"
#include "io/store/file_reader.hpp"

namespace tidemill::io {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t block_of_file = std::size_t{1} << 20;

[[noreturn]] void fail(std::string_view call, fs::path const& path) {
  int const error = errno;
  std::string_view const cure = error == ENOSPC || error == EDQUOT ? "; free space or raise the quota, then run again"
                                : error == EIO                     ? "; check the file system, then run again"
                                                                   : "";
  throw Error(fmt::format("{} {} failed: {}{}", call, path.string(), std::strerror(error), cure));
}

/// What is missing or closed to us is for a person to put right; anything else is the machine's.
[[noreturn]] void fail_to_read(fs::path const& path) {
  if (errno != ENOENT && errno != ENOTDIR && errno != EISDIR && errno != EACCES && errno != ELOOP) fail("read", path);
  std::string_view const reason = errno == EISDIR ? "it is a folder" : std::strerror(errno);
  throw DataError(fmt::format("cannot open {}: {}; check that it exists and may be read", path.string(), reason));
}

int open_at(fs::path const& path, int flags) {
  CallKind const kind = (flags & (O_WRONLY | O_CREAT)) == 0 ? CallKind::read : CallKind::change;
  return at_failpoint([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); }, kind);
}

/// Up to `size` bytes; 0 at the end of the file.
std::size_t read_some(int descriptor, fs::path const& path, char* bytes, std::size_t size, std::int64_t offset) {
  for (;;) {
    auto const read_now = [&](std::size_t now) { return ::pread(descriptor, bytes, now, offset); };
    ssize_t const count = at_bytes_failpoint(size, CallKind::read_bytes, read_now);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) fail_to_read(path);
  }
}

class Descriptor {
 public:
  Descriptor(fs::path const& path, int flags, std::string_view purpose) : path_(path), fd_(open_at(path, flags)) {
    if (fd_ < 0) fail(purpose, path_);
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor const&) = delete;
  Descriptor& operator=(Descriptor const&) = delete;

  void write(std::string_view bytes, std::int64_t offset) const {
    while (!bytes.empty()) {
      auto const write_now = [&](std::size_t size) { return ::pwrite(fd_, bytes.data(), size, offset); };
      ssize_t const written = at_bytes_failpoint(bytes.size(), CallKind::write_bytes, write_now);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("write", path_);
      bytes.remove_prefix(static_cast<std::size_t>(written));
      offset += written;
    }
  }
  void sync() const {
    if (at_failpoint([&] { return ::fsync(fd_); }) != 0) fail("fsync", path_);
  }
  void close() {
    int const fd = std::exchange(fd_, -1);
    // Network file systems report late write errors here.
    if (at_closing_failpoint([&] { return ::close(fd); }) != 0) fail("close", path_);
  }

 private:
  fs::path path_;
  int fd_;
};

void remove_entry(fs::path const& path) {
  bool const is_folder = fs::is_directory(fs::symlink_status(path));
  if (is_folder) {
    std::vector<fs::path> inside;
    std::error_code error;
    for (auto const& entry : fs::directory_iterator(path, error)) inside.push_back(entry.path());
    if (error == std::errc::no_such_file_or_directory) return;  // another process removes it too
    if (error) throw Error(fmt::format("cannot list {}: {}", path.string(), error.message()));
    std::sort(inside.begin(), inside.end());  // the same calls in the same order whatever the file system lists first
    for (fs::path const& entry : inside) remove_entry(entry);
  }
  int const result = at_failpoint([&] { return is_folder ? ::rmdir(path.c_str()) : ::unlink(path.c_str()); });
  if (result != 0 && errno != ENOENT) fail(is_folder ? "rmdir" : "unlink", path);
}

}  // namespace

void sync_file(fs::path const& path) {
  Descriptor file(path, O_RDONLY, "open");
  file.sync();
  file.close();
}

void sync_folder(fs::path const& folder) {
  Descriptor handle(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY, "open");
  handle.sync();
  handle.close();
}

void rename_file(fs::path const& from, fs::path const& to) {
  if (at_failpoint([&] { return ::rename(from.c_str(), to.c_str()); }) != 0) fail("rename to", to);
}

void remove_if_present(fs::path const& path) {
  if (at_failpoint([&] { return ::unlink(path.c_str()); }) != 0 && errno != ENOENT) fail("unlink", path);
}

void remove_tree(fs::path const& path) {
  if (fs::exists(fs::symlink_status(path))) remove_entry(path);
}

void make_folders(fs::path const& folder) {
  if (folder.empty() || fs::is_directory(folder)) return;
  fs::path const parent = folder.has_filename() ? folder.parent_path() : folder.parent_path().parent_path();
  make_folders(parent);
  // Another process may be as fast.
  if (at_failpoint([&] { return ::mkdir(folder.c_str(), 0777); }) != 0 &&
      (errno != EEXIST || !fs::is_directory(folder))) {
    fail("mkdir", folder);
  }
  sync_folder(parent);
}

void make_link(fs::path const& target, fs::path const& link) {
  if (at_failpoint([&] { return ::symlink(target.c_str(), link.c_str()); }) != 0) fail("symlink", link);
}

void write_file(fs::path const& path, std::string_view bytes) {
  Descriptor file(path, O_WRONLY | O_CREAT | O_TRUNC, "open");
  file.write(bytes, 0);
  file.sync();
  file.close();
}

void write_file_at(fs::path const& path, std::int64_t offset, std::string_view bytes) {
  Descriptor file(path, O_WRONLY, "open");
  file.write(bytes, offset);
  file.sync();
  file.close();
}

void copy_file(fs::path const& from, fs::path const& to) {
  fs::path const temporary = to.string() + ".tmp";
  Descriptor copy(temporary, O_WRONLY | O_CREAT | O_EXCL, "create");
  std::int64_t offset = 0;
  read_in_blocks(from, [&](std::string_view block) {
    copy.write(block, offset);
    offset += static_cast<std::int64_t>(block.size());
  });
  copy.sync();
  copy.close();
  rename_file(temporary, to);
}

FileReader::FileReader(fs::path const& path) : path_(path), descriptor_(open_at(path, O_RDONLY)) {
  if (descriptor_ < 0) fail_to_read(path_);
  struct stat status = {};
  if (::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode)) size_ = status.st_size;
}

FileReader::~FileReader() { ::close(descriptor_); }

std::string FileReader::read(std::int64_t offset, std::size_t size) const {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    std::size_t const count =
        read_some(descriptor_, path_, bytes.data() + have, size - have, offset + static_cast<std::int64_t>(have));
    if (count == 0) break;
    have += count;
  }
  bytes.resize(have);
  return bytes;
}

void read_in_blocks(fs::path const& path, std::function<void(std::string_view)> const& take) {
  FileReader const file(path);
  std::int64_t offset = 0;
  for (;;) {
    std::int64_t const left = file.size() - offset;
    auto const wanted = left > 0 ? std::min(block_of_file, static_cast<std::size_t>(left)) : block_of_file;
    std::string const block = file.read(offset, wanted);
    if (!block.empty()) take(block);
    offset += static_cast<std::int64_t>(block.size());
    if (block.size() < wanted || offset == file.size()) return;
  }
}

std::string read_bytes(fs::path const& path, std::int64_t offset, std::size_t size) {
  return FileReader(path).read(offset, size);
}

std::string read_file(fs::path const& path) {
  std::string bytes;
  read_in_blocks(path, [&](std::string_view block) { bytes += block; });
  return bytes;
}

}  // namespace tidemill::io
