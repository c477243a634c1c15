#include "io/csv/write_csv.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "io/store/posix.hpp"
#include "tests/support/world.hpp"

namespace tidemill::io {
namespace {

using tests::ScratchFolder;
using tests::world;

TEST(WriteCsv, NeutralisesFormulasAndQuotes) {
  EXPECT_EQ(csv_text("Soup"), "Soup");
  EXPECT_EQ(csv_text(""), "");
  EXPECT_EQ(csv_text("=1+1"), "'=1+1");
  EXPECT_EQ(csv_text("+49 30"), "'+49 30");
  EXPECT_EQ(csv_text("-5"), "'-5");
  EXPECT_EQ(csv_text("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(csv_text("\tx"), "'\tx");
  EXPECT_EQ(csv_text("\rx"), "\"'\rx\"");
  EXPECT_EQ(csv_text("=A1,\"x\""), "\"'=A1,\"\"x\"\"\"");
  EXPECT_EQ(csv_text("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(csv_text("a-b"), "a-b");
}

TEST(WriteCsv, DatesAndMoney) {
  EXPECT_EQ(date_text(0), "1970-01-01");
  EXPECT_EQ(date_text(20778), "2026-11-21");
  EXPECT_EQ(date_text(-1), "1969-12-31");
  EXPECT_EQ(cents_text(1205), "12.05");
  EXPECT_EQ(cents_text(-7), "-0.07");
  EXPECT_EQ(cents_text(0), "0.00");
}

Table example(Comm const& comm, std::int64_t total) {
  Table table;
  table.range = even_share(total, comm.rank(), comm.size());
  std::vector<std::string> names;
  std::vector<std::int64_t> cents, days, times, counts;
  std::vector<double> shares;
  for (std::int64_t row = table.range.first; row < table.range.end(); ++row) {
    names.push_back(row == 1 ? "" : row == 2 ? "=cmd" : "item " + std::to_string(row));
    cents.push_back(row == 3 ? missing_integer : -50 * row);
    shares.push_back(row == 0 ? std::nan("") : 0.1 * static_cast<double>(row));
    days.push_back(20778 + row);
    times.push_back((20778 + row) * 86400 + 3661);
    counts.push_back(-row);
  }
  table.add(text_column(comm, "item", names));
  table.add(integer_column("net", cents, ColumnType::cents));
  table.add(real_column("share", shares));
  table.add(integer_column("day", days, ColumnType::date));
  table.add(integer_column("at", times, ColumnType::time));
  table.add(integer_column("count", counts));
  return table;
}

TEST(WriteCsv, RowsInGlobalOrderOnAnyNumberOfRanks) {
  ScratchFolder const folder;
  write_csv(world(), folder / "t.csv", example(world(), 4));
  EXPECT_EQ(read_file(folder / "t.csv"),
            "item,net,share,day,at,count\n"
            "item 0,0.00,,2026-11-21,2026-11-21 01:01:01,0\n"
            ",-0.50,0.1,2026-11-22,2026-11-22 01:01:01,-1\n"
            "'=cmd,-1.00,0.2,2026-11-23,2026-11-23 01:01:01,-2\n"
            "item 3,,0.30000000000000004,2026-11-24,2026-11-24 01:01:01,-3\n");
}

TEST(WriteCsv, EmptyTableIsAHeader) {
  ScratchFolder const folder;
  write_csv(world(), folder / "t.csv", example(world(), 0));
  EXPECT_EQ(read_file(folder / "t.csv"), "item,net,share,day,at,count\n");
}

}  // namespace
}  // namespace tidemill::io
