#include "drivers/interactions/read_interactions.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numeric>
#include <optional>

#include "drivers/interactions/pair_columns.hpp"
#include "drivers/interactions/userlist.hpp"
#include "io/error.hpp"
#include "io/tables/read_table.hpp"
#include "io/tables/row_place.hpp"

namespace tidemill::drivers {
namespace {

/// Stands for a value that is too small until the pair is dropped.
constexpr float below_threshold = -std::numeric_limits<float>::infinity();

std::vector<double> numbers(io::Column const& column, std::int64_t first_row, std::string const& option,
                            std::string const& where) {
  if (column.is_text()) {
    throw DataError(
        fmt::format("{}: column '{}' holds text such as '{}'; --{} needs numbers: repair it or name another", where,
                    column.name, column.dictionary.empty() ? "" : column.dictionary.front(), option));
  }
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(column.size()));
  for (std::int64_t row = 0; row < column.size(); ++row) {
    double const value = column.number(row);
    if (!std::isfinite(value)) {
      throw DataError(fmt::format("{}: {}: column '{}' has no number; fill it in or remove the row", where,
                                  io::place_of_row(where, first_row + row), column.name));
    }
    values.push_back(value);
  }
  return values;
}

std::vector<std::int64_t> seconds(io::Column const& column, std::int64_t first_row, std::string const& where) {
  std::vector<std::int64_t> times;
  for (double const value : numbers(column, first_row, "time", where)) {
    if (!(std::abs(value) < 9e15)) {
      throw DataError(fmt::format(
          "{}: column '{}' has the time {:g}; expected seconds since 1970-01-01, dates or times: name another column",
          where, column.name, value));
    }
    times.push_back(static_cast<std::int64_t>(std::floor(value)) * (column.type == io::ColumnType::date ? 86400 : 1));
  }
  return times;
}

/// `bad`: where bad rows go; null: the first one is an error.
io::Table table_of_pairs(io::Comm const& comm, std::filesystem::path const& file, InteractionFormat const& format,
                         std::vector<std::string> const& text_columns, std::vector<io::BadRow>* bad) {
  io::TextFormat text;
  text.has_header = format.has_header;
  text.text_columns = text_columns;
  if (bad == nullptr) return io::read_table(comm, file, text);
  return io::read_good_rows(comm, file, text, pair_judge(format, file.string()), *bad);
}

PairRows rows_of_table(io::Comm const& comm, std::filesystem::path const& file, InteractionFormat const& format,
                       io::Table table) {
  std::string const where = file.string();
  if (table.columns.size() < 2) {
    throw DataError(fmt::format(
        "{}: line 1: one column, '{}'; expected at least a user and an item with a comma or tab between them, or "
        "--format userlist",
        where, table.columns.empty() ? "" : table.columns[0].name));
  }
  std::int64_t const first = table.range.first;
  std::vector<std::string> names;
  for (io::Column const& column : table.columns) names.push_back(column.name);
  PairColumns const columns = pair_columns(names, format, where);
  io::Column& user = table.columns[columns.user];
  io::Column& item = table.columns[columns.item];
  PairRows rows;
  io::agree(comm, "read interactions", [&] {
    if (columns.value) {
      std::vector<double> const values = numbers(table.columns[*columns.value], first, "value", where);
      rows.value.reserve(values.size());
      for (double const value : values) {
        rows.value.push_back(value >= format.min_value ? static_cast<float>(value) : below_threshold);
      }
    }
    if (columns.time) rows.time = seconds(table.columns[*columns.time], first, where);
  });
  rows.user = id_column(comm, std::move(user), first, where);
  rows.item = id_column(comm, std::move(item), first, where);
  rows.order.resize(static_cast<std::size_t>(table.rows()));
  std::iota(rows.order.begin(), rows.order.end(), first);
  return rows;
}

template <class Values>
void keep_only(Values& values, std::vector<bool> const& kept) {
  if (values.empty()) return;
  std::size_t to = 0;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i]) values[to++] = values[i];
  }
  values.resize(to);
}

/// Drops the pairs below the threshold and returns how many there were.
std::int64_t apply_threshold(PairRows& rows) {
  std::vector<bool> kept;
  std::int64_t dropped = 0;
  for (float const value : rows.value) {
    kept.push_back(value != below_threshold);
    dropped += kept.back() ? 0 : 1;
  }
  if (dropped == 0) return 0;
  keep_only(rows.user.integers, kept);
  keep_only(rows.user.codes, kept);
  keep_only(rows.item.integers, kept);
  keep_only(rows.item.codes, kept);
  keep_only(rows.time, kept);
  keep_only(rows.order, kept);
  keep_only(rows.value, kept);
  return dropped;
}

