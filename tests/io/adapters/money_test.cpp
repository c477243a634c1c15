#include "io/adapters/money.hpp"

#include <gtest/gtest.h>

#include "io/adapters/adapter.hpp"
#include "io/adapters/clock.hpp"

namespace tidemill::io {
namespace {

std::int64_t cents(std::string_view text, char decimal = '.', std::string_view currency = "USD") {
  std::int64_t value = 0;
  EXPECT_EQ(parse_money(text, decimal, currency, value), MoneyProblem::none) << text;
  return value;
}

MoneyProblem problem(std::string_view text, char decimal = '.', std::string_view currency = "USD") {
  std::int64_t value = 0;
  return parse_money(text, decimal, currency, value);
}

TEST(Money, IsExact) {
  EXPECT_EQ(cents("$1,234.50"), 123450);
  EXPECT_EQ(cents("-$3.00"), -300);
  EXPECT_EQ(cents("$-3.00"), -300);
  EXPECT_EQ(cents("(3.00)"), -300);
  EXPECT_EQ(cents("($1,000)"), -100000);
  EXPECT_EQ(cents("3.00-"), -300);
  EXPECT_EQ(cents("\xe2\x88\x92$4.1"), -410);
  EXPECT_EQ(cents(" 0.1 "), 10);
  EXPECT_EQ(cents(".05"), 5);
  EXPECT_EQ(cents("7."), 700);
  EXPECT_EQ(cents("12.3400"), 1234);
  EXPECT_EQ(cents("USD 12.34"), 1234);
  EXPECT_EQ(cents("1.234,50 \xe2\x82\xac", ',', "EUR"), 123450);
  EXPECT_EQ(cents("0"), 0);
  // The double nearest to 8.41 * 100 is below 841.
  EXPECT_EQ(cents("8.41"), 841);
}

TEST(Money, RefusesWhatIsNot) {
  for (char const* text : {"", "abc", "1,23.45", "1,2345", "1.2.3", "$", "-", "12a", "1e3", "--1", "1,234,5", "0x1"}) {
    EXPECT_EQ(problem(text), MoneyProblem::not_money) << text;
  }
  EXPECT_EQ(problem("1.005"), MoneyProblem::too_many_decimals);
  EXPECT_EQ(problem("99999999999"), MoneyProblem::too_large);
  EXPECT_EQ(problem("99999999999999999999999999"), MoneyProblem::too_large);
  EXPECT_EQ(problem("\xe2\x82\xac"
                    "3.00"),
            MoneyProblem::other_currency);
  EXPECT_EQ(problem("3.00 CHF"), MoneyProblem::other_currency);
}

TEST(Quantity, KeepsThreeDecimals) {
  std::int64_t value = 0;
  EXPECT_TRUE(parse_scaled("0.2505", '.', 3, value));
  EXPECT_EQ(value, 251);
  EXPECT_TRUE(parse_scaled("-2", '.', 3, value));
  EXPECT_EQ(value, -2000);
  EXPECT_TRUE(parse_scaled("-0.2504", '.', 3, value));
  EXPECT_EQ(value, -250);
  EXPECT_FALSE(parse_scaled("two", '.', 3, value));
  EXPECT_FALSE(parse_scaled("12345678901", '.', 3, value));
}

std::int64_t seconds(std::string_view text, DateOrder order = DateOrder::unknown) {
  Moment moment;
  EXPECT_EQ(parse_moment(text, order, moment), DateProblem::none) << text;
  return moment.date * 86400 + moment.second_of_day;
}

TEST(Clock, ReadsWhatExportsWrite) {
  std::int64_t const fifth_of_august = 20670 * 86400;
  std::int64_t const half_past_two = fifth_of_august + 14 * 3600 + 30 * 60;
  EXPECT_EQ(seconds("2026-08-05"), fifth_of_august);
  EXPECT_EQ(seconds("2026-08-05T14:30:00Z"), half_past_two);
  EXPECT_EQ(seconds("08/05/2026 14:30:00", DateOrder::month_first), half_past_two);
  EXPECT_EQ(seconds("8/5/2026 2:30 PM", DateOrder::month_first), half_past_two);
  EXPECT_EQ(seconds("5/8/26 2:30pm", DateOrder::day_first), half_past_two);
  EXPECT_EQ(seconds("05-Aug-2026 02:30 PM EDT"), half_past_two);
  EXPECT_EQ(seconds("5 August 2026, 14:30"), half_past_two);
  EXPECT_EQ(seconds("05.08.2026 14:30"), half_past_two);
  EXPECT_EQ(seconds("12/31/2026 12:00 AM"), seconds("2026-12-31 00:00"));
  EXPECT_EQ(seconds("31/12/2026 12:00 PM"), seconds("2026-12-31 12:00"));
  Moment moment;
  parse_moment("05-Aug-2026 02:30 PM EDT", DateOrder::unknown, moment);
  EXPECT_TRUE(moment.has_offset);
  EXPECT_EQ(moment.offset_minutes, -240);
}

TEST(Clock, NamesTheProblem) {
  Moment moment;
  EXPECT_EQ(parse_moment("03/04/2026", DateOrder::unknown, moment), DateProblem::ambiguous);
  EXPECT_EQ(parse_moment("13/13/2026", DateOrder::unknown, moment), DateProblem::no_such_day);
  EXPECT_EQ(parse_moment("25/12/2026", DateOrder::month_first, moment), DateProblem::no_such_day);
  EXPECT_EQ(parse_moment("2026-02-29", DateOrder::unknown, moment), DateProblem::no_such_day);
  EXPECT_EQ(parse_moment("1890-01-01", DateOrder::unknown, moment), DateProblem::out_of_range);
  for (char const* text : {"", "yesterday", "2026", "2026-08", "8/5", "2026-08-05 25:00", "2026-08-05 13:00 PM",
                           "2026-08-05x", "05-Foo-2026", "2026-08-05 10:00 Mars"}) {
    EXPECT_EQ(parse_moment(text, DateOrder::unknown, moment), DateProblem::not_a_date) << text;
  }
  EXPECT_EQ(order_told_by("8/25/2026"), DateOrder::month_first);
  EXPECT_EQ(order_told_by("25/8/2026"), DateOrder::day_first);
  EXPECT_EQ(order_told_by("8/5/2026"), DateOrder::unknown);
}

TEST(BusinessDate, EndsAtTheCutOff) {
  AdapterOptions const options;
  SalesLine line;
  auto const date_at = [&](char const* text) {
    Moment moment;
    parse_moment(text, DateOrder::unknown, moment);
    set_time(line, moment, options);
    return line.business_date;
  };
  EXPECT_EQ(date_at("2026-08-05 23:59:59"), 20670);
  EXPECT_EQ(date_at("2026-08-06 03:59:59"), 20670);
  EXPECT_EQ(date_at("2026-08-06 04:00:00"), 20671);
  EXPECT_EQ(date_at("2026-08-06"), 20671);
}

TEST(Headers, AreComparedNormalised) {
  EXPECT_EQ(normalised_header("  Void? "), "void");
  EXPECT_EQ(normalised_header("ITEM  Selection Id"), "item selection id");
}

}  // namespace
}  // namespace tidemill::io
