#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// The values of a daily (or weekly) sales table, column by column, while it is being made.
struct DailyColumns {
  std::vector<std::int32_t> location, item, name, category;
  std::vector<std::int64_t> date, units, gross, discount, net, orders, unit_price, unit_cost, promotion, is_open;
  std::vector<double> depth;
};

struct DailyDictionaries {
  std::vector<std::string> location, item, name, category;
};

/// Collective. The table of daily_sales.hpp, with units and descriptions.
io::Table daily_table(io::Comm const& comm, DailyColumns columns, DailyDictionaries dictionaries);

}  // namespace tidemill::drivers
