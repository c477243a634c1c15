#include "drivers/pricing/price_advice.hpp"

#include <cmath>
#include <limits>

#include "drivers/panel/row_columns.hpp"
#include "drivers/pricing/price_location.hpp"
#include "io/tables/missing.hpp"

namespace tidemill::drivers {
namespace {

struct AdviceRow {
  PriceItem item;  ///< its points are dropped once the row is made
  PricePoint now, advised;
  double unconstrained_price = io::missing_real;
  ProfitInterval gain{io::missing_real, io::missing_real};
};

struct CurveRow {
  std::int32_t location = 0, item = 0;
  PricePoint point;
  ProfitInterval profit;
  bool is_current = false, is_advised = false;
};

/// The best price if nothing held it back; missing when it lies at the edge of what was tried.
double unconstrained_price(PriceItem const& item) {
  std::size_t const best = best_point(item, ~0u);
  bool const is_inside = best > 0 && best + 1 < item.points.size();
  return is_inside ? item.points[best].price : io::missing_real;
}

AdviceRow advice_for(PriceItem const& item) {
  AdviceRow row{item, {}, {}};
  row.item.points.clear();
  if (!item.may_change()) {
    row.now = {item.price, 0, item.units,
               std::isnan(item.cost) ? io::missing_real : (item.price - item.cost) * item.units};
    row.advised = row.now;
    return row;
  }
  row.now = item.points[item.current];
  row.advised = item.points[item.advised];
  row.unconstrained_price = unconstrained_price(item);
  row.gain = profit_interval(item, row.advised, ProfitKind::gain);
  row.item.status = item.advised == item.current ? "KEEP" : "CHANGE";
  return row;
}

/// Points of the curve: evenly spaced among those near the observed range, with the current and the advised price.
std::vector<CurveRow> curve_of(PriceItem const& item, PriceParams const& params) {
  std::vector<CurveRow> rows;
  if (!item.may_change() || params.curve_points < 2) return rows;
  double const low = std::min(item.elasticity->lowest_price, item.price) * 0.9;
  double const high = std::max(item.elasticity->highest_price, item.price) * 1.1;
  std::vector<std::size_t> inside;
  for (std::size_t i = 0; i < item.points.size(); ++i) {
    if (item.points[i].price >= low && item.points[i].price <= high) inside.push_back(i);
  }
  std::size_t const count = std::min(inside.size(), static_cast<std::size_t>(params.curve_points));
  std::vector<bool> is_shown(item.points.size(), false);
  for (std::size_t k = 0; k < count; ++k) {
    is_shown[inside[count == 1 ? 0 : k * (inside.size() - 1) / (count - 1)]] = true;
  }
  is_shown[item.current] = is_shown[item.advised] = true;
  for (std::size_t i = 0; i < item.points.size(); ++i) {
    if (!is_shown[i]) continue;
    rows.push_back({item.location, item.item, item.points[i], profit_interval(item, item.points[i], ProfitKind::whole),
                    i == item.current, i == item.advised});
  }
  return rows;
}

/// Prices in cents where the input has cents.
template <class Row, class Value>
void add_price(RowColumns<Row>& columns, bool in_cents, char const* name, char const* description, Value const& value) {
  if (!in_cents) {
    columns.real(name, "currency per unit", description, value);
    return;
  }
  columns.integer(name, io::ColumnType::cents, "minor units per unit", description, [&](Row const& row) {
    double const price = value(row);
    return std::isnan(price) ? io::missing_integer : static_cast<std::int64_t>(std::llround(price * 100));
  });
}

io::Table items_table(io::Comm const& comm, SalesPanel const& panel, std::vector<AdviceRow> const& rows) {
  RowColumns<AdviceRow> columns(comm, rows);
  using Row = AdviceRow;
  columns.text("location", "place of sale", [&](Row const& r) { return text_at(panel.locations, r.item.location); })
      .text("item", "item key", [&](Row const& r) { return text_at(panel.items, r.item.item); })
      .text("item_name", "newest name", [&](Row const& r) { return text_at(panel.item_names, r.item.item); })
      .text("category", "newest category", [&](Row const& r) { return text_at(panel.categories, r.item.category); });
  add_price(columns, panel.price_is_cents, "current_price", "list price on the last day",
            [](Row const& r) { return r.now.price; });
  add_price(columns, panel.price_is_cents, "advised_price", "equal to current_price when it should stay",
            [](Row const& r) { return r.advised.price; });
  columns.real("change", "share", "advised / current - 1",
               [](Row const& r) { return r.advised.price / r.now.price - 1; });
  add_price(columns, panel.price_is_cents, "cost", "per unit", [](Row const& r) { return r.item.cost; });
  columns
      .real(
          "elasticity", "percent per percent", "used for the demand and its interval",
          [](Row const& r) { return r.item.elasticity == nullptr ? io::missing_real : r.item.elasticity->elasticity; })
      .real("current_units", "units per open day", "mean of the base period", [](Row const& r) { return r.now.units; })
      .real("advised_units", "units per open day", "expected", [](Row const& r) { return r.advised.units; })
      .real("current_profit", "currency per open day", "(price - cost) * units",
            [](Row const& r) { return r.now.profit; })
      .real("advised_profit", "currency per open day", "(price - cost) * units",
            [](Row const& r) { return r.advised.profit; })
      .real("gain", "currency per open day", "advised less current profit",
            [](Row const& r) { return r.advised.profit - r.now.profit; })
      .real("gain_lower", "currency per open day", "5 % point over resamples",
            [](Row const& r) { return r.gain.lower; })
      .real("gain_upper", "currency per open day", "95 % point over resamples",
            [](Row const& r) { return r.gain.upper; });
  add_price(columns, panel.price_is_cents, "unconstrained_price",
            "best if nothing held it back; missing beyond the grid",
            [](Row const& r) { return r.unconstrained_price; });
  columns.text("binding", "the constraint that holds the price back", [](Row const& r) { return r.item.binding; })
      .text("status", "CHANGE, KEEP, or why there is no advice", [](Row const& r) { return r.item.status; })
      .text("reason", "why there is no advice", [](Row const& r) { return r.item.reason; });
  return columns.take();
}

io::Table curves_table(io::Comm const& comm, SalesPanel const& panel, std::vector<CurveRow> const& rows) {
  RowColumns<CurveRow> columns(comm, rows);
  using Row = CurveRow;
  columns.text("location", "place of sale", [&](Row const& r) { return text_at(panel.locations, r.location); })
      .text("item", "item key", [&](Row const& r) { return text_at(panel.items, r.item); });
  add_price(columns, panel.price_is_cents, "price", "per unit", [](Row const& r) { return r.point.price; });
  auto const integer = io::ColumnType::integer;
  columns.real("units", "units per open day", "expected", [](Row const& r) { return r.point.units; })
      .real("profit", "currency per open day", "(price - cost) * units", [](Row const& r) { return r.point.profit; })
      .real("profit_lower", "currency per open day", "5 % point over resamples",
            [](Row const& r) { return r.profit.lower; })
      .real("profit_upper", "currency per open day", "95 % point over resamples",
            [](Row const& r) { return r.profit.upper; })
      .integer("is_current", integer, "0/1", "today's price", [](Row const& r) { return r.is_current ? 1 : 0; })
      .integer("is_advised", integer, "0/1", "the advised price", [](Row const& r) { return r.is_advised ? 1 : 0; });
  return columns.take();
}

}  // namespace

PriceAdvice advise_prices(io::Comm const& comm, io::Table const& daily, io::Table const& elasticities,
                          PriceParams const& params, DemandModel const& demand) {
  SalesPanel const panel = load_panel(comm, daily, params.columns, PanelOwner::location);
  std::map<std::string, KnownElasticity> const known = gather_elasticities(comm, elasticities);
  std::vector<AdviceRow> advice;
  std::vector<CurveRow> curves;
  io::agree(comm, "search prices", [&] {
    for_each_run(
        panel.days, [](SalesDay const& a, SalesDay const& b) { return a.location == b.location; },
        [&](std::size_t first, std::size_t last) {
          std::vector<PriceItem> items = present_state(panel, first, last, known, params);
          ask_demand(panel, items, demand);
          choose_prices(panel, items, params);
          for (PriceItem& item : items) {
            if (item.may_change()) draw_resamples(item, params);
            advice.push_back(advice_for(item));
            std::vector<CurveRow> const curve = curve_of(item, params);
            curves.insert(curves.end(), curve.begin(), curve.end());
          }
        });
  });
  return {items_table(comm, panel, advice), curves_table(comm, panel, curves)};
}

}  // namespace tidemill::drivers
