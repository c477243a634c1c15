#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "drivers/panel/row_columns.hpp"
#include "drivers/panel/sales_panel.hpp"
#include "drivers/partition/move_rows.hpp"
#include "drivers/partition/series.hpp"
#include "drivers/promotion/promotion.hpp"

namespace tidemill::drivers {
namespace {

struct PairCount {
  std::int32_t item, other;
  std::int64_t orders;
};

/// Neither void nor returned, no gift card, and no mere choice to another line, such as a size.
bool is_item_sold(io::Table const& sales, std::int64_t row) {
  auto const is_set = [&](char const* flag) { return sales.has(flag) && sales.at(flag).number(row) == 1; };
  if (is_set("is_void") || is_set("is_deferred")) return false;
  if (sales.has("modifier_of") && !sales.at("modifier_of").is_missing(row)) return false;
  return !sales.has("qty") || (!sales.at("qty").is_missing(row) && sales.at("qty").number(row) > 0);
}

/// Sold items with an order: one row per line, whole orders on one rank.
SeriesTable orders_of(io::Comm const& comm, io::Table const& sales) {
  io::Table lean;
  lean.range = sales.range;
  auto const add = [&](char const* from, char const* to) {
    io::Column column = as_text(comm, sales.at(from));
    column.name = to;
    lean.add(std::move(column));
  };
  if (sales.has("location")) add("location", "location");
  add("order_id", "order_id");
  add("item_key", "item");
  std::vector<std::int64_t> rows;
  for (std::int64_t row = 0; row < lean.rows(); ++row) {
    if (is_item_sold(sales, row) && !lean.at("order_id").is_missing(row) && !lean.at("item").is_missing(row)) {
      rows.push_back(row);
    }
  }
  lean = take_rows(lean, rows);
  lean.range = io::range_of_part(comm, lean.rows());
  std::vector<std::string> keys{"order_id"};
  if (lean.has("location")) keys.insert(keys.begin(), "location");
  return partition_by_series(comm, lean, keys, "");
}

}  // namespace

io::Table bought_together(io::Comm const& comm, io::Table const& sales, std::int64_t min_orders, double min_lift) {
  SeriesTable const orders = orders_of(comm, sales);
  io::Column const& item = orders.table.at("item");
  auto const items = static_cast<std::int64_t>(item.dictionary.size());
  std::map<std::pair<std::int32_t, std::int32_t>, std::int64_t> pairs;
  std::vector<std::int64_t> orders_with(item.dictionary.size(), 0);
  for (std::int64_t k = 0; k < orders.series(); ++k) {
    std::vector<std::int32_t> basket(item.codes.begin() + orders.start[static_cast<std::size_t>(k)],
                                     item.codes.begin() + orders.start[static_cast<std::size_t>(k) + 1]);
    std::sort(basket.begin(), basket.end());
    basket.erase(std::unique(basket.begin(), basket.end()), basket.end());
    for (std::int32_t const a : basket) {
      ++orders_with[static_cast<std::size_t>(a)];
      for (std::int32_t const b : basket) {
        if (a != b) ++pairs[{a, b}];
      }
    }
  }
  comm.sum(std::span(orders_with));
  auto const total = static_cast<double>(comm.sum(orders.series()));

  // The counts of an item meet on one rank; items follow each other over the ranks.
  std::vector<std::vector<PairCount>> outgoing(static_cast<std::size_t>(comm.size()));
  for (auto const& [pair, count] : pairs) {
    outgoing[static_cast<std::size_t>(pair.first * comm.size() / items)].push_back({pair.first, pair.second, count});
  }
  pairs.clear();
  for (auto const& part : comm.exchange(outgoing)) {
    for (PairCount const& p : part) pairs[{p.item, p.other}] += p.orders;
  }
  auto const lift = [&](PairCount const& p) {
    return static_cast<double>(p.orders) * total / static_cast<double>(orders_with[static_cast<std::size_t>(p.item)]) /
           static_cast<double>(orders_with[static_cast<std::size_t>(p.other)]);
  };
  std::vector<PairCount> rows;
  for (auto const& [pair, count] : pairs) {
    PairCount const row{pair.first, pair.second, count};
    if (count >= min_orders && lift(row) >= min_lift) rows.push_back(row);
  }
  RowColumns<PairCount> columns(comm, rows);
  auto const text = [&](std::int32_t code) { return item.dictionary[static_cast<std::size_t>(code)]; };
  columns.text("item", "item key", [&](PairCount const& p) { return text(p.item); })
      .text("other", "item key", [&](PairCount const& p) { return text(p.other); })
      .integer("orders", io::ColumnType::integer, "orders", "with both", [](PairCount const& p) { return p.orders; })
      .real("lift", "factor", "orders with both over those expected if they were independent", lift);
  return columns.take();
}

}  // namespace tidemill::drivers
