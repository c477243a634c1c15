#include "drivers/interactions/expected_entities.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "drivers/interactions/pair_columns.hpp"
#include "io/csv/dialect.hpp"
#include "io/csv/fields.hpp"
#include "io/csv/file_bytes.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

/// Of all files together.
constexpr std::size_t bytes_looked_at = std::size_t{4} << 20;
constexpr std::size_t bytes_of_block = std::size_t{1} << 17;
/// Find their dialect in so much.
constexpr std::size_t bytes_of_start = std::size_t{1} << 16;

struct DistinctIds {
  DistinctValues users, items;

  void begin_block() {
    users.begin_block();
    items.begin_block();
  }
};

/// Whole lines of a text between `first` and `end`; a line that begins before `first` is left out.
std::string_view whole_lines(std::string_view text, std::size_t first, std::size_t end) {
  if (first > 0)
    first = text.find('\n', first - 1) == std::string_view::npos ? text.size() : text.find('\n', first - 1) + 1;
  if (end < text.size()) {
    std::size_t const last = text.rfind('\n', end);
    end = last == std::string_view::npos ? first : last + 1;
  }
  return first < end ? text.substr(first, end - first) : std::string_view();
}

/// Calls `take` with blocks of whole lines, evenly from all of `text`, of about `budget` bytes together.
template <class Take>
void for_each_block(std::string_view text, std::size_t first_row, std::size_t budget, Take const& take) {
  std::size_t const rows = text.size() - std::min(first_row, text.size());
  std::size_t const blocks = std::max<std::size_t>(2, std::min(budget, rows) / bytes_of_block);
  if (rows <= budget) {
    take(whole_lines(text, first_row, text.size()));
    return;
  }
  std::size_t const stride = (rows - bytes_of_block) / (blocks - 1);
  for (std::size_t block = 0; block < blocks; ++block) {
    std::size_t const first = first_row + block * stride;
    take(whole_lines(text, first, first + bytes_of_block));
  }
}

void look_at_table(std::string_view text, InteractionFormat const& format, std::string const& name, std::size_t budget,
                   DistinctIds& ids) {
  io::TextFormat layout;
  layout.has_header = format.has_header;
  std::string_view const start = text.substr(0, bytes_of_start);
  io::csv::Dialect const dialect = io::csv::find_dialect(start, start.size() == text.size(), layout, name);
  PairColumns const columns = pair_columns(dialect.names, format, name);
  std::size_t const needed = std::max(columns.user, columns.item);
  for_each_block(text, dialect.first_row, budget, [&](std::string_view block) {
    std::string tabbed;
    if (dialect.blanks) block = tabbed = io::csv::with_tabs(block);
    char const delimiter = dialect.blanks ? '\t' : dialect.delimiter;
    ids.begin_block();
    io::csv::Row row;
    std::string user, item;
    for (std::size_t at = 0; at < block.size(); at = row.next) {
      io::csv::read_row(block, at, delimiter, row);
      if (row.blank || row.fields.size() <= needed) continue;
      ids.users.add(io::csv::clean_field(row.fields[columns.user], delimiter, user).value);
      ids.items.add(io::csv::clean_field(row.fields[columns.item], delimiter, item).value);
    }
  });
}

/// A user counts with each of the line's items, as in a table.
void look_at_userlist(std::string_view text, std::size_t budget, DistinctIds& ids) {
  for_each_block(text, 0, budget, [&](std::string_view block) {
    ids.begin_block();
    std::string_view user;
    for (std::size_t at = 0; at < block.size();) {
      std::size_t const end = std::min(block.find_first_of(" \t\r\n", at), block.size());
      std::string_view const word = block.substr(at, end - at);
      if (!word.empty() && !user.empty()) {
        ids.users.add(user);
        ids.items.add(word);
      } else if (!word.empty()) {
        user = word;
      }
      if (end < block.size() && block[end] == '\n') user = {};
      at = end + 1;
    }
  });
}

/// Looks at one file; false: it cannot tell.
bool look_at_file(std::filesystem::path const& path, InteractionFormat const& format, std::size_t budget,
                  DistinctIds& ids) {
  try {
    io::csv::FileBytes const file(path);
    io::csv::Packing const packing = io::csv::packing_of(file.bytes());
    if (packing == io::csv::Packing::hdf5) return false;
    std::string unpacked;
    std::string_view text = file.bytes();
    if (packing != io::csv::Packing::plain) {
      text = unpacked = io::csv::unpack_head(file.bytes(), packing, path.string(), budget);
    }
    if (format.layout == InteractionLayout::userlist) {
      look_at_userlist(text, budget, ids);
    } else {
      look_at_table(text, format, path.string(), budget, ids);
    }
    return true;
  } catch (Error const&) {
    return false;
  }
}

}  // namespace

void DistinctValues::add(std::string_view value) {
  std::size_t const hash = std::hash<std::string_view>{}(value);
  ++rows_;
  all_.insert(hash);
  if (blocks_ % 2 == 0) return;
  ++half_rows_;
  half_.insert(hash);
}

std::int64_t DistinctValues::expected(std::int64_t all_rows) const {
  auto const seen = static_cast<double>(all_.size()), rows = static_cast<double>(rows_);
  if (all_.empty() || all_rows <= rows_) return static_cast<std::int64_t>(all_.size());
  // Drawn from a set of S: S (1 - exp(-rows / S)) are seen.
  auto const drawn = [](double set, double count) { return set * -std::expm1(-count / set); };
  double low = seen, high = 2 * seen * static_cast<double>(all_rows) / rows;
  for (int step = 0; step < 60; ++step) {
    double const middle = (low + high) / 2;
    (drawn(middle, rows) < seen ? low : high) = middle;
  }
  // One block tells nothing of how fast new values come.
  if (half_rows_ == 0 || half_rows_ == rows_) return std::llround(drawn(low, static_cast<double>(all_rows)));
  auto const half_seen = static_cast<double>(half_.size()), half_rows = static_cast<double>(half_rows_);
  double const growth = std::clamp(std::log(seen / half_seen) / std::log(rows / half_rows), 0.0, 1.0);
  double const as_before = seen * std::pow(static_cast<double>(all_rows) / rows, growth);
  // What half of the rows would show, were they draws, or were all as new as the first ones.
  double const half_drawn = drawn(low, half_rows), half_even = seen * half_rows / rows;
  double const apart = std::log(half_drawn / half_even);
  double const evenness = apart < 1e-6 ? growth : std::clamp(std::log(half_drawn / half_seen) / apart, 0.0, 1.0);
  return std::llround(std::pow(as_before, evenness) *
                      std::pow(drawn(low, static_cast<double>(all_rows)), 1 - evenness));
}

ExpectedEntities expected_entities(io::Comm const& comm, std::span<std::filesystem::path const> files,
                                   InteractionFormat const& format, std::int64_t pairs) {
  std::array<std::int64_t, 2> expected{0, 0};
  if (comm.is_root() && !files.empty()) {
    DistinctIds ids;
    bool is_known = true;
    for (std::filesystem::path const& path : files) {
      is_known = is_known && look_at_file(path, format, std::max(bytes_looked_at / files.size(), bytes_of_block), ids);
    }
    if (is_known) expected = {ids.users.expected(pairs), ids.items.expected(pairs)};
  }
  comm.broadcast(std::span<std::int64_t>(expected));
  return {expected[0], expected[1]};
}

}  // namespace tidemill::drivers
