#include "io/csv/file_bytes.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include "io/error.hpp"

namespace tidemill::io::csv {
namespace {

constexpr std::size_t piece = std::size_t{1} << 20;

[[noreturn]] void refuse_damaged(std::string const& name, std::string_view packing, std::string_view why) {
  throw DataError(
      fmt::format("{}: damaged or cut off {} data ({}); copy or export the file again", name, packing, why));
}

std::string unpack_gzip(std::string_view packed, std::string const& name, std::size_t limit) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 32) != Z_OK) throw Error("zlib cannot start");
  std::unique_ptr<z_stream, int (*)(z_stream*)> const closer(&stream, inflateEnd);
  std::string text;
  std::size_t filled = 0;
  std::size_t taken = 0;
  bool member_ended = false;
  while (filled < limit) {
    if (stream.avail_in == 0 && taken < packed.size()) {
      std::size_t const now = std::min<std::size_t>(packed.size() - taken, std::numeric_limits<uInt>::max());
      // zlib's interface predates const.
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data() + taken));
      stream.avail_in = static_cast<uInt>(now);
      taken += now;
    }
    if (member_ended) {
      if (stream.avail_in == 0) break;
      inflateReset(&stream);
      member_ended = false;
    }
    if (text.size() - filled < piece) text.resize(std::max(text.size() * 2, filled + piece));
    auto const room = static_cast<uInt>(std::min<std::size_t>(text.size() - filled, std::numeric_limits<uInt>::max()));
    stream.next_out = reinterpret_cast<Bytef*>(text.data() + filled);
    stream.avail_out = room;
    int const status = inflate(&stream, Z_NO_FLUSH);
    filled += room - stream.avail_out;
    if (status == Z_STREAM_END) {
      member_ended = true;
    } else if (status == Z_BUF_ERROR && stream.avail_in == 0 && taken == packed.size()) {
      refuse_damaged(name, "gzip", "it ends too early");
    } else if (status != Z_OK) {
      refuse_damaged(name, "gzip", stream.msg != nullptr ? stream.msg : "bad data");
    }
  }
  text.resize(std::min(filled, limit));
  return text;
}

std::string unpack_zstd(std::string_view packed, std::string const& name, std::size_t limit) {
  std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> const context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  // Files made with a long window (zstd --long) are fine too.
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, 31);
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  std::string text;
  std::size_t filled = 0;
  std::size_t rest = 1;
  while (filled < limit && !(rest == 0 && in.pos == in.size)) {
    if (text.size() - filled < piece) text.resize(std::max(text.size() * 2, filled + piece));
    ZSTD_outBuffer out{text.data() + filled, text.size() - filled, 0};
    std::size_t const before = in.pos;
    rest = ZSTD_decompressStream(context.get(), &out, &in);
    if (ZSTD_isError(rest)) refuse_damaged(name, "zstd", ZSTD_getErrorName(rest));
    filled += out.pos;
    if (rest != 0 && in.pos == in.size && out.pos == 0 && before == in.pos) {
      refuse_damaged(name, "zstd", "it ends too early");
    }
  }
  text.resize(std::min(filled, limit));
  return text;
}

}  // namespace

FileBytes::FileBytes(std::filesystem::path const& path) {
  std::string const name = path.string();
  int const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    throw DataError(
        fmt::format("cannot open {}: {}; check that it exists and may be read", name, std::strerror(errno)));
  struct stat status {};
  bool const known = ::fstat(fd, &status) == 0;
  if (!known || !S_ISREG(status.st_mode)) {
    ::close(fd);
    throw DataError(fmt::format("{} is {}; give a file", name,
                                known && S_ISDIR(status.st_mode) ? "a folder" : "not a regular file"));
  }
  size_ = static_cast<std::size_t>(status.st_size);
  if (size_ > 0) {
    void* const mapped = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
    if (mapped == MAP_FAILED) {
      int const error = errno;
      ::close(fd);
      throw Error(fmt::format("mmap of {} failed: {}", name, std::strerror(error)));
    }
    data_ = static_cast<char const*>(mapped);
  }
  ::close(fd);
}

FileBytes::~FileBytes() {
  if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
}

void FileBytes::will_need(std::size_t first, std::size_t end) const {
  if (data_ == nullptr || end <= first) return;
  auto const page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  std::size_t const start = first / page * page;
  // Only advice: a refusal changes nothing but the speed.
#ifdef MADV_POPULATE_READ
  if (::madvise(const_cast<char*>(data_ + start), end - start, MADV_POPULATE_READ) == 0) return;
#endif
  ::madvise(const_cast<char*>(data_ + start), end - start, MADV_WILLNEED);
}

Packing packing_of(std::string_view head) {
  if (head.starts_with("\x1f\x8b")) return Packing::gzip;
  if (head.starts_with("\x28\xb5\x2f\xfd")) return Packing::zstd;
  if (head.starts_with("\x89HDF\r\n\x1a\n")) return Packing::hdf5;
  return Packing::plain;
}

std::string unpack_head(std::string_view packed, Packing packing, std::string const& name, std::size_t limit) {
  return packing == Packing::gzip ? unpack_gzip(packed, name, limit) : unpack_zstd(packed, name, limit);
}

std::string unpack(std::string_view packed, Packing packing, std::string const& name) {
  return unpack_head(packed, packing, name, std::numeric_limits<std::size_t>::max());
}

std::int64_t expected_unpacked_bytes(std::string_view packed, Packing packing) {
  auto const size = static_cast<std::int64_t>(packed.size());
  constexpr std::int64_t usual_ratio = 4, gzip_wraps = std::int64_t{1} << 32;
  if (packing == Packing::zstd) {
    unsigned long long const told = ZSTD_getFrameContentSize(packed.data(), packed.size());
    bool const is_told = told != ZSTD_CONTENTSIZE_UNKNOWN && told != ZSTD_CONTENTSIZE_ERROR;
    return is_told ? std::max(size, static_cast<std::int64_t>(told)) : usual_ratio * size;
  }
  if (packing != Packing::gzip || packed.size() < 4) return size;
  // The last four bytes, little-endian: the size modulo 2^32.
  std::int64_t told = 0;
  for (std::size_t i = 0; i < 4; ++i) told = told << 8 | static_cast<unsigned char>(packed[packed.size() - 1 - i]);
  while (size > gzip_wraps / usual_ratio && told < size) told += gzip_wraps;
  return told >= size / 2 ? told : usual_ratio * size;
}

}  // namespace tidemill::io::csv
