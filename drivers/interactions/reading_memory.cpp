#include "drivers/interactions/reading_memory.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "drivers/partition/send_in_rounds.hpp"
#include "io/csv/dialect.hpp"
#include "io/csv/fields.hpp"
#include "io/csv/file_bytes.hpp"
#include "io/csv/number.hpp"
#include "io/csv/value_kinds.hpp"
#include "io/error.hpp"
#include "io/hdf5/partial_file.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::size_t looked_at = std::size_t{1} << 18;
/// Of one pair while pairs are brought to the ranks of their users: place in the files, numbers of user and item, and
/// the pair as it arrives.
constexpr std::int64_t bytes_of_moving_pair = 8 + 4 + 4 + 32;
/// Of what travels in one round: as lists that grow, as bytes to send, as bytes that arrive and as pairs again.
constexpr std::int64_t bytes_of_travelling_pair = 5 * 32;

/// Texts are shared out by bytes, columns by rows. While a file is unpacked, one rank holds all of it.
struct FileShape {
  std::int64_t bytes = 0;      ///< of its text that the ranks share
  std::int64_t rows = 0;       ///< pairs
  std::int64_t row_bytes = 0;  ///< of all columns, once read
  std::int64_t unpacking = 0;  ///< of rank 0 at most while it unpacks
  std::int64_t unpacked = 0;   ///< of rank 0 while rows are read
  bool is_known = false;
};

/// The start of a text, and how many bytes all of it has.
struct Beginning {
  std::string_view head;
  std::int64_t bytes = 0;
  bool is_all() const { return static_cast<std::int64_t>(head.size()) >= bytes; }
};

std::int64_t extrapolated(std::int64_t seen, std::size_t seen_bytes, std::int64_t all_bytes) {
  if (seen_bytes == 0) return 0;
  return static_cast<std::int64_t>(static_cast<double>(seen) / static_cast<double>(seen_bytes) *
                                   static_cast<double>(all_bytes));
}

/// Columns of texts are codes of four bytes, all others eight bytes a row.
std::int64_t bytes_of_row(io::csv::Row const& row, char delimiter, char decimal) {
  std::int64_t bytes = 0;
  for (std::string const& value : io::csv::row_values(row, delimiter)) {
    bytes += io::csv::type_for(io::csv::kind_of(value, decimal)) == io::ColumnType::text ? 4 : 8;
  }
  return bytes;
}

FileShape shape_of_table(Beginning const& text, InteractionFormat const& format, std::string const& name) {
  io::TextFormat layout;
  layout.has_header = format.has_header;
  io::csv::Dialect const dialect = io::csv::find_dialect(text.head, text.is_all(), layout, name);
  std::string tabbed;
  std::string_view rows = text.head.substr(std::min(dialect.first_row, text.head.size()));
  if (dialect.blanks) rows = tabbed = io::csv::with_tabs(rows);
  char const delimiter = dialect.blanks ? '\t' : dialect.delimiter;
  FileShape shape;
  io::csv::Row row;
  std::int64_t seen = 0;
  std::size_t at = 0;
  for (; at < rows.size(); at = row.next, ++seen) {
    io::csv::read_row(rows, at, delimiter, row);
    if (row.next >= rows.size() && !text.is_all()) break;  // cut off
    if (seen == 0) shape.row_bytes = bytes_of_row(row, delimiter, layout.decimal);
  }
  shape.rows = extrapolated(seen, at, text.bytes - static_cast<std::int64_t>(dialect.first_row));
  // Blanks are rewritten as tabs, in a copy.
  shape.bytes = dialect.blanks ? 2 * text.bytes : text.bytes;
  shape.is_known = seen > 0;
  return shape;
}

/// Ids of user and item, whole numbers or codes; lists grow while they are filled, and are then held twice for a while.
FileShape shape_of_userlist(Beginning const& text) {
  std::int64_t words = 0, lines = 0, integers = 0;
  std::size_t at = 0, whole_lines = 0;
  bool line_has_words = false;
  std::string_view const head = text.head;
  while (at < head.size()) {
    std::size_t const end = std::min(head.find_first_of(" \t\r\n", at), head.size());
    if (end > at) {
      std::int64_t ignored = 0;
      integers += io::csv::parse_integer(head.substr(at, end - at), ignored) == io::csv::Parsed::ok ? 1 : 0;
      ++words;
      line_has_words = true;
    }
    if (end == head.size() || head[end] == '\n') {
      lines += line_has_words ? 1 : 0;
      line_has_words = false;
      whole_lines = std::min(end + 1, head.size());
    }
    at = end + 1;
  }
  FileShape shape;
  shape.rows = extrapolated(words - lines, whole_lines, text.bytes);
  shape.row_bytes = (integers == words ? 8 + 8 : 4 + 4) * 3 / 2;
  shape.bytes = text.bytes;
  shape.is_known = words > lines;
  return shape;
}

