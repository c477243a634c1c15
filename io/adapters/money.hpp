#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemill::io {

enum class MoneyProblem { none, not_money, too_many_decimals, too_large, other_currency };

/// Money as people and registers write it: 1234.5, $1,234.50, -$3.00, $-3.00, (3.00), 12.00 USD, 3.00-; with `decimal`
/// ',' also 1.234,50. Exact: no floating point. `currency` (ISO 4217) is the one expected; another one's sign or code
/// is other_currency. An empty text is not money.
MoneyProblem parse_money(std::string_view text, char decimal, std::string_view currency, std::int64_t& cents);

/// A count with up to `places` decimals as an integer number of 10^-places; a further decimal is rounded half away from
/// zero. False when it is no number or does not fit.
bool parse_scaled(std::string_view text, char decimal, int places, std::int64_t& value);

std::string_view reason_for(MoneyProblem problem);

}  // namespace tidemill::io
