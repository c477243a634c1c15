#include "drivers/menu/menu_lines.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "drivers/panel/item_names.hpp"
#include "drivers/panel/sales_panel.hpp"
#include "drivers/partition/move_rows.hpp"
#include "drivers/partition/series.hpp"

namespace tidemill::drivers {
namespace {

std::vector<std::int64_t> counting_rows(io::Table const& sales) {
  std::vector<io::Column const*> flags;
  for (char const* name : {"is_void", "is_deferred"}) {
    if (sales.has(name)) flags.push_back(&sales.at(name));
  }
  io::Column const* const modifier_of = sales.has("modifier_of") ? &sales.at("modifier_of") : nullptr;
  std::vector<std::int64_t> rows;
  for (std::int64_t row = 0; row < sales.rows(); ++row) {
    bool counts = modifier_of == nullptr || modifier_of->is_missing(row);
    for (io::Column const* flag : flags) {
      counts = counts && (flag->is_missing(row) || flag->integers[static_cast<std::size_t>(row)] == 0);
    }
    if (counts) rows.push_back(row);
  }
  return rows;
}

/// Hashes of order ids as whole numbers, which the partition can sort by.
io::Column order_column(io::Table const& sales) {
  std::vector<std::int64_t> hashes(static_cast<std::size_t>(sales.rows()));
  if (!sales.has("order_id")) {
    std::iota(hashes.begin(), hashes.end(), sales.range.first);
  } else if (io::Column const& order = sales.at("order_id"); order.is_text()) {
    std::vector<std::int64_t> hash_of_code;
    for (std::string const& text : order.dictionary) {
      hash_of_code.push_back(static_cast<std::int64_t>(stable_hash(text) >> 1));
    }
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      // A line without an order id is an order of its own.
      hashes[i] = order.codes[i] == io::missing_code ? sales.range.first + static_cast<std::int64_t>(i)
                                                     : hash_of_code[static_cast<std::size_t>(order.codes[i])];
    }
  } else {
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      hashes[i] = order.integers[i] == io::missing_integer ? -1 - sales.range.first - static_cast<std::int64_t>(i)
                                                           : order.integers[i];
    }
  }
  return io::integer_column("order", std::move(hashes));
}

io::Table lean_lines(io::Comm const& comm, io::Table const& sales) {
  io::Table lean;
  lean.range = sales.range;
  auto const add_text = [&](char const* name, char const* single) {
    auto const rows = static_cast<std::size_t>(sales.rows());
    io::Column column = sales.has(name) ? as_text(comm, sales.at(name))
                                        : io::text_column(comm, name, std::vector<std::string>(rows, single));
    column.name = name;
    lean.add(std::move(column));
  };
  add_text("location", "all");
  add_text("category", "all");
  lean.add(as_text(comm, sales.at("item_key")));
  if (sales.has("item_name")) add_text("item_name", "");
  for (char const* name : {"business_date", "qty", "net"}) lean.add(sales.at(name));
  if (sales.has("unit_cost")) lean.add(sales.at("unit_cost"));
  lean.add(order_column(sales));
  lean = take_rows(lean, counting_rows(sales));
  lean.range = io::range_of_part(comm, lean.rows());
  return lean;
}

std::vector<MenuLine> read_lines(io::Table const& lean) {
  std::vector<MenuLine> lines(static_cast<std::size_t>(lean.rows()));
  auto const& location = lean.at("location").codes;
  auto const& item = lean.at("item_key").codes;
  auto const& order = lean.at("order").integers;
  auto const& day = lean.at("business_date").integers;
  auto const& units = lean.at("qty").integers;
  auto const& net = lean.at("net").integers;
  auto const* cost = lean.has("unit_cost") ? &lean.at("unit_cost").integers : nullptr;
  auto const or_zero = [](std::int64_t value) { return value == io::missing_integer ? 0 : value; };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    lines[i] = {location[i],
                item[i],
                static_cast<std::uint64_t>(order[i]),
                day[i],
                or_zero(units[i]),
                or_zero(net[i]),
                cost == nullptr ? io::missing_integer : (*cost)[i]};
  }
  return lines;
}

}  // namespace

std::uint64_t stable_hash(std::string const& text) {
  std::uint64_t hash = 0xCBF29CE484222325ull;
  for (char const c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
  hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDull;
  return hash ^ (hash >> 33);
}

MenuLines bring_lines_together(io::Comm const& comm, io::Table const& sales) {
  io::Table lean = lean_lines(comm, sales);
  MenuLines result;
  result.locations = lean.at("location").dictionary;
  result.categories = lean.at("category").dictionary;
  result.items = result.item_names = lean.at("item_key").dictionary;
  result.category_of_item = last_code_of_items(comm, lean.at("item_key"), lean.at("category"), lean.range.first);
  if (lean.has("item_name")) {
    auto const name = last_code_of_items(comm, lean.at("item_key"), lean.at("item_name"), lean.range.first);
    for (std::size_t k = 0; k < name.size(); ++k) {
      if (name[k] >= 0) result.item_names[k] = lean.at("item_name").dictionary[static_cast<std::size_t>(name[k])];
    }
  }
  result.lines = read_lines(partition_by_series(comm, lean, {"location"}, "order").table);
  std::int64_t last_day = std::numeric_limits<std::int64_t>::min();
  for (MenuLine const& line : result.lines) last_day = std::max(last_day, line.day);
  result.last_day = comm.max(last_day);
  return result;
}

}  // namespace tidemill::drivers
