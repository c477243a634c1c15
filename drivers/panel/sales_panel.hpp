#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/comm/comm.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// Names of the columns that a panel is made of; the defaults are those of the daily sales table.
struct PanelColumns {
  std::string location = "location";
  std::string item = "item_key";
  std::string item_name = "item_name";  ///< the key stands for the name when there is no such column
  std::string category = "category";
  std::string date = "business_date";  ///< a date, or an integer that counts steps (weeks)
  std::string units = "units";
  std::string price = "unit_price";
  std::string cost = "unit_cost";
  std::string promotion = "promotion";
  std::string discount_depth = "discount_depth";
  std::string is_open = "is_open";
  std::vector<std::string> controls;  ///< further numeric columns, kept per day
};

/// One item at one location on one day (or step).
struct SalesDay {
  std::int32_t location = 0;  ///< codes into the dictionaries of the panel
  std::int32_t item = 0;
  std::int32_t category = 0;
  std::int32_t date = 0;
  double units = 0;  ///< items, not thousandths
  double price = 0;  ///< per unit in the major unit of money (EUR, not cents); NaN when unknown
  double cost = 0;   ///< per unit; NaN when unknown
  double discount_depth = 0;
  std::int8_t promotion = 0;
  std::int8_t is_open = 1;
  /// What the guest paid per unit: the list price less the day's discount.
  double paid_price() const { return price * (1 - discount_depth); }
  /// The price that was on offer: the list price, less the discount on promotion days. Coupons on other days are left
  /// out, because how many guests use one depends on demand itself.
  double offered_price() const { return promotion != 0 ? paid_price() : price; }
  std::int64_t row = 0;  ///< global number of the row in the input, to break ties
};

/// Which days stand on the same rank.
enum class PanelOwner { location_item, item, location, category };

/// This rank's days, sorted by (owner's key, location, item, date, row): every group of the owner's key is whole on
/// one rank, and groups follow each other in order over the ranks, so results made group by group form a table whose
/// rows are in the same order for any number of ranks.
struct SalesPanel {
  std::vector<SalesDay> days;
  std::vector<double> controls;  ///< control j of day d is controls[d * control_names.size() + j]
  std::vector<std::string> control_names;
  std::vector<std::string> locations, items, item_names, categories;  ///< dictionaries, the same on all ranks
  std::vector<std::int32_t> category_of_item;                         ///< by item code, the same on all ranks
  bool has_calendar = false;    ///< dates are calendar days: weekday and month mean something
  bool price_is_cents = false;  ///< input prices were whole cents
  bool has_cost = false;
  std::int64_t rows_without_units = 0;  ///< over all ranks: dropped because item, date or units were missing

  std::span<double const> controls_of(std::size_t day) const {
    return std::span(controls).subspan(day * control_names.size(), control_names.size());
  }
};

/// Collective. Optional columns: location (one place), item_name, category (one category), price, cost, promotion,
/// discount_depth, is_open. Throws DataError for a missing required column (item, date, units) or a wrong type.
SalesPanel load_panel(io::Comm const& comm, io::Table const& table, PanelColumns const& names, PanelOwner owner);

/// Ends of runs of equal keys: calls `visit(first, last)` for every run of days that `same` says belong together.
template <class Same, class Visit>
void for_each_run(std::span<SalesDay const> days, Same const& same, Visit const& visit) {
  for (std::size_t first = 0; first < days.size();) {
    std::size_t last = first + 1;
    while (last < days.size() && same(days[first], days[last])) ++last;
    visit(first, last);
    first = last;
  }
}

/// Whole-number code of every value of a text, integer or date column, by the common dictionary it returns: the
/// values' texts. Collective.
io::Column as_text(io::Comm const& comm, io::Column const& column);

}  // namespace tidemill::drivers
