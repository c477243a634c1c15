#include "io/tables/row_place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "io/csv/dialect.hpp"
#include "io/csv/fields.hpp"
#include "io/csv/file_bytes.hpp"
#include "io/error.hpp"

namespace tidemill::io {
namespace {

/// Offset at which row `wanted` begins; none when there are fewer rows.
std::optional<std::size_t> offset_of_row(std::string_view text, csv::Dialect const& dialect, std::int64_t wanted) {
  csv::Row row;
  for (std::size_t at = dialect.first_row; at < text.size(); at = row.next) {
    csv::read_row(text, at, dialect.delimiter, row);
    if (row.blank) continue;
    if (wanted-- == 0) return at;
  }
  return std::nullopt;
}

}  // namespace

std::string place_of_row(std::filesystem::path const& path, std::int64_t row) {
  std::string const unknown = fmt::format("row {}", row);
  try {
    csv::FileBytes const file(path);
    csv::Packing const packing = csv::packing_of(file.bytes());
    if (packing == csv::Packing::hdf5) return unknown;
    std::string const unpacked =
        packing == csv::Packing::plain ? std::string() : csv::unpack(file.bytes(), packing, path.string());
    std::string_view text = packing == csv::Packing::plain ? file.bytes() : std::string_view(unpacked);
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    csv::Dialect const dialect = csv::find_dialect(text, true, {}, path.string());
    std::optional<std::size_t> const at = offset_of_row(text, dialect, row);
    if (!at) return unknown;
    return fmt::format("line {}", std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(*at), '\n') + 1);
  } catch (Error const&) {
    return unknown;  // the message that wants to know is the one that matters
  }
}

}  // namespace tidemill::io
