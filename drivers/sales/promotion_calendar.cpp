#include "drivers/sales/promotion_calendar.hpp"

#include <algorithm>

namespace tidemill::drivers {

PromotionCalendar::PromotionCalendar(io::Comm const& comm, io::Table const& promotions) {
  io::Column const& location = promotions.at("location");
  io::Column const& item = promotions.at("item_key");
  std::vector<std::int64_t> mine;
  for (std::int64_t row = 0; row < promotions.rows(); ++row) {
    auto const i = static_cast<std::size_t>(row);
    mine.insert(mine.end(), {item.codes[i], location.codes[i], promotions.at("start").integers[i],
                             promotions.at("end").integers[i]});
  }
  std::vector<std::int64_t> const all = comm.gather_all(std::span<std::int64_t const>(mine));
  auto const text_of = [](io::Column const& column, std::int64_t code) {
    return code == io::missing_code ? std::string() : column.dictionary[static_cast<std::size_t>(code)];
  };
  for (std::size_t i = 0; i < all.size(); i += 4) {
    days_[{text_of(item, all[i]), text_of(location, all[i + 1])}].emplace_back(all[i + 2], all[i + 3]);
  }
}

bool PromotionCalendar::is_on(std::string const& location, std::string const& item, std::int64_t date) const {
  for (std::string const& place : {location, std::string()}) {
    auto const found = days_.find({item, place});
    if (found == days_.end()) continue;
    bool const on =
        std::ranges::any_of(found->second, [&](auto const& days) { return days.first <= date && date <= days.second; });
    if (on) return true;
  }
  return false;
}

}  // namespace tidemill::drivers
