#include "drivers/sales/daily_sales.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "drivers/partition/series.hpp"
#include "drivers/sales/daily_columns.hpp"
#include "drivers/sales/promotion_calendar.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

/// Canonical lines by column, the optional ones null when absent.
struct Lines {
  explicit Lines(io::Table const& table)
      : location(table.at("location")),
        item(table.at("item_key")),
        date(table.at("business_date")),
        quantity(table.at("qty")),
        gross(table.at("gross")),
        discount(table.at("discount")),
        net(table.at("net")),
        name(find(table, "item_name")),
        category(find(table, "category")),
        order(find(table, "order_id")),
        cost(find(table, "unit_cost")),
        is_void(find(table, "is_void")),
        is_refund(find(table, "is_refund")),
        is_deferred(find(table, "is_deferred")),
        modifier_of(find(table, "modifier_of")) {}

  static io::Column const* find(io::Table const& table, std::string const& column) {
    return table.has(column) ? &table.at(column) : nullptr;
  }
  static bool is_set(io::Column const* flag, std::int64_t row) {
    return flag != nullptr && !flag->is_missing(row) && flag->integers[static_cast<std::size_t>(row)] != 0;
  }
  static std::int64_t amount(io::Column const& column, std::int64_t row) {
    return column.is_missing(row) ? 0 : column.integers[static_cast<std::size_t>(row)];
  }
  bool counts(std::int64_t row, bool with_modifiers) const {
    if (is_set(is_void, row) || is_set(is_deferred, row)) return false;
    return with_modifiers || modifier_of == nullptr || modifier_of->is_missing(row);
  }
  bool is_sale(std::int64_t row) const { return !is_set(is_refund, row) && amount(quantity, row) > 0; }

  io::Column const &location, &item, &date, &quantity, &gross, &discount, &net;
  io::Column const *name, *category, *order, *cost, *is_void, *is_refund, *is_deferred, *modifier_of;
};

/// The days on which a location sold anything, over all ranks.
class OpenDays {
 public:
  OpenDays(io::Comm const& comm, Lines const& lines, std::int64_t rows, bool with_modifiers) {
    std::vector<Day> mine;
    for (std::int64_t row = 0; row < rows; ++row) {
      auto const i = static_cast<std::size_t>(row);
      if (!lines.counts(row, with_modifiers)) continue;
      Day const day{lines.location.codes[i], lines.date.integers[i]};
      if (mine.empty() || mine.back() != day) mine.push_back(day);
    }
    sort(mine);
    days_ = comm.gather_all(std::span<Day const>(mine));
    sort(days_);
    for (Day const& day : days_) last_ = std::max(last_, day.date);
  }
  bool contains(std::int64_t location, std::int64_t date) const {
    return std::binary_search(days_.begin(), days_.end(), Day{location, date});
  }
  std::int64_t last() const { return last_; }

 private:
  struct Day {
    std::int64_t location;
    std::int64_t date;
    auto operator<=>(Day const&) const = default;
  };
  static void sort(std::vector<Day>& days) {
    std::sort(days.begin(), days.end());
    days.erase(std::unique(days.begin(), days.end()), days.end());
  }
  std::vector<Day> days_;
  std::int64_t last_ = io::missing_integer;
};

/// Sums of one item, location and day.
struct Day {
  std::int64_t units = 0, gross = 0, discount = 0, net = 0;
  std::int64_t sold = 0, sold_gross = 0, sold_discount = 0;  ///< without refunds
  std::int64_t costed = 0, cost = 0;                         ///< quantity with a known cost, and cost times quantity
  std::vector<std::int32_t> orders;

  void add(Lines const& lines, std::int64_t row) {
    std::int64_t const quantity = Lines::amount(lines.quantity, row);
    units += quantity;
    gross += Lines::amount(lines.gross, row);
    discount += Lines::amount(lines.discount, row);
    net += Lines::amount(lines.net, row);
    if (!lines.is_sale(row)) return;
    sold += quantity;
    sold_gross += Lines::amount(lines.gross, row);
    sold_discount += Lines::amount(lines.discount, row);
    if (lines.order != nullptr) orders.push_back(lines.order->codes[static_cast<std::size_t>(row)]);
    if (lines.cost != nullptr && !lines.cost->is_missing(row)) {
      costed += quantity;
      cost += quantity * lines.cost->integers[static_cast<std::size_t>(row)];
    }
  }
  std::int64_t distinct_orders() {
    std::sort(orders.begin(), orders.end());
    return std::unique(orders.begin(), orders.end()) - orders.begin();
  }
};

/// a / b, halves away from zero; b > 0.
std::int64_t divide_rounded(std::int64_t a, std::int64_t b) { return (a >= 0 ? a + b / 2 : a - b / 2) / b; }

