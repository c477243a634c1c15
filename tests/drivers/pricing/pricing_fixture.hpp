#pragma once

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "io/tables/table.hpp"
#include "tests/support/example_tables.hpp"

namespace tidemill::tests {

/// A daily sales table with known demand: `places` x items x days, rows by (day, place, item).
struct KnownDemand {
  struct Item {
    std::string key, category;
    double elasticity = -2;
    std::vector<std::int64_t> prices{900, 1000, 1100};  ///< cents; each for 30 days in turn
    std::int64_t cost = 400;
    double level = 50;  ///< units at 10.00
  };
  std::vector<Item> items;
  std::int64_t places = 2;
  std::int64_t days = 180;
  double noise = 0.1;  ///< of ln units, uniform +-

  static std::int64_t price_at(Item const& item, std::int64_t day) {
    return item.prices[static_cast<std::size_t>(day / 30) % item.prices.size()];
  }

  io::Table table(io::Comm const& comm) const {
    io::Table result;
    auto const width = static_cast<std::int64_t>(items.size());
    result.range = io::even_share(days * places * width, comm.rank(), comm.size());
    std::vector<std::string> location, key, category;
    std::vector<std::int64_t> date, units, price, cost, promotion, open;
    for (std::int64_t row = result.range.first; row < result.range.end(); ++row) {
      Item const& item = items[static_cast<std::size_t>(row % width)];
      std::int64_t const place = row / width % places, day = row / width / places;
      std::int64_t const cents = price_at(item, day);
      double const weekday = 1 + .2 * static_cast<double>(day % 7);
      double const log_units =
          item.elasticity * std::log(static_cast<double>(cents) / 1000.0) + noise * (2 * draw(row, 1) - 1);
      location.push_back("place " + std::to_string(place));
      key.push_back(item.key);
      category.push_back(item.category);
      date.push_back(19000 + day);
      units.push_back(
          std::llround(1000 * item.level * (1 + static_cast<double>(place)) * weekday * std::exp(log_units)));
      price.push_back(cents);
      cost.push_back(item.cost);
      promotion.push_back(0);
      open.push_back(day == 40 && place == 0 ? 0 : 1);
    }
    result.add(io::text_column(comm, "location", location));
    result.add(io::text_column(comm, "item_key", key));
    result.add(io::text_column(comm, "category", category));
    result.add(io::integer_column("business_date", date, io::ColumnType::date));
    result.add(io::integer_column("units", units, io::ColumnType::integer, "1/1000 unit"));
    result.add(io::integer_column("unit_price", price, io::ColumnType::cents));
    result.add(io::integer_column("unit_cost", cost, io::ColumnType::cents));
    result.add(io::integer_column("promotion", promotion));
    result.add(io::integer_column("is_open", open));
    return result;
  }
};

}  // namespace tidemill::tests
