#include <algorithm>
#include <array>

#include "drivers/context/context_model.hpp"
#include "drivers/features/calendar.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::int64_t seconds_per_day = 86400;

std::int32_t daypart(std::int64_t second_of_day) {
  std::int64_t const hour = second_of_day / 3600;
  constexpr std::array<std::int64_t, 5> ends{5, 11, 15, 17, 22};
  std::int32_t part = 0;
  for (std::int64_t const end : ends) part += hour >= end ? 1 : 0;
  return part;
}

}  // namespace

bool is_time_context(std::string const& context) {
  return context == "daypart" || context == "weekday" || context == "season";
}

std::vector<std::string> values_of_time_context(std::string const& context) {
  if (context == "daypart") return {"night", "breakfast", "lunch", "afternoon", "dinner", "late"};
  if (context == "weekday") return {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
  if (context == "season") return {"spring", "summer", "autumn", "winter"};
  throw ConfigError("context '" + context +
                    "' does not follow from a time; those that do are daypart, weekday, season");
}

std::int32_t time_context(std::string const& context, std::int64_t time) {
  std::int64_t const second = (time % seconds_per_day + seconds_per_day) % seconds_per_day;
  std::int64_t const day = (time - second) / seconds_per_day;
  if (context == "daypart") return daypart(second);
  CalendarDay const date = calendar_day(day);
  if (context == "weekday") return date.weekday;
  return (date.month + 9) % 12 / 3;
}

ContextColumn time_context_column(io::Comm const& comm, std::string const& context, Interactions const& interactions) {
  ContextColumn column{context, values_of_time_context(context), interactions.item, {}};
  if (comm.max(interactions.time.empty() && interactions.size() > 0 ? 1 : 0) == 1) {
    throw ConfigError("context '" + context + "' needs times; name their column with --time");
  }
  for (std::int64_t const time : interactions.time) column.code.push_back(time_context(context, time));
  return column;
}

}  // namespace tidemill::drivers