/// Makes the rows of one series after another.
class DailyBuilder {
 public:
  DailyBuilder(Lines const& lines, OpenDays const& open, PromotionCalendar const& promotions,
               DailySalesParams const& params)
      : lines_(lines), open_(open), promotions_(promotions), params_(params) {}

  void add_series(std::int64_t begin, std::int64_t end) {
    std::map<std::int64_t, Day> days;
    std::int64_t newest = begin;
    std::int64_t last_sale = io::missing_integer;
    for (std::int64_t row = begin; row < end; ++row) {
      if (!lines_.counts(row, params_.with_modifiers)) continue;
      std::int64_t const date = lines_.date.integers[static_cast<std::size_t>(row)];
      days[date].add(lines_, row);
      newest = row;
      if (lines_.is_sale(row)) last_sale = date;
    }
    if (last_sale == io::missing_integer) return;
    bool const is_live = open_.last() - last_sale <= params_.live_days;
    std::int64_t const last = is_live ? open_.last() : days.rbegin()->first;
    price_ = cost_ = io::missing_integer;
    for (std::int64_t date = days.begin()->first; date <= last; ++date) add_day(newest, date, days[date]);
  }
  DailyColumns columns;

 private:
  void add_day(std::int64_t newest, std::int64_t date, Day& day) {
    auto const i = static_cast<std::size_t>(newest);
    if (day.sold > 0) price_ = divide_rounded(day.sold_gross * 1000, day.sold);
    if (day.costed > 0) cost_ = divide_rounded(day.cost, day.costed);
    double const depth = day.sold_gross > 0
                             ? static_cast<double>(day.sold_discount) / static_cast<double>(day.sold_gross)
                             : std::nan("");
    bool const promoted = depth >= params_.promotion_depth ||
                          promotions_.is_on(lines_.location.text(newest), lines_.item.text(newest), date);
    columns.location.push_back(lines_.location.codes[i]);
    columns.item.push_back(lines_.item.codes[i]);
    columns.name.push_back(lines_.name != nullptr ? lines_.name->codes[i] : io::missing_code);
    columns.category.push_back(lines_.category != nullptr ? lines_.category->codes[i] : io::missing_code);
    columns.date.push_back(date);
    columns.units.push_back(day.units);
    columns.gross.push_back(day.gross);
    columns.discount.push_back(day.discount);
    columns.net.push_back(day.net);
    columns.orders.push_back(day.distinct_orders());
    columns.unit_price.push_back(price_);
    columns.unit_cost.push_back(cost_);
    columns.promotion.push_back(promoted ? 1 : 0);
    columns.depth.push_back(depth);
    columns.is_open.push_back(open_.contains(lines_.location.codes[i], date) ? 1 : 0);
  }

  Lines const& lines_;
  OpenDays const& open_;
  PromotionCalendar const& promotions_;
  DailySalesParams const& params_;
  std::int64_t price_ = io::missing_integer;
  std::int64_t cost_ = io::missing_integer;
};

void check_lines(io::Table const& lines) {
  for (char const* name : {"qty", "gross", "discount", "net"}) lines.at(name);
  for (char const* name : {"location", "item_key", "business_date"}) {
    io::Column const& column = lines.at(name);
    for (std::int64_t row = 0; row < lines.rows(); ++row) {
      if (!column.is_missing(row)) continue;
      throw DataError(
          fmt::format("sales line {} has no {}; ingest should have quarantined it", lines.range.first + row, name));
    }
  }
}

}  // namespace

io::Table daily_sales(io::Comm const& comm, io::Table const& lines_table, io::Table const* promotions,
                      DailySalesParams const& params) {
  io::agree(comm, "daily sales", [&] {
    check_lines(lines_table);
    if (promotions != nullptr) {
      for (char const* name : {"location", "item_key", "start", "end"}) promotions->at(name);
    }
  });
  SeriesTable const grouped = partition_by_series(comm, lines_table, {"location", "item_key"}, "business_date");
  Lines const lines(grouped.table);
  OpenDays const open(comm, lines, grouped.table.rows(), params.with_modifiers);
  PromotionCalendar const calendar = promotions != nullptr ? PromotionCalendar(comm, *promotions) : PromotionCalendar();
  DailyBuilder builder(lines, open, calendar, params);
  for (std::int64_t s = 0; s < grouped.series(); ++s) {
    auto const i = static_cast<std::size_t>(s);
    builder.add_series(grouped.start[i], grouped.start[i + 1]);
  }
  auto const dictionary_of = [](io::Column const* column) {
    return column != nullptr ? column->dictionary : std::vector<std::string>();
  };
  return daily_table(
      comm, std::move(builder.columns),
      {lines.location.dictionary, lines.item.dictionary, dictionary_of(lines.name), dictionary_of(lines.category)});
}

}  // namespace tidemill::drivers
