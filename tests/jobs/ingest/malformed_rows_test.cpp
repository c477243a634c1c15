#include <gtest/gtest.h>

#include <set>

#include "tests/jobs/ingest/malformed_exports.hpp"

namespace tidemill::jobs::malformed {
namespace {

/// Rows at fault among forty good ones: kept out, counted, and named.
std::vector<Case> bad_rows() {
  return {
      {"too-few-fields", "toast", toast_with("Main,1,08/05/2026"), 0, {"42: expected 10 fields, found 3"}},
      {"too-many-fields",
       "toast",
       toast_with("Main,1,08/05/2026,99,Pie,1,0,1,1,False,x,y"),
       0,
       {"42: expected 10 fields, found 12"}},
      {"not-utf8",
       "toast",
       toast_with("Main,1,08/05/2026,99,Caf\xe9,1,0,1,1,False"),
       0,
       {"42: not UTF-8"},
       {"--encoding", "utf-8"}},
      {"huge-number",
       "toast",
       toast_with("Main,1,08/05/2026,99,Pie,1e400,0,1,1,False"),
       0,
       {"'1e400' is not an amount"}},
      {"huge-field",
       "toast",
       toast_with("Main,1,08/05/2026,99," + std::string(1100000, 'x') + ",1,0,1,1,False"),
       0,
       {"42: a value is longer"}},
      {"money-with-letters",
       "toast",
       toast_with("Main,1,08/05/2026,99,Pie,12x,0,1,1,False"),
       0,
       {"42: '12x' is not an amount"}},
      {"too-many-decimals",
       "toast",
       toast_with("Main,1,08/05/2026,99,Pie,1.005,0,1.005,1,False"),
       0,
       {"more decimals"}},
      {"too-much-money",
       "toast",
       toast_with("Main,1,08/05/2026,99,Pie,999999999999,0,999999999999,1,False"),
       0,
       {"larger than"}},
      {"other-currency-sign",
       "toast",
       toast_with("Main,1,08/05/2026,99,Pie,\xe2\x82\xac"
                  "5,0,5,1,False"),
       0,
       {"another currency"}},
      {"other-currency-code",
       "clover",
       clover_with("05-Aug-2026,O,Pie,CAD,1,0,0,1,false,Paid"),
       0,
       {"42: 'CAD' is not USD"},
       {"--location", "Main"}},
      {"missing-amount",
       "toast",
       toast_with("Main,1,08/05/2026,99,Pie,,0,1,1,False"),
       0,
       {"42: the amount is missing"}},
      {"net-is-not-gross-less-discount",
       "toast",
       toast_with("Main,1,08/05/2026,99,Pie,10.00,1.00,8.99,1,False"),
       0,
       {"42: gross 10.00 less discount 1.00 is not net 8.99"}},
      {"no-such-day",
       "toast",
       toast_with("Main,1,02/30/2026,99,Pie,1,0,1,1,False"),
       0,
       {"no such day", "--date-order"}},
      {"date-out-of-range", "toast", toast_with("Main,1,08/05/1026,99,Pie,1,0,1,1,False"), 0, {"outside the years"}},
      {"not-a-date", "toast", toast_with("Main,1,last Monday,99,Pie,1,0,1,1,False"), 0, {"'last Monday': not a date"}},
      {"not-a-quantity",
       "toast",
       toast_with("Main,1,08/05/2026,99,Pie,1,0,1,two,False"),
       0,
       {"'two' is not a quantity"}},
      {"not-a-flag", "toast", toast_with("Main,1,08/05/2026,99,Pie,1,0,1,1,Perhaps"), 0, {"neither true nor false"}},
      {"no-item", "toast", toast_with("Main,1,08/05/2026,99,,1,0,1,1,False"), 0, {"42: the line names no item"}},
      {"empty-location",
       "toast",
       toast_with(",1,08/05/2026,99,Pie,1,0,1,1,False"),
       0,
       {"location is missing", "--location"}},
      {"repeated-id",
       "toast",
       toast_with("Main,1,08/05/2026,7,Pie,1,0,1,1,False"),
       0,
       {"42: the line id '7' stands on an earlier row"}},
      {"text-after-quote",
       "toast",
       toast_with("\"Main\"x,1,08/05/2026,99,Pie,1,0,1,1,False"),
       0,
       {"42: text follows a closing quote"}},
      {"negative-quantity",
       "square",
       square_with("2026-08-05,Pie,-1,-$1.00,0,-$1.00,0,T,Payment,Main"),
       0,
       {"42: a negative quantity"}},
      {"negative-quantity-positive-amount",
       "toast",
       toast_with("Main,1,08/05/2026,99,Pie,1,0,1,-1,False"),
       0,
       {"neither sale nor refund"}},
      {"positive-refund",
       "square",
       square_with("2026-08-05,Pie,1,$1.00,0,$1.00,0,T,Refund,Main"),
       0,
       {"42: a refund must have a negative amount"}},
  };
}

TEST(MalformedRows, AreQuarantinedAndCounted) {
  ScratchFolder const folder;
  Bench bench(folder);
  std::vector<Case> const cases = bad_rows();
  // More ranks than processors make each file slow to write: a sample is enough there.
  std::size_t const step = world().size() > 2 ? 7 : 1;
  for (std::size_t i = 0; i < cases.size(); i += step) {
    Case const& test = cases[i];
    IngestOutcome const outcome = ingest(bench.arguments(test));
    ASSERT_EQ(outcome.code, 0) << test.name << ": " << outcome.message;
    if (world().is_root()) {
      EXPECT_NE(outcome.message.find("\"accepted\": 40"), std::string::npos) << test.name << outcome.message;
      EXPECT_NE(outcome.message.find("\"bad\": 1"), std::string::npos) << test.name;
    }
    std::vector<std::string> const rows = bench.quarantined(test);
    ASSERT_EQ(rows.size(), 1u) << test.name;
    EXPECT_TRUE(rows[0].starts_with("42: ")) << rows[0];
    expect_parts(test, rows[0]);
  }
}

/// The suite keeps its promise of breadth.
TEST(MalformedRows, ThereAreManyKinds) {
  std::set<std::string> names;
  for (auto const& list : {bad_rows()}) {
    for (Case const& test : list) names.insert(test.name);
  }
  EXPECT_GE(names.size(), 24u);
}

}  // namespace
}  // namespace tidemill::jobs::malformed
