#include "drivers/ingest/side_tables.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "drivers/ingest/item_costs.hpp"
#include "drivers/ingest/sales_store.hpp"
#include "io/adapters/money.hpp"
#include "io/csv/dialect.hpp"
#include "io/csv/fields.hpp"
#include "io/csv/text_source.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/tables/read_table.hpp"
#include "io/tables/table_file.hpp"

namespace tidemill::drivers {
namespace {

std::string item_key_of(std::string_view kind, std::string_view location, std::string_view item) {
  return fmt::format("{}\n{}\n{}", kind, location, item);
}

/// This rank's share of a text column whose values are known everywhere.
io::Column share_of_texts(io::Comm const& comm, std::string const& name, std::vector<std::string> const& all,
                          io::RowRange range, std::string const& description) {
  std::vector<std::string> const mine(all.begin() + range.first, all.begin() + range.end());
  return io::text_column(comm, name, mine, description);
}

io::Column share_of_integers(std::string const& name, std::vector<std::int64_t> const& all, io::RowRange range,
                             io::ColumnType type, std::string const& unit, std::string const& description) {
  return io::integer_column(name, {all.begin() + range.first, all.begin() + range.end()}, type, unit, description);
}

}  // namespace

int SideTable::find(std::initializer_list<std::string_view> wanted) const {
  for (std::string_view const name : wanted) {
    auto const found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) return static_cast<int>(found - names.begin());
  }
  return -1;
}

std::string const& SideTable::cell(std::size_t row, int column) const {
  static std::string const empty;
  return column < 0 ? empty : rows[row][static_cast<std::size_t>(column)];
}

std::string SideTable::where(std::size_t row, int column) const {
  return fmt::format("{}: row {}, column '{}'", file, row + 1,
                     column < 0 ? "" : names[static_cast<std::size_t>(column)]);
}

std::int64_t SideTable::money(std::size_t row, int column, io::AdapterOptions const& options) const {
  std::string const& text = cell(row, column);
  if (text.empty()) return io::missing_integer;
  std::int64_t cents = 0;
  io::MoneyProblem const problem = io::parse_money(text, options.decimal, options.currency, cents);
  if (problem == io::MoneyProblem::none) return cents;
  throw DataError(fmt::format("{}: '{}' is {}; correct it", where(row, column), text, io::reason_for(problem)));
}

std::int64_t SideTable::date(std::size_t row, int column, io::AdapterOptions const& options) const {
  std::string const& text = cell(row, column);
  if (text.empty()) return io::missing_integer;
  io::Moment moment;
  io::DateProblem const problem = io::parse_moment(text, options.date_order, moment);
  if (problem == io::DateProblem::none) return moment.date;
  throw DataError(fmt::format("{}: '{}': {}; write YYYY-MM-DD", where(row, column), text, io::reason_for(problem)));
}

