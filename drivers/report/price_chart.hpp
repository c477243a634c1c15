#pragma once

#include <string>

#include "drivers/report/time_chart.hpp"

namespace tidemill::drivers::report {

/// Expected margin per week over the price: the curve, today's price (open ring) and the advised one (filled).
std::string draw_price_chart(PriceAdvice const& advice, std::string const& currency, ChartSize size);

}  // namespace tidemill::drivers::report
