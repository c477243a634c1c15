#include "drivers/ingest/sales_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>

#include "drivers/partition/move_rows.hpp"
#include "io/error.hpp"
#include "io/hdf5/file.hpp"
#include "io/store/safe_name.hpp"
#include "io/store/shared_names.hpp"
#include "io/tables/table_file.hpp"

namespace tidemill::drivers {
namespace {

using io::Column;
using io::ColumnType;
using io::Comm;
using io::Table;

/// Names of the store's files.
std::vector<std::string> sales_files(Comm const& comm, std::filesystem::path const& folder) {
  return io::shared_names(comm, "list " + folder.string(), [&] {
    std::vector<std::string> names;
    if (!std::filesystem::is_directory(folder)) return names;
    for (auto const& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".h5") names.push_back(entry.path().filename().string());
    }
    return names;
  });
}

struct StoredFile {
  Table lines;
  std::int64_t last_date = 0;
};

StoredFile read_stored(Comm const& comm, std::filesystem::path const& path) {
  io::Hdf5File file = io::Hdf5File::open(comm, path);
  StoredFile stored{io::read_table_group(comm, file, "lines"), file.integer_attribute("/", "last_business_date")};
  for (SalesColumn const& column : sales_columns()) stored.lines.at(column.name);
  return stored;
}

/// Rows with equal keys meet on one rank.
std::uint64_t scramble(std::uint64_t value) {
  value ^= value >> 33;
  value *= 0xff51afd7ed558ccdu;
  value ^= value >> 33;
  value *= 0xc4ceb9fe1a85ec53u;
  return value ^ value >> 33;
}

/// Keeps one line of each identity: that of the file with the highest precedence.
Table without_repeats(Comm const& comm, Table const& lines) {
  auto const& source = lines.at("source").codes;
  auto const& location = lines.at("location").codes;
  auto const& line = lines.at("line_id").codes;
  std::vector<int> destination(source.size());
  for (std::size_t i = 0; i < destination.size(); ++i) {
    std::uint64_t const key =
        scramble(scramble(static_cast<std::uint64_t>(source[i]) << 32 | static_cast<std::uint32_t>(location[i])) ^
                 static_cast<std::uint32_t>(line[i]));
    destination[i] = static_cast<int>(key % static_cast<std::uint64_t>(comm.size()));
  }
  Table const met = move_rows(comm, lines, destination);
  std::vector<std::int64_t> order(static_cast<std::size_t>(met.rows()));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  auto const& precedence = met.at("precedence").integers;
  auto const identity = [&, &s = met.at("source").codes, &l = met.at("location").codes,
                         &k = met.at("line_id").codes](std::int64_t row) {
    auto const i = static_cast<std::size_t>(row);
    return std::tuple(s[i], l[i], k[i]);
  };
  std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    auto const key_a = identity(a), key_b = identity(b);
    if (key_a != key_b) return key_a < key_b;
    return precedence[static_cast<std::size_t>(a)] > precedence[static_cast<std::size_t>(b)];
  });
  std::vector<std::int64_t> kept;
  for (std::int64_t const row : order) {
    if (kept.empty() || identity(kept.back()) != identity(row)) kept.push_back(row);
  }
  return take_rows(met, kept);
}

/// The rank for each business date: consecutive dates, about equal row counts.
std::map<std::int64_t, int> share_out_dates(Comm const& comm, std::vector<std::int64_t> const& dates) {
  std::map<std::int64_t, std::int64_t> mine;
  for (std::int64_t const date : dates) ++mine[date];
  std::vector<std::int64_t> pairs;
  for (auto const& [date, count] : mine) pairs.insert(pairs.end(), {date, count});
  std::map<std::int64_t, std::int64_t> counts;
  std::vector<std::int64_t> const all = comm.gather_all(std::span<std::int64_t const>(pairs));
  for (std::size_t i = 0; i < all.size(); i += 2) counts[all[i]] += all[i + 1];
  std::int64_t total = 0;
  for (auto const& [date, count] : counts) total += count;
  std::map<std::int64_t, int> rank_of;
  std::int64_t before = 0;
  for (auto const& [date, count] : counts) {
    rank_of[date] = static_cast<int>(before * comm.size() / std::max<std::int64_t>(total, 1));
    before += count;
  }
  return rank_of;
}