SideTable read_side_table(io::Comm const& comm, std::filesystem::path const& path) {
  SideTable table;
  table.file = path.string();
  table.digest = io::digest_of_file(comm, path);
  io::TextFormat format;
  format.guess_header = false;
  io::csv::TextSource const source(comm, path);
  io::csv::Dialect const dialect = io::csv::find_dialect(source.head(), source.head_is_all(), format, source.name());
  for (std::string const& name : dialect.names) table.names.push_back(io::normalised_header(name));
  format.text_columns = dialect.names;
  io::Table const rows = io::read_table(comm, path, format);
  // All cells on every rank: these tables have as many rows as a menu has items.
  std::vector<std::vector<std::int32_t>> codes;
  for (io::Column const& column : rows.columns) codes.push_back(comm.gather_all(std::span(column.codes)));
  for (std::int64_t r = 0; r < rows.range.total; ++r) {
    std::vector<std::string> cells;
    for (std::size_t c = 0; c < codes.size(); ++c) {
      std::int32_t const code = codes[c][static_cast<std::size_t>(r)];
      cells.push_back(code == io::missing_code ? "" : rows.columns[c].dictionary[static_cast<std::size_t>(code)]);
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

ItemCosts ItemCosts::read(io::Comm const& comm, std::filesystem::path const& path, io::AdapterOptions const& options) {
  SideTable const table = read_side_table(comm, path);
  int const key = table.find({"item_key", "sku", "item id"});
  int const name = table.find({"item_name", "item", "menu item"});
  int const cost = table.find({"unit_cost", "cost"});
  int const location = table.find({"location"});
  int const valid_from = table.find({"valid_from"});
  int const category = table.find({"category"});
  if (cost < 0 || (key < 0 && name < 0)) {
    throw DataError(fmt::format("{}: line 1: needs columns unit_cost and item_key (or item_name); found: {}",
                                table.file, fmt::join(table.names, ", ")));
  }
  ItemCosts costs;
  costs.digest_ = table.digest;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    if (!table.cell(row, category).empty()) {
      costs.categories_[item_key_of("key", "", table.cell(row, key))] = table.cell(row, category);
      costs.categories_[item_key_of("name", "", table.cell(row, name))] = table.cell(row, category);
    }
    std::int64_t const cents = table.money(row, cost, options);
    if (cents == io::missing_integer) continue;
    if (cents < 0) throw DataError(table.where(row, cost) + ": a cost cannot be negative; correct it");
    std::int64_t const from = table.date(row, valid_from, options);
    std::string const& at = table.cell(row, location);
    if (table.cell(row, key).empty() && table.cell(row, name).empty()) {
      throw DataError(table.where(row, key < 0 ? name : key) + ": the row names no item; fill it in");
    }
    // Both ways to name an item lead to the cost; the key is looked up first.
    if (!table.cell(row, key).empty()) costs.by_item_[item_key_of("key", at, table.cell(row, key))][from] = cents;
    if (!table.cell(row, name).empty()) costs.by_item_[item_key_of("name", at, table.cell(row, name))][from] = cents;
  }
  return costs;
}

std::int64_t ItemCosts::unit_cost(std::string_view location, std::string_view item_key, std::string_view item_name,
                                  std::int64_t date) const {
  for (std::string_view const place : {location, std::string_view{}}) {
    for (auto const& [kind, item] :
         {std::pair<std::string_view, std::string_view>{"key", item_key}, {"name", item_name}}) {
      auto const found = by_item_.find(item_key_of(kind, place, item));
      if (found == by_item_.end()) continue;
      auto const later = found->second.upper_bound(date);
      if (later != found->second.begin()) return std::prev(later)->second;
    }
  }
  return io::missing_integer;
}

std::string const& ItemCosts::category(std::string_view item_key, std::string_view item_name) const {
  static std::string const unknown;
  for (auto const& [kind, item] :
       {std::pair<std::string_view, std::string_view>{"key", item_key}, {"name", item_name}}) {
    auto const found = item.empty() ? categories_.end() : categories_.find(item_key_of(kind, "", item));
    if (found != categories_.end()) return found->second;
  }
  return unknown;
}

std::string store_promotions(io::Comm const& comm, std::filesystem::path const& path,
                             std::filesystem::path const& store, std::string const& tenant,
                             io::AdapterOptions const& options) {
  SideTable const table = read_side_table(comm, path);
  int const key = table.find({"item_key", "sku", "item id"});
  int const name = table.find({"item_name", "item", "menu item"});
  int const start = table.find({"start", "first_day"});
  int const end = table.find({"end", "last_day"});
  int const location = table.find({"location"});
  int const kind = table.find({"kind"});
  int const price = table.find({"price"});
  int const fixed_cost = table.find({"fixed_cost"});
  if (start < 0 || end < 0 || (key < 0 && name < 0)) {
    throw DataError(fmt::format("{}: line 1: needs columns start, end and item_key (or item_name); found: {}",
                                table.file, fmt::join(table.names, ", ")));
  }
  std::vector<std::string> locations, keys, names, kinds;
  std::vector<std::int64_t> starts, ends, prices, costs;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    starts.push_back(table.date(row, start, options));
    ends.push_back(table.date(row, end, options));
    if (starts.back() == io::missing_integer || ends.back() == io::missing_integer) {
      throw DataError(table.where(row, starts.back() == io::missing_integer ? start : end) +
                      ": a promotion needs its first and last day; fill it in");
    }
    if (ends.back() < starts.back()) {
      throw DataError(table.where(row, end) + ": the promotion ends before it starts; correct it");
    }
    if (table.cell(row, key).empty() && table.cell(row, name).empty()) {
      throw DataError(table.where(row, key < 0 ? name : key) + ": the row names no item; fill it in");
    }
    locations.push_back(table.cell(row, location));
    keys.push_back(table.cell(row, key));
    names.push_back(table.cell(row, name));
    kinds.push_back(table.cell(row, kind).empty() ? "discount" : table.cell(row, kind));
    prices.push_back(table.money(row, price, options));
    costs.push_back(table.money(row, fixed_cost, options));
  }
  io::RowRange const range = io::even_share(static_cast<std::int64_t>(table.rows.size()), comm.rank(), comm.size());
  io::Table stored;
  stored.range = range;
  stored.add(share_of_texts(comm, "location", locations, range, "where; missing: everywhere"));
  stored.add(share_of_texts(comm, "item_key", keys, range, "item by key"));
  stored.add(share_of_texts(comm, "item_name", names, range, "item by name"));
  stored.add(share_of_integers("start", starts, range, io::ColumnType::date, "", "first day"));
  stored.add(share_of_integers("end", ends, range, io::ColumnType::date, "", "last day, included"));
  stored.add(share_of_texts(comm, "kind", kinds, range, "what kind of promotion"));
  stored.add(share_of_integers("price", prices, range, io::ColumnType::cents, "cents", "price during the promotion"));
  stored.add(
      share_of_integers("fixed_cost", costs, range, io::ColumnType::cents, "cents", "media, labour and the like"));
  io::Provenance const provenance{"table", "", 0, {{"promotions", table.digest}}};
  return io::commit_hdf5(comm, promotions_path(store, tenant), provenance,
                         [&](io::Hdf5File& file) { io::write_table(file, "table", stored); });
}

}  // namespace tidemill::drivers
