#include "drivers/generate/demand.hpp"

#include <array>
#include <cmath>
#include <numbers>

#include "drivers/generate/calendar.hpp"
#include "drivers/generate/draws.hpp"

namespace tidemill::drivers {
namespace {

enum : std::uint32_t { footfall_noise = 10, unit_noise = 11 };

constexpr std::int64_t dip_days = 7;
constexpr double footfall_sd = 0.08;
constexpr double noise_size = 40.0;
/// Monday .. Sunday, natural log, of all places before their own weekend term.
constexpr std::array<double, 7> weekday_term{-0.12, -0.10, -0.04, 0.02, 0.20, 0.24, 0.04};

std::uint64_t day_id(DemoChain const& chain, int location, int item, std::int64_t day) {
  auto const items = static_cast<std::int64_t>(chain.items.size());
  auto const locations = static_cast<std::int64_t>(chain.locations.size());
  return static_cast<std::uint64_t>((day * locations + location) * items + item);
}

/// What promotions do to the log of an item's demand beyond the price.
double promotion_term(DemoChain const& chain, int location, int item, std::int64_t day, int without) {
  int const category = chain.items[static_cast<std::size_t>(item)].category;
  double term = 0.0;
  for (std::size_t p = 0; p < chain.promotions.size(); ++p) {
    DemoPromotion const& promotion = chain.promotions[p];
    std::int64_t const after = day - promotion.last_day;
    if (day < promotion.first_day || after > dip_days || static_cast<int>(p) == without ||
        !promotion.at[static_cast<std::size_t>(location)]) {
      continue;
    }
    if (promotion.item == item) {
      term += after <= 0 ? promotion.feature : -promotion.dip * static_cast<double>(dip_days + 1 - after) / dip_days;
    } else if (after <= 0 && chain.items[static_cast<std::size_t>(promotion.item)].category == category) {
      term -= promotion.cannibalised;
    }
  }
  return term;
}

}  // namespace

double expected_units(DemoChain const& chain, int location, int item, std::int64_t day, int without) {
  DemoItem const& dish = chain.items[static_cast<std::size_t>(item)];
  if (!on_menu(dish, day)) return 0.0;
  CategoryProfile const& category = chain.categories[static_cast<std::size_t>(dish.category)];
  DemoLocation const& place = chain.locations[static_cast<std::size_t>(location)];
  CalendarDay const date = calendar_day(day);
  double const year = 2.0 * std::numbers::pi * (date.day_of_year - 1 - category.peak_day) / 365.25;
  double const middle = static_cast<double>(chain.first_day) + 0.5 * static_cast<double>(chain.days);
  int const promotion = running_promotion(chain, location, item, day);
  std::int64_t price = list_price(dish, day);
  if (promotion >= 0 && promotion != without) {
    price = promoted_price(chain.promotions[static_cast<std::size_t>(promotion)], price);
  }
  double log_units = std::log(place.volume * category.units * dish.share);
  log_units += weekday_term[static_cast<std::size_t>(date.weekday)];
  if (date.weekday >= 5) log_units += place.weekend + category.weekend;
  log_units += category.season * std::cos(year);
  log_units += dish.trend * (static_cast<double>(day) - middle) / 365.25;
  log_units += dish.elasticity * std::log(static_cast<double>(price) / static_cast<double>(dish.reference));
  log_units += promotion_term(chain, location, item, day, without);
  return std::exp(log_units);
}

std::int64_t sold_units(DemoChain const& chain, int location, int item, std::int64_t day) {
  Draws footfall(chain.seed, day_id(chain, location, 0, day), footfall_noise);
  double const factor = std::exp(footfall_sd * footfall.normal() - 0.5 * footfall_sd * footfall_sd);
  Draws noise(chain.seed, day_id(chain, location, item, day), unit_noise);
  return noise.negative_binomial(factor * expected_units(chain, location, item, day), noise_size);
}

}  // namespace tidemill::drivers