FileShape shape_of_hdf5(std::filesystem::path const& path) {
  io::PartialFile const file(path);
  FileShape shape;
  if (!file.has("table")) return shape;
  shape.rows = file.integer_attribute("table", "rows");
  std::string const names = file.text_attribute("table", "columns");
  for (std::size_t at = 0; at < names.size();) {
    std::size_t const end = std::min(names.find('\n', at), names.size());
    shape.row_bytes += file.text_attribute("table/" + names.substr(at, end - at), "type") == "text" ? 4 : 8;
    at = end + 1;
  }
  shape.is_known = shape.rows > 0;
  return shape;
}

FileShape shape_of_packed(std::string_view packed, io::csv::Packing packing, InteractionFormat const& format,
                          std::string const& name) {
  std::string const head = io::csv::unpack_head(packed, packing, name, looked_at);
  std::int64_t const bytes = io::csv::expected_unpacked_bytes(packed, packing);
  Beginning const text{head, head.size() < looked_at ? static_cast<std::int64_t>(head.size()) : bytes};
  FileShape shape =
      format.layout == InteractionLayout::userlist ? shape_of_userlist(text) : shape_of_table(text, format, name);
  // It is unpacked into a text that is doubled, from 1 MiB on, until it holds all.
  std::int64_t room = std::int64_t{1} << 20;
  while (room < text.bytes) room *= 2;
  shape.unpacking = room + room / 2;
  shape.unpacked = room;
  return shape;
}

FileShape shape_of_file(std::filesystem::path const& path, InteractionFormat const& format) {
  try {
    io::csv::FileBytes const file(path);
    io::csv::Packing const packing = io::csv::packing_of(file.bytes());
    if (packing == io::csv::Packing::hdf5) return shape_of_hdf5(path);
    if (packing != io::csv::Packing::plain) return shape_of_packed(file.bytes(), packing, format, path.string());
    Beginning const text{file.bytes().substr(0, looked_at), static_cast<std::int64_t>(file.bytes().size())};
    return format.layout == InteractionLayout::userlist ? shape_of_userlist(text)
                                                        : shape_of_table(text, format, path.string());
  } catch (Error const&) {
    return {};
  }
}

}  // namespace

ReadingMemory expected_reading_memory(io::Comm const& comm, std::span<std::filesystem::path const> files,
                                      InteractionFormat const& format) {
  std::array<std::int64_t, 2> expected{0, 0};  // pairs, bytes
  if (comm.is_root()) {
    std::int64_t const value = format.value.empty() ? 0 : 4, time = format.time.empty() ? 0 : 8;
    std::int64_t const kept = 8 + 8 + 8 + value + time;  // ids of user and item, place, value, time
    std::int64_t const ranks = comm.size();
    std::int64_t rows = 0, peak = 0, rank_0 = 0;
    bool is_known = true;
    for (std::filesystem::path const& path : files) {
      FileShape const shape = shape_of_file(path, format);
      is_known = is_known && shape.is_known;
      // The share of the file and its columns; then the columns and what becomes of them, a number at a time.
      std::int64_t const parsing = shape.bytes + shape.rows * shape.row_bytes;
      std::int64_t const converting = shape.rows * (shape.row_bytes + value + time + (value + time > 0 ? 8 : 0));
      peak = std::max(peak, rows * kept + std::max(parsing, converting));
      rank_0 =
          std::max({rank_0, rows * kept / ranks + shape.unpacking, (rows * kept + parsing) / ranks + shape.unpacked});
      rows += shape.rows;
    }
    std::int64_t const numbering = rows * (kept + 8 + 4), moving = rows * (bytes_of_moving_pair + value + time);
    std::int64_t const travelling = std::min(rows / ranks, things_per_round) * bytes_of_travelling_pair;
    if (is_known) expected = {rows, std::max({peak / ranks, numbering / ranks, moving / ranks + travelling, rank_0})};
  }
  comm.broadcast(std::span<std::int64_t>(expected));
  return {expected[0], expected[1]};
}

}  // namespace tidemill::drivers
