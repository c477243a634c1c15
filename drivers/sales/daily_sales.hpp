#pragma once

#include <cstdint>
#include <optional>

#include "io/tables/table.hpp"

namespace tidemill::drivers {

struct DailySalesParams {
  double promotion_depth = 0.05;  ///< a day with discount / gross at or above this counts as a promotion
  std::int64_t live_days = 28;    ///< an item sold this recently before the last business date is filled up to it
  bool with_modifiers = true;     ///< false: lines that modify another line are left out
};

/// Collective. Daily sales per item and location from canonical sales lines (domain: canonical sales line). One row per
/// (location, item_key, business_date), sorted by them, whole series per rank; the rows in global order are the same
/// for any number of ranks. Voids and deferred lines are left out, refunds are negative. Days without sales between an
/// item's first and last sale are rows with zero units. All sums are integers.
///
/// `lines` needs: location, item_key (text); business_date (date); qty (integer, thousandths of a unit); gross,
/// discount, net (cents). Used when present: item_name, category, order_id (text), unit_cost (cents), is_void,
/// is_refund, is_deferred (integer 0/1), modifier_of (text). `promotions`, when given: location (empty: all), item_key,
/// start, end (both days included).
///
/// Columns of the result:
///   location, item_key, item_name, category   text; the names are those of the newest line
///   business_date                             date
///   units                                     integer, thousandths of a unit, net of refunds
///   gross, discount, net                      cents, net of refunds
///   orders                                    integer, distinct orders with a sale of the item
///   unit_price                                cents, list price: gross / quantity of the day's sales, halves away from
///                                             zero; of the last day with sales on days without
///   unit_cost                                 cents, mean of the known costs by quantity; carried on like the price;
///                                             missing while never known
///   promotion                                 0/1: in the promotions table, or discount_depth >= promotion_depth
///   discount_depth                            real, discount / gross of the day's sales; missing without sales
///   is_open                                   0/1: the location sold anything that day
/// Throws (exit code bad_data) when a needed column is absent or a line has no location, item or date.
io::Table daily_sales(io::Comm const& comm, io::Table const& lines, io::Table const* promotions = nullptr,
                      DailySalesParams const& params = {});

/// Collective. Sums of a daily sales table by week (Monday to Sunday, business_date is the Monday). units, gross,
/// discount, net and orders are sums; unit_price and unit_cost are those of the last day; promotion and is_open are 1
/// when any day's is; discount_depth is discount / gross, missing when gross is 0.
io::Table weekly_sales(io::Comm const& comm, io::Table const& daily);

}  // namespace tidemill::drivers