void check_format(InteractionFormat const& format) {
  bool const has_threshold = format.min_value > -std::numeric_limits<double>::infinity();
  if (std::isnan(format.min_value)) throw ConfigError("--min-value: expected a number");
  if (has_threshold && format.value.empty()) {
    throw ConfigError("--min-value needs --value: the column that is compared with it");
  }
  if (format.ordered && !format.time.empty()) throw ConfigError("--ordered and --time exclude each other");
  if (format.layout == InteractionLayout::pairs) return;
  for (auto const& [option, value] : {std::pair("user", format.user), std::pair("item", format.item),
                                      std::pair("value", format.value), std::pair("time", format.time)}) {
    if (!value.empty()) {
      throw ConfigError(fmt::format(
          "--{} is for --format pairs; a line per user has ids only (for the order of its items: --ordered)", option));
    }
  }
}

PairRows rows_of_file(io::Comm const& comm, std::filesystem::path const& file, InteractionFormat const& format,
                      std::vector<io::BadRow>* bad) {
  return format.layout == InteractionLayout::userlist
             ? read_userlist(comm, file, bad)
             : rows_of_table(comm, file, format, table_of_pairs(comm, file, format, {}, bad));
}

/// Once more, without the rows that are bad. `error` is what ended the first reading, and is thrown again when it was
/// not for single rows.
PairRows rows_without_bad(io::Comm const& comm, std::filesystem::path const& file, InteractionFormat const& format,
                          DataError const& error, std::vector<io::BadRow>& bad) {
  PairRows rows;
  try {
    rows = rows_of_file(comm, file, format, &bad);
  } catch (DataError const&) {
    throw error;
  }
  std::int64_t const set_aside = comm.sum(static_cast<std::int64_t>(bad.size()));
  std::int64_t const read = set_aside + comm.sum(rows.size());
  if (set_aside == 0) throw error;
  if (static_cast<double>(set_aside) <= format.max_bad_share * static_cast<double>(read)) return rows;
  throw DataError(fmt::format("{} ({} of {} pairs are bad, more than --max-bad-share {} allows)", error.what(),
                              set_aside, read, format.max_bad_share));
}

}  // namespace

io::Table read_good_pairs(io::Comm const& comm, std::filesystem::path const& file, InteractionFormat const& format,
                          std::vector<std::string> const& text_columns) {
  check_format(format);
  if (format.layout == InteractionLayout::userlist) {
    throw ConfigError(
        fmt::format("{}: a line per user has no columns beside its ids; expected --format pairs", file.string()));
  }
  std::optional<DataError> first;
  try {
    io::Table table = table_of_pairs(comm, file, format, text_columns, nullptr);
    rows_of_table(comm, file, format, table);
    return table;
  } catch (DataError const& error) {
    first = error;
  }
  // The same on every rank: whatever one rank finds, all of them throw.
  std::vector<io::BadRow> bad;
  try {
    io::Table table = table_of_pairs(comm, file, format, text_columns, &bad);
    rows_of_table(comm, file, format, table);
    return table;
  } catch (DataError const&) {
    throw *first;
  }
}

PairRows read_pairs(io::Comm const& comm, std::span<std::filesystem::path const> files, InteractionFormat const& format,
                    InteractionCounts* counts) {
  check_format(format);
  PairRows all;
  InteractionCounts found;
  for (std::filesystem::path const& file : files) {
    std::vector<io::BadRow> bad;
    PairRows rows;
    try {
      rows = rows_of_file(comm, file, format, nullptr);
    } catch (DataError const& error) {
      // The same on every rank: whatever one rank finds, all of them throw.
      if (counts == nullptr) throw;
      rows = rows_without_bad(comm, file, format, error, bad);
    }
    std::int64_t const before = found.read, set_aside = comm.sum(static_cast<std::int64_t>(bad.size()));
    found.read += comm.sum(rows.size()) + set_aside;
    found.quarantined += set_aside;
    if (set_aside > 0) found.quarantine.files.push_back({file.string(), std::move(bad)});
    found.below_threshold += comm.sum(apply_threshold(rows));
    if (!format.value_as_weight) rows.value.clear();
    append_pairs(all, std::move(rows), before);
  }
  if (counts != nullptr) *counts = std::move(found);
  return all;
}

Interactions read_interactions(io::Comm const& comm, std::span<std::filesystem::path const> files,
                               InteractionFormat const& format, InteractionCounts* counts) {
  InteractionCounts found;
  PairRows rows = read_pairs(comm, files, format, counts == nullptr ? nullptr : &found);
  GatherOptions options;
  options.ordered = format.ordered;
  GatherCounts gathered;
  Interactions interactions = gather_interactions(comm, std::move(rows), options, &gathered);
  found.repeated = gathered.repeated;
  found.kept = comm.sum(interactions.size());
  if (found.kept == 0) {
    std::string names;
    for (std::filesystem::path const& file : files) names += (names.empty() ? "" : ", ") + file.string();
    throw DataError(
        fmt::format("{}: no interactions are left of {} read ({} below the threshold, {} bad); name another "
                    "file or lower --min-value",
                    names, found.read, found.below_threshold, found.quarantined));
  }
  if (counts != nullptr) *counts = std::move(found);
  return interactions;
}

}  // namespace tidemill::drivers
