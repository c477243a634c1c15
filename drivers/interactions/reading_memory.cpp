#include "drivers/interactions/reading_memory.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "io/csv/dialect.hpp"
#include "io/csv/fields.hpp"
#include "io/csv/file_bytes.hpp"
#include "io/csv/value_kinds.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::size_t looked_at = std::size_t{1} << 18;
/// Of one pair while pairs are brought to the ranks of their users: place in the files, numbers of user and item, and
/// the pair as it arrives.
constexpr std::int64_t bytes_of_moving_pair = 8 + 4 + 4 + 32;

struct FileShape {
  std::int64_t bytes = 0;
  std::int64_t rows = 0;
  std::int64_t row_bytes = 0;  ///< of all columns, once read
  bool is_known = false;
};

/// Columns of texts are codes of four bytes, all others eight bytes a row.
FileShape shape_of_text(std::string_view text, InteractionFormat const& format, std::string const& name) {
  io::TextFormat layout;
  layout.has_header = format.has_header;
  std::string_view const head = text.substr(0, looked_at);
  io::csv::Dialect const dialect = io::csv::find_dialect(head, head.size() == text.size(), layout, name);
  FileShape shape;
  if (dialect.blanks) return shape;
  io::csv::Row row;
  std::int64_t seen = 0;
  std::size_t at = dialect.first_row;
  for (; at < head.size(); at = row.next, ++seen) {
    io::csv::read_row(head, at, dialect.delimiter, row);
    if (row.next >= head.size() && head.size() < text.size()) break;  // cut off
    if (seen > 0) continue;
    for (std::string const& value : io::csv::row_values(row, dialect.delimiter)) {
      shape.row_bytes += io::csv::type_for(io::csv::kind_of(value, layout.decimal)) == io::ColumnType::text ? 4 : 8;
    }
  }
  if (seen == 0) return shape;
  double const row_length = static_cast<double>(at - dialect.first_row) / static_cast<double>(seen);
  shape.bytes = static_cast<std::int64_t>(text.size());
  shape.rows = static_cast<std::int64_t>(static_cast<double>(text.size() - dialect.first_row) / row_length);
  shape.is_known = true;
  return shape;
}

FileShape shape_of_file(std::filesystem::path const& path, InteractionFormat const& format) {
  try {
    io::csv::FileBytes const file(path);
    if (io::csv::packing_of(file.bytes()) != io::csv::Packing::plain) return {};
    return shape_of_text(file.bytes(), format, path.string());
  } catch (Error const&) {
    return {};
  }
}

}  // namespace

ReadingMemory expected_reading_memory(io::Comm const& comm, std::span<std::filesystem::path const> files,
                                      InteractionFormat const& format) {
  std::array<std::int64_t, 2> expected{0, 0};  // pairs, bytes
  if (comm.is_root() && format.layout == InteractionLayout::pairs) {
    std::int64_t const value = format.value.empty() ? 0 : 4, time = format.time.empty() ? 0 : 8;
    std::int64_t const kept = 8 + 8 + 8 + value + time;  // ids of user and item, place, value, time
    std::int64_t const ranks = comm.size();
    std::int64_t rows = 0, peak = 0;
    bool is_known = true;
    for (std::filesystem::path const& path : files) {
      FileShape const shape = shape_of_file(path, format);
      is_known = is_known && shape.is_known;
      // The share of the file and its columns; then the columns and what becomes of them, a number at a time.
      std::int64_t const parsing = shape.bytes + shape.rows * shape.row_bytes;
      std::int64_t const converting = shape.rows * (shape.row_bytes + value + time + (value + time > 0 ? 8 : 0));
      peak = std::max(peak, rows * kept + std::max(parsing, converting));
      rows += shape.rows;
    }
    std::int64_t const numbering = rows * (kept + 8 + 4), moving = rows * (bytes_of_moving_pair + value + time);
    if (is_known) expected = {rows, std::max({peak, numbering, moving}) / ranks};
  }
  comm.broadcast(std::span<std::int64_t>(expected));
  return {expected[0], expected[1]};
}

}  // namespace tidemill::drivers
