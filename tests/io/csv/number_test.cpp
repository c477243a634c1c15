#include "io/csv/number.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "io/csv/number_columns.hpp"
#include "io/csv/separator_scan.hpp"

namespace tidemill::io::csv {
namespace {

std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value); }

double by_library(std::string const& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// Numbers of many shapes: short and long, with and without fraction and exponent, shortest and fixed.
std::vector<std::string> random_numbers(int count) {
  std::mt19937_64 random(5);
  std::vector<std::string> texts{"0",
                                 "-0",
                                 "0.0",
                                 "-0.00",
                                 ".5",
                                 "5.",
                                 "00012.500",
                                 "9007199254740993",
                                 "9007199254740993.5",
                                 "123456789012345678",
                                 "0.1",
                                 "2.2250738585072011e-308",
                                 "4.9e-324",
                                 "1e22",
                                 "1e23",
                                 "179769313486231570000",
                                 "1.7976931348623157e308",
                                 "8.41",
                                 "0.000001",
                                 "999999999999999.9"};
  for (int i = 0; i < count; ++i) {
    char text[64];
    double const wild = std::bit_cast<double>(random());
    double const tame = static_cast<double>(static_cast<std::int64_t>(random() % 2000000000) - 1000000000) / 1000;
    double const fine = static_cast<double>(random()) / 3e19;
    for (double const value : {std::isfinite(wild) ? wild : 1.0, tame, fine}) {
      texts.emplace_back(text, std::to_chars(text, text + sizeof(text), value).ptr);
    }
    texts.emplace_back(text, std::to_chars(text, text + sizeof(text), tame, std::chars_format::fixed, i % 9).ptr);
    texts.emplace_back(text, std::to_chars(text, text + sizeof(text), fine, std::chars_format::scientific, i % 18).ptr);
  }
  return texts;
}

TEST(Numbers, RealsAreRoundedAsByTheLibrary) {
  for (std::string const& text : random_numbers(20000)) {
    double value = 0;
    ASSERT_EQ(parse_real(text, '.', value), Parsed::ok) << text;
    ASSERT_EQ(bits(value), bits(by_library(text))) << text;
  }
}

TEST(Numbers, ShapesThatAreNotNumbers) {
  double value = 0;
  for (char const* text :
       {"", "-", "+", ".", "-.", "e5", "1e", "1e+", "1.2.3", "0x10", "inf", "nan", "1 2", "--1", "1,5", "1e5x"}) {
    EXPECT_EQ(parse_real(text, '.', value), Parsed::not_one) << text;
  }
  EXPECT_EQ(parse_real("1e400", '.', value), Parsed::out_of_range);
  EXPECT_EQ(parse_real("-1e400", '.', value), Parsed::out_of_range);
  EXPECT_EQ(parse_real("1e-400", '.', value), Parsed::ok);
  EXPECT_EQ(value, 0.0);
  EXPECT_EQ(parse_real("0e999999999", '.', value), Parsed::ok);
  EXPECT_EQ(parse_real("+1,25", ',', value), Parsed::ok);
  EXPECT_EQ(value, 1.25);
  EXPECT_EQ(parse_real("12345678901234567890,5e-3", ',', value), Parsed::ok);
  EXPECT_EQ(value, 12345678901234567.8905);
}

TEST(Numbers, IntegersNeverWrap) {
  std::int64_t value = 0;
  EXPECT_EQ(parse_integer("9223372036854775807", value), Parsed::ok);
  EXPECT_EQ(value, INT64_MAX);
  EXPECT_EQ(parse_integer("-9223372036854775807", value), Parsed::ok);
  EXPECT_EQ(value, -INT64_MAX);
  EXPECT_EQ(parse_integer("000000000000000000000000007", value), Parsed::ok);
  EXPECT_EQ(value, 7);
  for (char const* text :
       {"9223372036854775808", "-9223372036854775808", "18446744073709551616", "99999999999999999999999"}) {
    EXPECT_EQ(parse_integer(text, value), Parsed::out_of_range) << text;
  }
  for (char const* text : {"", "-", "1.0", "1e3", "0x1", "1 ", "99999999999999999999999x"}) {
    EXPECT_EQ(parse_integer(text, value), Parsed::not_one) << text;
  }
}

TEST(Numbers, VectorColumnsAgreeWithSingleValues) {
  if (!has_avx512()) GTEST_SKIP() << "this processor has no AVX-512";
  std::vector<std::string> texts = random_numbers(3000);
  for (char const* odd :
       {"", "NA", " 5", "5 ", "+5", "-", ".", "-.", "1.2.3", "1e5", "12:30", "5\r", "-7\r", "1234567890123456",
        "12345678901234567", "123456789012345678", "1234567890123456789", "/5", "5:"}) {
    texts.emplace_back(odd);
  }
  std::string text;
  std::vector<std::uint32_t> first, end;
  for (std::string const& value : texts) {
    first.push_back(static_cast<std::uint32_t>(text.size()));
    text += value;
    end.push_back(static_cast<std::uint32_t>(text.size()));
    text += '\n';
  }
  FieldColumn const column{text.data(), first.data(), 0, end.data(), 1, 1, texts.size(), true};
  std::vector<double> reals(texts.size());
  std::vector<std::int64_t> integers(texts.size());
  std::vector<std::uint32_t> real_rest, integer_rest;
  parse_short_reals_avx512(column, '.', reals.data(), real_rest);
  parse_short_integers_avx512(column, integers.data(), integer_rest);
  std::size_t fast = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::string const value = texts[i].ends_with('\r') ? texts[i].substr(0, texts[i].size() - 1) : texts[i];
    double real = 0;
    std::int64_t integer = 0;
    bool const left_real = std::binary_search(real_rest.begin(), real_rest.end(), static_cast<std::uint32_t>(i));
    if (!left_real) {
      ++fast;
      ASSERT_EQ(parse_real(value, '.', real), Parsed::ok) << value;
      ASSERT_EQ(bits(reals[i]), bits(real)) << value;
    }
    if (!std::binary_search(integer_rest.begin(), integer_rest.end(), static_cast<std::uint32_t>(i))) {
      ASSERT_EQ(parse_integer(value, integer), Parsed::ok) << value;
      ASSERT_EQ(integers[i], integer) << value;
    }
  }
  EXPECT_GT(fast, texts.size() / 4);
}

TEST(Numbers, DatesExist) {
  std::int64_t value = 0;
  EXPECT_TRUE(parse_date("1970-01-02", value));
  EXPECT_EQ(value, 1);
  EXPECT_TRUE(parse_date("2024-02-29", value));
  EXPECT_TRUE(parse_date("1969-12-31", value));
  EXPECT_EQ(value, -1);
  for (char const* text : {"2023-02-29", "2023-13-01", "2023-00-10", "2023-1-01", "2023/01/01", "20230101xx", ""}) {
    EXPECT_FALSE(parse_date(text, value)) << text;
  }
  EXPECT_TRUE(parse_time("1970-01-02T00:00:01", value));
  EXPECT_EQ(value, 86401);
  EXPECT_FALSE(parse_time("1970-01-02 24:00", value));
}

}  // namespace
}  // namespace tidemill::io::csv