Table in_order(Comm const& comm, Table const& lines) {
  std::map<std::int64_t, int> const rank_of = share_out_dates(comm, lines.at("business_date").integers);
  std::vector<int> destination;
  for (std::int64_t const date : lines.at("business_date").integers) destination.push_back(rank_of.at(date));
  Table const moved = move_rows(comm, lines, destination);
  std::vector<std::int64_t> order(static_cast<std::size_t>(moved.rows()));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  auto const key = [&, &date = moved.at("business_date").integers, &location = moved.at("location").codes,
                    &time = moved.at("local_time").integers, &bill = moved.at("order_id").codes,
                    &line = moved.at("line_id").codes, &source = moved.at("source").codes](std::int64_t row) {
    auto const i = static_cast<std::size_t>(row);
    return std::tuple(date[i], location[i], time[i], bill[i], line[i], source[i]);
  };
  std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return key(a) < key(b); });
  Table sorted = take_rows(moved, order);
  sorted.range = io::range_of_part(comm, sorted.rows());
  return sorted;
}

Column stack_columns(std::vector<Table>& tables, std::size_t c) {
  Column whole = std::move(tables.front().columns[c]);
  if (whole.is_text()) {
    // Every rank knows every dictionary, so the common one needs no communication.
    std::vector<std::string> common = whole.dictionary;
    for (std::size_t t = 1; t < tables.size(); ++t) {
      auto const& more = tables[t].columns[c].dictionary;
      common.insert(common.end(), more.begin(), more.end());
    }
    std::sort(common.begin(), common.end());
    common.erase(std::unique(common.begin(), common.end()), common.end());
    std::vector<std::int32_t> codes;
    for (std::size_t t = 0; t < tables.size(); ++t) {
      Column const& part = t == 0 ? whole : tables[t].columns[c];
      std::vector<std::int32_t> translated(part.dictionary.size());
      for (std::size_t k = 0; k < translated.size(); ++k) {
        auto const found = std::lower_bound(common.begin(), common.end(), part.dictionary[k]);
        translated[k] = static_cast<std::int32_t>(found - common.begin());
      }
      for (std::int32_t const code : part.codes) {
        codes.push_back(code == io::missing_code ? code : translated[static_cast<std::size_t>(code)]);
      }
    }
    whole.codes = std::move(codes);
    whole.dictionary = std::move(common);
    return whole;
  }
  for (std::size_t t = 1; t < tables.size(); ++t) {
    Column const& part = tables[t].columns[c];
    whole.integers.insert(whole.integers.end(), part.integers.begin(), part.integers.end());
    whole.reals.insert(whole.reals.end(), part.reals.begin(), part.reals.end());
  }
  return whole;
}

void drop_unused_texts(Comm const& comm, Column& column) {
  std::vector<std::uint8_t> used(column.dictionary.size(), 0);
  for (std::int32_t const code : column.codes) {
    if (code != io::missing_code) used[static_cast<std::size_t>(code)] = 1;
  }
  comm.max(std::span<std::uint8_t>(used));
  std::vector<std::int32_t> new_code(used.size(), io::missing_code);
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (used[i] == 0) continue;
    new_code[i] = static_cast<std::int32_t>(kept.size());
    kept.push_back(std::move(column.dictionary[i]));
  }
  for (std::int32_t& code : column.codes) {
    if (code != io::missing_code) code = new_code[static_cast<std::size_t>(code)];
  }
  column.dictionary = std::move(kept);
}

std::filesystem::path tenant_folder(std::filesystem::path const& store, std::string const& tenant) {
  if (!is_safe_name(tenant)) {
    throw ConfigError(
        fmt::format("tenant '{}' cannot name a folder; use letters, digits, - _ . only, with no dot in front", tenant));
  }
  return store / tenant;
}

}  // namespace

