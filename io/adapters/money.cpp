#include "io/adapters/money.hpp"

#include <algorithm>
#include <array>

namespace tidemill::io {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

struct Sign {
  std::string_view sign;
  std::string_view code;  ///< several currencies share the dollar sign: those named here accept it
};

constexpr std::array<Sign, 4> signs{
    {{"$", "USD CAD AUD NZD MXN SGD HKD"}, {"\xe2\x82\xac", "EUR"}, {"\xc2\xa3", "GBP"}, {"\xc2\xa5", "JPY CNY"}}};

/// Takes a currency sign or code off either end. False when it is another currency's.
bool take_currency(std::string_view& text, std::string_view currency) {
  for (Sign const& sign : signs) {
    bool const front = text.starts_with(sign.sign);
    if (!front && !text.ends_with(sign.sign)) continue;
    if (front) {
      text.remove_prefix(sign.sign.size());
    } else {
      text.remove_suffix(sign.sign.size());
    }
    text = trimmed(text);
    return sign.code.find(currency) != std::string_view::npos;
  }
  auto const is_code = [](std::string_view code) {
    return std::all_of(code.begin(), code.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  };
  if (text.size() > 3 && is_code(text.substr(0, 3))) {
    bool const same = text.substr(0, 3) == currency;
    text = trimmed(text.substr(3));
    return same;
  }
  if (text.size() > 3 && is_code(text.substr(text.size() - 3))) {
    bool const same = text.substr(text.size() - 3) == currency;
    text = trimmed(text.substr(0, text.size() - 3));
    return same;
  }
  return true;
}

bool take_sign(std::string_view& text, bool& negative) {
  bool found = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = negative != (text.front() == '-');
    text = trimmed(text.substr(1));
    found = true;
  } else if (text.starts_with("\xe2\x88\x92")) {  // the typographic minus
    negative = !negative;
    text = trimmed(text.substr(3));
    found = true;
  }
  return found;
}

/// Digits in groups of three, or in one piece.
bool take_whole(std::string_view whole, char group, std::int64_t& value) {
  std::size_t const first_group = whole.find(group);
  if (first_group != std::string_view::npos) {
    if (first_group == 0 || first_group > 3 || (whole.size() - first_group) % 4 != 0) return false;
  }
  for (std::size_t i = 0; i < whole.size(); ++i) {
    bool const at_group = first_group != std::string_view::npos && i >= first_group && (i - first_group) % 4 == 0;
    if (at_group) {
      if (whole[i] != group) return false;
      continue;
    }
    if (!is_digit(whole[i])) return false;
    if (__builtin_mul_overflow(value, std::int64_t{10}, &value)) return false;
    if (__builtin_add_overflow(value, std::int64_t{whole[i] - '0'}, &value)) return false;
  }
  return true;
}

}  // namespace

MoneyProblem parse_money(std::string_view text, char decimal, std::string_view currency, std::int64_t& cents) {
  text = trimmed(text);
  bool negative = false;
  if (text.size() > 2 && text.front() == '(' && text.back() == ')') {
    negative = true;
    text = trimmed(text.substr(1, text.size() - 2));
  }
  bool signed_already = take_sign(text, negative);
  if (!take_currency(text, currency)) return MoneyProblem::other_currency;
  if (!signed_already) signed_already = take_sign(text, negative);
  if (!signed_already && text.size() > 1 && text.back() == '-') {
    negative = !negative;
    text = trimmed(text.substr(0, text.size() - 1));
  }
  std::size_t const mark = text.find(decimal);
  std::string_view const whole = text.substr(0, mark);
  std::string_view fraction = mark == std::string_view::npos ? std::string_view{} : text.substr(mark + 1);
  if (whole.empty() && fraction.empty()) return MoneyProblem::not_money;
  if (!std::all_of(fraction.begin(), fraction.end(), is_digit)) return MoneyProblem::not_money;
  if (whole.size() > 22) return MoneyProblem::too_large;
  std::int64_t value = 0;
  if (!take_whole(whole, decimal == ',' ? '.' : ',', value)) {
    return std::count_if(whole.begin(), whole.end(), is_digit) > 17 ? MoneyProblem::too_large : MoneyProblem::not_money;
  }
  while (fraction.size() > 2 && fraction.back() == '0') fraction.remove_suffix(1);
  if (fraction.size() > 2) return MoneyProblem::too_many_decimals;
  std::int64_t minor = 0;
  for (std::size_t i = 0; i < 2; ++i) minor = minor * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  // Sums over 2^31 lines must not overflow either.
  if (value > 40'000'000) return MoneyProblem::too_large;
  cents = value * 100 + minor;
  if (negative) cents = -cents;
  return MoneyProblem::none;
}

bool parse_scaled(std::string_view text, char decimal, int places, std::int64_t& value) {
  text = trimmed(text);
  bool negative = false;
  take_sign(text, negative);
  std::size_t const mark = text.find(decimal);
  std::string_view const whole = text.substr(0, mark);
  std::string_view const fraction = mark == std::string_view::npos ? std::string_view{} : text.substr(mark + 1);
  if ((whole.empty() && fraction.empty()) || whole.size() > 9 || fraction.size() > 9) return false;
  if (!std::all_of(whole.begin(), whole.end(), is_digit)) return false;
  if (!std::all_of(fraction.begin(), fraction.end(), is_digit)) return false;
  std::int64_t sum = 0;
  for (char const c : whole) sum = sum * 10 + (c - '0');
  for (int i = 0; i < places; ++i) {
    auto const at = static_cast<std::size_t>(i);
    sum = sum * 10 + (at < fraction.size() ? fraction[at] - '0' : 0);
  }
  auto const next = static_cast<std::size_t>(places);
  if (next < fraction.size() && fraction[next] >= '5') ++sum;
  value = negative ? -sum : sum;
  return true;
}

std::string_view reason_for(MoneyProblem problem) {
  switch (problem) {
    case MoneyProblem::not_money:
      return "not an amount of money";
    case MoneyProblem::too_many_decimals:
      return "more decimals than the currency has";
    case MoneyProblem::too_large:
      return "larger than a sales line can be";
    case MoneyProblem::other_currency:
      return "in another currency than --currency";
    case MoneyProblem::none:
      break;
  }
  return "";
}

}  // namespace tidemill::io
