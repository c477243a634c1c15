#include <gtest/gtest.h>

#include <set>

#include "tests/jobs/ingest/malformed_exports.hpp"

namespace tidemill::jobs::malformed {
namespace {

/// Files that cannot be used at all.
std::vector<Case> bad_files() {
  std::string const long_text = toast() + good_rows() + good_rows();
  return {
      {"truncated-gzip", "toast", gzip(long_text).substr(0, 200), 3, {"gzip", "ends too early", "again"}},
      {"truncated-zstd", "toast", zstd(long_text).substr(0, 100), 3, {"zstd", "again"}},
      {"damaged-gzip", "toast", damaged(gzip(long_text)), 3, {"damaged", "again"}},
      {"damaged-zstd", "toast", damaged(zstd(long_text)), 3, {"damaged", "again"}},
      {"unbalanced-quote",
       "toast",
       toast_with("Main,1,\"08/05/2026,1,Pie,1,0,1,1,False"),
       3,
       {"line 42", "never closed", "close it"}},
      {"nul-bytes", "toast", toast_with(std::string("Main,1\0,2", 9)), 3, {"line 42", "NUL", "export it"}},
      {"binary", "toast", binary(), 3, {"line ", "text file"}},
      {"empty", "toast", "", 3, {"line 1", "empty", "export it"}},
      {"only-blank-lines", "toast", "\n\n \n", 3, {"line 1", "no row"}},
      {"header-only", "toast", toast_header, 3, {"line 1", "no rows", "longer period"}},
      {"duplicate-header", "toast", replaced(toast(), "Menu Item", "Location"), 3, {"'Location' twice", "rename"}},
      {"missing-column",
       "toast",
       replaced(toast(), "Net Price", "Neat Price"),
       3,
       {"line 1", "Net Price", "--adapter"}},
      {"wrong-delimiter", "toast", toast(), 3, {"line 1", "required columns", "delimiter"}, {"--delimiter", ";"}},
      {"wrong-adapter", "square", toast(), 3, {"line 1", "required columns", "--adapter"}},
      {"utf16-little", "toast", std::string("\xff\xfeL\0o\0", 6), 3, {"line 1", "UTF-16", "iconv"}},
      {"utf16-big", "toast", std::string("\xfe\xff\0L\0o", 6), 3, {"line 1", "UTF-16", "iconv"}},
      {"bare-carriage-returns",
       "toast",
       "Location,Order Id\rMain,1\rMain,2\r",
       3,
       {"line 1", "carriage returns", "tr "}},
      {"every-row-short",
       "toast",
       std::string(toast_header) + "Main,1\nMain,2\n",
       3,
       {"line 2", "found 2", "--max-bad-share"}},
      {"too-many-bad-rows",
       "toast",
       toast_header + toast_row(1) + replaced(toast_row(2), "10.00", "ten"),
       3,
       {"1 of 2 rows", "line 3", "--max-bad-share"}},
      {"other-currency-everywhere",
       "clover",
       clover_with("", "EUR"),
       3,
       {"line 2", "'EUR'", "--currency"},
       {"--location", "Main"}},
      {"no-location", "clover", clover_with(""), 3, {"line 1", "Location", "--location"}},
      {"ambiguous-dates",
       "square",
       replaced(square_with(""), "2026-08-05", "08/05/2026"),
       2,
       {"line 2", "two days", "--date-order"}},
      {"contradictory-dates",
       "square",
       square_with("08/25/2026,Pie,1,1,0,1,0,A,Payment,Main\n25/08/2026,Pie,1,1,0,1,0,B,Payment,Main"),
       3,
       {"line 42", "line 43", "--date-order"}},
      {"hdf5", "toast", std::string("\x89HDF\r\n\x1a\n", 8) + "rest", 3, {"HDF5", "text table"}},
      {"unmapped-generic", "generic", "a,b\n1,2\n", 3, {"line 1", "time", "required"}},
      {"mapped-to-nothing",
       "generic",
       "when,dish,net\n2026-08-05,Pie,1\n",
       3,
       {"line 1", "Gericht"},
       {"--column", "time=when", "--column", "item_name=Gericht", "--location", "Main"}},
  };
}

/// Options that cannot work.
std::vector<Case> bad_options() {
  return {
      {"unknown-adapter", "tost", toast(), 2, {"'tost'", "did you mean 'toast'"}},
      {"unknown-option", "toast", toast(), 2, {"loction", "did you mean 'location'"}, {"--loction", "x"}},
      {"bad-cutoff", "toast", toast(), 2, {"--cutoff", "04:00"}, {"--cutoff", "25"}},
      {"bad-date-order", "toast", toast(), 2, {"--date-order", "mdy"}, {"--date-order", "ymd"}},
      {"bad-encoding", "toast", toast(), 2, {"--encoding", "latin-1"}, {"--encoding", "ebcdic"}},
      {"bad-share", "toast", toast(), 2, {"--max-bad-share", "between"}, {"--max-bad-share", "5"}},
      {"bad-currency", "toast", toast(), 2, {"--currency", "USD"}, {"--currency", "dollars"}},
      {"bad-map", "generic", toast(), 2, {"--column", "item_name"}, {"--column", "itemname=Dish"}},
      {"bad-delimiter", "toast", toast(), 2, {"--delimiter", "tab"}, {"--delimiter", "abc"}},
  };
}

TEST(Malformed, FilesEndInTheRightCodeAndName) {
  ScratchFolder const folder;
  Bench bench(folder);
  for (Case const& test : bad_files()) {
    IngestOutcome const outcome = ingest(bench.arguments(test));
    EXPECT_EQ(outcome.code, test.code) << test.name << ": " << outcome.message;
    EXPECT_NE(outcome.message.find(test.name + ".csv"), std::string::npos) << outcome.message;
    expect_parts(test, outcome.message);
    EXPECT_FALSE(std::filesystem::exists(drivers::sales_folder(folder / "store", test.name))) << test.name;
  }
}

TEST(Malformed, OptionsEndInCodeTwo) {
  ScratchFolder const folder;
  Bench bench(folder);
  for (Case const& test : bad_options()) {
    IngestOutcome const outcome = ingest(bench.arguments(test));
    EXPECT_EQ(outcome.code, test.code) << test.name << ": " << outcome.message;
    expect_parts(test, outcome.message);
  }
}

TEST(Malformed, OddButGoodFilesAreRead) {
  ScratchFolder const folder;
  Bench bench(folder);
  std::string mixed = toast_header;
  for (int i = 0; i < 40; ++i) mixed += toast_row(i, i % 3 == 0 ? "\r\n" : "\n");
  mixed.pop_back();
  std::vector<Case> const odd{{"mixed-line-ends", "toast", mixed, 0, {}},
                              {"byte-order-mark", "toast", "\xef\xbb\xbf" + toast(), 0, {}},
                              {"gzip-without-its-suffix", "toast", gzip(toast()), 0, {}},
                              {"zstd-without-its-suffix", "toast", zstd(toast()), 0, {}},
                              {"blank-lines-between", "toast", toast_header + good_rows("\n\n  \n"), 0, {}},
                              {"latin-1", "toast", replaced(toast(), "Pie", "Caf\xe9"), 0, {}},
                              {"headers-in-capitals", "toast", replaced(toast(), "Location", " LOCATION "), 0, {}}};
  for (Case const& test : odd) {
    IngestOutcome const outcome = ingest(bench.arguments(test));
    EXPECT_EQ(outcome.code, 0) << test.name << ": " << outcome.message;
    EXPECT_EQ(drivers::read_sales(world(), folder / "store", test.name).range.total, 40) << test.name;
  }
}

TEST(Malformed, PathsAndSideTables) {
  ScratchFolder const folder;
  Bench bench(folder);
  Case const good{"good", "toast", toast(), 0, {}};
  auto const with = [&](std::vector<std::string> const& more) {
    std::vector<std::string> all = bench.arguments(good);
    all.insert(all.end(), more.begin(), more.end());
    return ingest(all);
  };
  auto const side = [&](std::string const& text) {
    if (world().is_root()) io::write_file(folder / "side.csv", text);
    world().barrier();
    return (folder / "side.csv").string();
  };
  auto const expect = [](IngestOutcome const& outcome, int code, std::vector<std::string> const& parts) {
    EXPECT_EQ(outcome.code, code) << outcome.message;
    for (std::string const& part : parts) EXPECT_NE(outcome.message.find(part), std::string::npos) << outcome.message;
  };
  expect(with({"--costs", side("item,price\nPie,1\n")}), 3, {"side.csv: line 1", "unit_cost"});
  expect(with({"--costs", side("item,unit_cost\nPie,-1\n")}), 3, {"side.csv: row 1", "negative", "correct"});
  expect(with({"--costs", side("item,unit_cost\nPie,cheap\n")}), 3,
         {"row 1, column 'unit_cost'", "'cheap'", "correct"});
  expect(with({"--promotions", side("item,start,end\nPie,2026-08-05,2026-08-01\n")}), 3,
         {"row 1", "ends before", "correct"});
  expect(with({"--promotions", side("item,start\nPie,2026-08-05\n")}), 3, {"line 1", "start, end"});
  expect(with({"--promotions", side("item,start,end\n,2026-08-05,2026-08-06\n")}), 3, {"row 1", "names no item"});

  auto const at = [&](std::string const& input, std::string const& tenant) {
    return ingest({"--adapter", "toast", "--input", input, "--store", (folder / "store").string(), "--tenant", tenant});
  };
  expect(at((folder / "absent.csv").string(), "t"), 3, {"absent.csv", "cannot open", "check that it exists"});
  expect(at(folder.path().string(), "t"), 3, {folder.path().string(), "is a folder", "give a file"});
  expect(at("/dev/null", "t"), 3, {"/dev/null", "not a regular file"});
  expect(at((folder / "good.csv").string(), "../other"), 2, {"'../other'", "use letters"});
  expect(at((folder / "good.csv").string(), ".hidden"), 2, {"'.hidden'"});
}

/// The suite keeps its promise of breadth.
TEST(Malformed, ThereAreManyKinds) {
  std::set<std::string> names;
  for (auto const& list : {bad_files(), bad_options()}) {
    for (Case const& test : list) names.insert(test.name);
  }
  EXPECT_GE(names.size(), 35u);
}

}  // namespace
}  // namespace tidemill::jobs::malformed
