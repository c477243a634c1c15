#pragma once

#include <map>
#include <string>
#include <vector>

#include "drivers/panel/sales_panel.hpp"
#include "io/comm/comm.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// The promotions that were planned, with their fixed costs (media, labour); the same on every rank.
class PlannedPromotions {
 public:
  PlannedPromotions() = default;
  /// Collective. Columns item_key and/or item_name, start, end; optional location, fixed_cost (cents).
  PlannedPromotions(io::Comm const& comm, io::Table const& promotions);

  /// The first planned promotion of the item at the location that overlaps the days; -1 when there is none.
  std::int64_t find(std::string const& location, std::string const& item, std::string const& item_name,
                    std::int64_t first_day, std::int64_t last_day) const;
  std::size_t size() const { return plans_.size(); }
  /// In the major unit of money; NaN when not given.
  double cost(std::size_t plan) const { return plans_[plan].cost; }

 private:
  struct Plan {
    std::string location;
    std::int64_t first_day, last_day;
    double cost;
  };
  std::int64_t find_in(std::map<std::string, std::vector<std::size_t>> const& plans_of, std::string const& wanted,
                       std::string const& location, std::int64_t first_day, std::int64_t last_day) const;
  std::vector<Plan> plans_;
  std::map<std::string, std::vector<std::size_t>> of_key_, of_name_;  ///< by name where no key is given
};

/// Takes the promotion mark off this rank's days that no plan covers: guests with coupons make them, nobody chose them.
/// Returns how many this rank had. With no plan at all, marks are all that is known and stay.
std::int64_t unmark_unplanned_days(SalesPanel& panel, PlannedPromotions const& plans);

}  // namespace tidemill::drivers
