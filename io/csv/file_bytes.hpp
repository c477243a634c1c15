#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace tidemill::io::csv {

/// The bytes of a file, mapped read-only: only the pages that a rank looks at are read. Not collective.
/// Throws DataError naming the path when it cannot be opened, is a folder or is not a regular file.
class FileBytes {
 public:
  explicit FileBytes(std::filesystem::path const& path);
  ~FileBytes();
  FileBytes(FileBytes const&) = delete;
  FileBytes& operator=(FileBytes const&) = delete;
  std::string_view bytes() const { return {data_, size_}; }
  /// Asks the kernel to bring a part in before it is looked at.
  void will_need(std::size_t first, std::size_t end) const;

 private:
  char const* data_ = nullptr;
  std::size_t size_ = 0;
};

enum class Packing { plain, gzip, zstd, hdf5 };
/// What a file is, by its first bytes.
Packing packing_of(std::string_view head);

/// The whole content of a gzip or zstd stream (several members or frames follow each other).
/// Throws DataError naming `name` when it is damaged or cut off.
std::string unpack(std::string_view packed, Packing packing, std::string const& name);
/// At most `limit` bytes from the start of the content.
std::string unpack_head(std::string_view packed, Packing packing, std::string const& name, std::size_t limit);

/// How many bytes a packed file says that it holds, for estimates: one of several streams tells of one of them only,
/// and a stream may not tell (then four times its size). Reads nothing but its ends.
std::int64_t expected_unpacked_bytes(std::string_view packed, Packing packing);

}  // namespace tidemill::io::csv
