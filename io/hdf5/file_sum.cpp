#include "io/hdf5/file_sum.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/error.hpp"
#include "io/store/file_reader.hpp"
#include "io/store/posix.hpp"

namespace tidemill::io {
namespace {

constexpr std::string_view sum_mark = "TIDEMSUM";
constexpr std::size_t trailer_bytes = 24;
/// Of superblock versions 2 and 3, which the newest format has: see the HDF5 file format specification, II.A.
constexpr std::string_view superblock_mark = "\211HDF\r\n\032\n";
constexpr std::size_t superblock_bytes = 48;
constexpr std::size_t version_at = 8, offset_size_at = 9, end_of_file_at = 28;

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

void append_little_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> 8 * i & 255);
}

std::uint32_t crc_of(std::string_view bytes, std::uint32_t before = 0) {
  return static_cast<std::uint32_t>(
      crc32_z(before, reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size()));
}

std::string trailer_of(std::uint64_t size, std::uint32_t crc) {
  std::string trailer(sum_mark);
  append_little_endian(trailer, size, 8);
  append_little_endian(trailer, crc, 4);
  append_little_endian(trailer, crc_of(trailer), 4);
  return trailer;
}

[[noreturn]] void refuse_sum(std::filesystem::path const& path, std::string const& why) {
  throw DataError(fmt::format("{} is damaged: {}; restore it or make it again", path.string(), why));
}

/// Where the superblock says that the file ends; 0 when it is of an older version or damaged.
std::uint64_t end_of_library(std::string_view head) {
  bool const is_newest = head.size() == superblock_bytes && head.starts_with(superblock_mark) &&
                         head[version_at] >= 2 && head[offset_size_at] == 8;
  return is_newest ? little_endian(head.substr(end_of_file_at, 8)) : 0;
}

/// What stands behind the library's end, empty when the file has no sum. `read` gives bytes of it from an offset on.
/// One damage cannot hide the mark and the file's end both.
template <class Read>
std::string trailer_in(std::filesystem::path const& path, std::int64_t size, Read const& read) {
  if (size > static_cast<std::int64_t>(trailer_bytes)) {
    std::string trailer(read(size - static_cast<std::int64_t>(trailer_bytes), trailer_bytes));
    if (trailer.starts_with(sum_mark)) return trailer;
  }
  auto const end = static_cast<std::int64_t>(end_of_library(read(0, superblock_bytes)));
  if (end != 0 && end != size) refuse_sum(path, fmt::format("it has {} bytes, {} were written", size, end));
  return "";
}

void compare_sum(std::filesystem::path const& path, std::string_view trailer, std::int64_t summed, std::uint32_t crc) {
  if (trailer == trailer_of(static_cast<std::uint64_t>(summed), crc)) return;
  refuse_sum(path, "its bytes do not fit their check sum");
}

std::uint32_t crc_of_part(FileReader const& file, RowRange part) {
  constexpr std::int64_t block = std::int64_t{1} << 20;
  std::uint32_t crc = 0;
  for (std::int64_t at = part.first; at < part.end(); at += block) {
    crc = crc_of(file.read(at, static_cast<std::size_t>(std::min(block, part.end() - at))), crc);
  }
  return crc;
}

}  // namespace

bool has_file_sum(std::filesystem::path const& path) {
  std::error_code missing;
  std::uint64_t const size = std::filesystem::file_size(path, missing);
  if (missing || size <= trailer_bytes) return false;
  std::string const trailer = read_bytes(path, static_cast<std::int64_t>(size - trailer_bytes), trailer_bytes);
  std::string_view const crc = std::string_view(trailer).substr(16, 4);
  return trailer == trailer_of(size - trailer_bytes, static_cast<std::uint32_t>(little_endian(crc)));
}

void append_file_sum(std::filesystem::path const& path) {
  std::uint64_t size = 0;
  std::uint32_t crc = 0;
  read_in_blocks(path, [&](std::string_view block) {
    crc = crc_of(block, crc);
    size += block.size();
  });
  write_file_at(path, static_cast<std::int64_t>(size), trailer_of(size, crc));
}

bool check_sum_within(std::filesystem::path const& path, std::string_view bytes) {
  auto const size = static_cast<std::int64_t>(bytes.size());
  auto const read = [&](std::int64_t from, std::size_t count) {
    return bytes.substr(static_cast<std::size_t>(from), count);
  };
  std::string const trailer = trailer_in(path, size, read);
  if (trailer.empty()) return false;
  compare_sum(path, trailer, size - static_cast<std::int64_t>(trailer_bytes),
              crc_of(bytes.substr(0, bytes.size() - trailer_bytes)));
  return true;
}

bool check_file_sum(Comm const& comm, std::filesystem::path const& path) {
  std::array<std::uint64_t, 2> part = {0, 0};  // bytes and CRC of this rank's share
  std::string trailer;
  std::int64_t summed = 0;
  agree(comm, "check " + path.string(), [&] {
    std::error_code missing;
    if (!std::filesystem::exists(path, missing)) return;  // whoever opens it says so
    FileReader const file(path);
    trailer =
        trailer_in(path, file.size(), [&](std::int64_t from, std::size_t count) { return file.read(from, count); });
    if (trailer.empty()) return;
    summed = file.size() - static_cast<std::int64_t>(trailer_bytes);
    RowRange const share = even_share(summed, comm.rank(), comm.size());
    part = {static_cast<std::uint64_t>(share.count), crc_of_part(file, share)};
  });
  std::vector<std::uint64_t> const parts = comm.gather_all(std::span<std::uint64_t const>(part));
  agree(comm, "check " + path.string(), [&] {
    if (trailer.empty()) return;
    std::uint32_t crc = 0;
    for (std::size_t r = 0; r < parts.size(); r += 2) {
      crc = static_cast<std::uint32_t>(
          crc32_combine(crc, static_cast<std::uint32_t>(parts[r + 1]), static_cast<z_off_t>(parts[r])));
    }
    compare_sum(path, trailer, summed, crc);
  });
  return comm.broadcast(trailer.empty() ? "" : "summed") == "summed";
}

}  // namespace tidemill::io
