#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "io/csv/fields.hpp"
#include "io/csv/quotes.hpp"
#include "io/csv/row_index.hpp"
#include "io/csv/separator_scan.hpp"
#include "io/error.hpp"

namespace tidemill::io::csv {
namespace {

/// Text of the characters that matter, in every order.
std::string random_text(std::mt19937& random, std::size_t size) {
  static constexpr char letters[] = "\"\"\",,\n\r a";
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += letters[random() % (sizeof(letters) - 1)];
  return text;
}

/// The true row starts, by the plain row reader; empty when a quote is not closed.
std::vector<std::size_t> row_starts(std::string const& text) {
  std::vector<std::size_t> starts;
  Row row;
  for (std::size_t at = 0; at < text.size(); at = row.next) {
    starts.push_back(at);
    read_row(text, at, ',', row);
    if (!row.closed) break;
  }
  starts.push_back(text.size());
  return starts;
}

TEST(Quotes, EverySplitOfRandomTextFindsTheRowsOfThePlainReader) {
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    std::string const text = random_text(random, 1 + random() % 40);
    std::vector<std::size_t> const starts = row_starts(text);
    for (std::size_t split = 0; split <= text.size(); ++split) {
      QuoteState const exact = quote_effect(text, 0, split, ',').from_outside;
      ASSERT_EQ(state_after(text, 0, split, QuoteState::outside, ','), exact) << text;
      std::size_t const found = next_row_start(text, split, exact, ',');
      std::size_t const expected = *std::lower_bound(starts.begin(), starts.end(), split);
      ASSERT_EQ(found, expected) << "split " << split << " of <" << text << ">";
      // Two pieces are one: whatever the state before.
      QuoteEffect const left = quote_effect(text, 0, split, ',');
      QuoteEffect const right = quote_effect(text, split, text.size(), ',');
      QuoteEffect const whole = quote_effect(text, 0, text.size(), ',');
      ASSERT_EQ(right.apply(left.from_outside), whole.from_outside) << text;
      ASSERT_EQ(right.apply(left.from_inside), whole.from_inside) << text;
      ASSERT_EQ(state_after(text, split, text.size(), left.from_outside, ','), whole.from_outside) << text;
    }
  }
}

void expect_same_index(std::string const& text, std::size_t columns, std::size_t bytes) {
  TextPart part;
  part.file_name = "t";
  part.text = text;
  part.cuts = {0, text.size()};
  auto const fields = [&](auto const& index_function) {
    std::vector<std::string> all;
    RowIndex index;
    try {
      for (std::size_t at = 0; at < text.size();) {
        at = index_function(part, at, text.size(), bytes, columns, index);
        for (std::size_t r = 0; r < index.rows(); ++r) {
          for (std::size_t c = 0; c < columns; ++c) all.emplace_back(index.field(r, c));
        }
      }
    } catch (Error const& error) {
      all = {error.what()};
    }
    return all;
  };
  ASSERT_EQ(fields(index_rows), fields(index_rows_plainly)) << "<" << text << "> blocks of " << bytes;
}

TEST(RowIndex, FastAndPlainAgreeOnRandomText) {
  std::mt19937 random(11);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    std::size_t const columns = 1 + random() % 4;
    for (std::size_t row = random() % 30; row > 0; --row) {
      for (std::size_t c = 0; c < columns; ++c) {
        static constexpr char const* values[] = {"1",        "",           "abc", "\"a,b\"", "\"\"",
                                                 "\"x\ny\"", "\"q\"\"q\"", "5\"", " z "};
        text += (c > 0 ? "," : "") + std::string(values[random() % 9]);
      }
      text += random() % 4 == 0 ? "\r\n" : "\n";
      if (random() % 20 == 0) text += random() % 2 == 0 ? "\n" : "x,";
    }
    if (!text.empty() && random() % 3 == 0) text.pop_back();
    expect_same_index(text, columns, 1 + random() % 300);
  }
}

TEST(SeparatorScan, PortableAndVectorAgree) {
  if (!has_avx512()) GTEST_SKIP() << "this processor has no AVX-512";
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    std::string const text = random_text(random, random() % 300);
    std::vector<std::uint32_t> one(text.size() + 80), other(text.size() + 80);
    SeparatorScan const a = scan_separators_portable(text.data(), text.size(), ',', one.data());
    SeparatorScan const b = scan_separators_avx512(text.data(), text.size(), ',', other.data());
    ASSERT_EQ(a.separators, b.separators);
    ASSERT_EQ(a.line_ends, b.line_ends);
    ASSERT_EQ(a.regular, b.regular);
    ASSERT_EQ(a.any_quote, b.any_quote);
    ASSERT_EQ(a.ends_inside, b.ends_inside);
    one.resize(a.separators);
    other.resize(b.separators);
    ASSERT_EQ(one, other);
  }
}

}  // namespace
}  // namespace tidemill::io::csv