std::vector<SalesColumn> const& sales_columns() {
  static std::vector<SalesColumn> const columns{
      {"location", ColumnType::text, "", "restaurant"},
      {"business_date", ColumnType::date, "", "day of business, which ends at the cut-off hour"},
      {"order_id", ColumnType::text, "", "order"},
      {"line_id", ColumnType::text, "", "line; unique with source and location"},
      {"local_time", ColumnType::time, "", "when, in local time of the location"},
      {"utc_offset", ColumnType::integer, "minutes", "local time minus UTC; missing when the export does not say"},
      {"item_key", ColumnType::text, "", "item, as the source identifies it"},
      {"item_name", ColumnType::text, "", "item, as people call it"},
      {"category", ColumnType::text, "", "sales category"},
      {"menu", ColumnType::text, "", "menu"},
      {"channel", ColumnType::text, "", "dining option or sales channel"},
      {"qty", ColumnType::integer, "milli-units", "units sold, in thousandths"},
      {"gross", ColumnType::cents, "cents", "before discounts, without tax and tips"},
      {"discount", ColumnType::cents, "cents", "taken off"},
      {"net", ColumnType::cents, "cents", "gross - discount"},
      {"tax", ColumnType::cents, "cents", "tax of the line"},
      {"unit_cost", ColumnType::cents, "cents", "cost of one unit; missing when not known"},
      {"is_void", ColumnType::integer, "", "1: voided, no sale"},
      {"is_refund", ColumnType::integer, "", "1: given back; amounts are negative"},
      {"is_deferred", ColumnType::integer, "", "1: gift card and the like, no sale yet"},
      {"modifier_of", ColumnType::text, "", "line or item that this one modifies"},
      {"source", ColumnType::text, "", "kind of export that it came from"},
  };
  return columns;
}

bool is_safe_name(std::string const& name) { return io::is_safe_name(name); }

std::filesystem::path sales_folder(std::filesystem::path const& store, std::string const& tenant) {
  return tenant_folder(store, tenant) / "tables" / "sales";
}

std::filesystem::path promotions_path(std::filesystem::path const& store, std::string const& tenant) {
  return tenant_folder(store, tenant) / "tables" / "promotions.h5";
}

Table stack_tables(Comm const& comm, std::vector<Table> tables) {
  Table whole;
  for (std::size_t c = 0; c < tables.front().columns.size(); ++c) whole.columns.push_back(stack_columns(tables, c));
  whole.range = io::range_of_part(comm, whole.columns.front().size());
  return whole;
}

Table read_sales(Comm const& comm, std::filesystem::path const& store, std::string const& tenant) {
  std::filesystem::path const folder = sales_folder(store, tenant);
  std::vector<StoredFile> files;
  for (std::string const& name : sales_files(comm, folder)) files.push_back(read_stored(comm, folder / name));
  if (files.empty()) {
    throw DataError(fmt::format("no sales of tenant '{}' in {}; run tidemill ingest first", tenant, folder.string()));
  }
  // Files come in byte order of names, which say what they hold: precedence does not depend on the order of ingesting.
  std::stable_sort(files.begin(), files.end(),
                   [](StoredFile const& a, StoredFile const& b) { return a.last_date < b.last_date; });
  std::vector<Table> tables;
  for (std::size_t i = 0; i < files.size(); ++i) {
    Table exact;
    exact.range = files[i].lines.range;
    for (SalesColumn const& column : sales_columns()) exact.add(std::move(files[i].lines.at(column.name)));
    std::vector<std::int64_t> const precedence(static_cast<std::size_t>(exact.rows()), static_cast<std::int64_t>(i));
    exact.add(io::integer_column("precedence", precedence));
    tables.push_back(std::move(exact));
  }
  Table lines = without_repeats(comm, stack_tables(comm, std::move(tables)));
  lines.columns.pop_back();
  lines = in_order(comm, lines);
  for (Column& column : lines.columns) {
    if (column.is_text()) drop_unused_texts(comm, column);
  }
  return lines;
}

Table read_promotions(Comm const& comm, std::filesystem::path const& store, std::string const& tenant) {
  std::filesystem::path const path = promotions_path(store, tenant);
  std::int64_t there = comm.is_root() && std::filesystem::exists(path) ? 1 : 0;
  comm.broadcast(std::span(&there, 1));
  if (there == 1) return io::read_table_file(comm, path);
  Table none;
  for (auto const& [name, type] :
       std::initializer_list<std::pair<char const*, ColumnType>>{{"location", ColumnType::text},
                                                                 {"item_key", ColumnType::text},
                                                                 {"item_name", ColumnType::text},
                                                                 {"start", ColumnType::date},
                                                                 {"end", ColumnType::date},
                                                                 {"kind", ColumnType::text},
                                                                 {"price", ColumnType::cents},
                                                                 {"fixed_cost", ColumnType::cents}}) {
    Column column;
    column.name = name;
    column.type = type;
    none.add(std::move(column));
  }
  return none;
}

}  // namespace tidemill::drivers
