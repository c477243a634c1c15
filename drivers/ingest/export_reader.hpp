#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/ingest/ingest.hpp"
#include "io/adapters/adapter.hpp"
#include "io/csv/dialect.hpp"
#include "io/csv/fields.hpp"
#include "io/csv/text_source.hpp"

namespace tidemill::drivers {

/// One row of an export: its cells by the layout's columns, and as they stand.
struct ExportRow {
  std::int64_t line = 0;
  std::string_view raw;
  std::vector<std::string> const& values;  ///< all cells of the row, UTF-8, blanks trimmed; see `problem`
  io::Cells const& cells;                  ///< by position in Layout::columns
  std::string problem;                     ///< not empty: the row cannot be read at all
};

/// An export opened by all ranks: the layout is chosen, the order of day and month settled, the encoding known.
class ExportReader {
 public:
  /// Collective. DataError when it is no such export; ConfigError when dates can be read in two ways.
  ExportReader(io::Comm const& comm, std::filesystem::path const& path, IngestOptions const& options);

  io::Layout const& layout() const { return *layout_; }
  io::AdapterOptions const& options() const { return options_; }
  std::vector<std::string> const& header() const { return header_; }
  /// Positions in `header()` that the layout does not know.
  std::vector<std::size_t> other_columns() const;
  /// Calls `work` for each row of this rank. Not collective; DataError for what makes the rest unreadable.
  void for_each_row(std::function<void(ExportRow const&)> const& work) const;

 private:
  void make_utf8(io::Comm const& comm, std::string const& encoding);
  void settle_date_order(io::Comm const& comm);

  std::vector<io::Layout> layouts_;
  io::Layout const* layout_ = nullptr;
  io::Binding binding_;
  io::AdapterOptions options_;
  std::vector<std::string> header_;
  io::csv::TextPart part_;
};

}  // namespace tidemill::drivers
