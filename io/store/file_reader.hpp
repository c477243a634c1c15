#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace tidemill::io {

/// Reads parts of one file, which is opened once.
class FileReader {
 public:
  /// Throws DataError when the file is missing or may not be read, Error when reading fails, here and later.
  explicit FileReader(std::filesystem::path const& path);
  ~FileReader();
  FileReader(FileReader const&) = delete;
  FileReader& operator=(FileReader const&) = delete;
  /// `size` bytes from `offset` on, fewer at the end of the file.
  std::string read(std::int64_t offset, std::size_t size) const;
  std::int64_t size() const { return size_; }  ///< when it was opened; 0 for what is no ordinary file

 private:
  std::filesystem::path path_;
  int descriptor_;
  std::int64_t size_ = 0;
};

}  // namespace tidemill::io
