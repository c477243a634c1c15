#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/comm/comm.hpp"
#include "io/csv/file_bytes.hpp"

namespace tidemill::io::csv {

/// This rank's whole rows of a text file, cut into one chunk of whole rows per thread.
struct TextPart {
  std::string file_name;
  std::string_view text;  ///< holds the rows; `owner` keeps it alive
  std::shared_ptr<void const> owner;
  std::vector<std::size_t> cuts;  ///< row starts in `text`: thread k has cuts[k] .. cuts[k + 1]; at least one entry
  char delimiter = ',';
  std::int64_t lines_before = 0;  ///< lines of the file before text[0]

  std::size_t begin() const { return cuts.front(); }
  std::size_t end() const { return cuts.back(); }
  std::size_t chunks() const { return cuts.size() - 1; }
  /// The line of the file, from 1, on which `offset` lies. Counts from the start: for messages.
  std::int64_t line_of(std::size_t offset) const;
};

/// A text file opened by all ranks: plain, gzip or zstd by content; a UTF-8 byte-order mark is dropped.
class TextSource {
 public:
  /// Collective. Throws DataError when the file cannot be read, is empty, is damaged or is HDF5.
  TextSource(Comm const& comm, std::filesystem::path const& path);

  /// The first part of the text (at most 1 MiB), the same on every rank.
  std::string const& head() const { return head_; }
  bool head_is_all() const { return head_is_all_; }
  std::string const& name() const { return name_; }

  /// Collective. The rows from offset `first_row` on, shared out by bytes: a row belongs to the rank in whose share it
  /// begins. With `blanks`, runs of blanks are turned into tabs.
  TextPart split(Comm const& comm, std::size_t first_row, char delimiter, bool blanks) const;

 private:
  TextPart split_mapped(Comm const& comm, std::size_t first_row, char delimiter) const;
  TextPart split_unpacked(Comm const& comm, std::size_t first_row, char delimiter) const;

  std::string name_;
  std::shared_ptr<FileBytes const> file_;        // every rank, plain files
  std::shared_ptr<std::string const> unpacked_;  // rank 0, compressed files
  std::size_t skipped_ = 0;                      // byte-order mark
  bool compressed_ = false;
  std::string head_;
  bool head_is_all_ = false;
};

}  // namespace tidemill::io::csv
