#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <set>

#include "drivers/ingest/sales_store.hpp"
#include "io/error.hpp"
#include "io/hdf5/file.hpp"
#include "io/store/posix.hpp"
#include "io/tables/table_file.hpp"
#include "jobs/commands.hpp"
#include "jobs/options.hpp"
#include "tests/support/world.hpp"

// Malformed inputs, made here and never stored: each must end in the right exit code with a message that names file,
// line (where there is one) and cure, or, where only a row is at fault, in the quarantine.
namespace tidemill::jobs {
namespace {

using tests::ScratchFolder;
using tests::world;

constexpr char const* toast_header =
    "Location,Order Id,Order Date,Item Selection Id,Menu Item,Gross Price,Discnt,Net Price,Qty,Void?\n";
constexpr char const* square_header =
    "Date,Item,Qty,Gross Sales,Discounts,Net Sales,Tax,Transaction ID,Event Type,Location\n";
constexpr char const* clover_header =
    "Line Item Date,Order ID,Item Name,Currency,Total Revenue,Total Discount,Order Discount Proportion,Item "
    "Total,Refunded,Order Payment State\n";

std::string toast_row(int id, std::string const& line_end = "\n") {
  return "Main," + std::to_string(id / 2) + ",08/05/2026 12:00:00," + std::to_string(id) +
         ",Pie,10.00,1.00,9.00,1,False" + line_end;
}

std::string good_rows(std::string const& line_end = "\n") {
  std::string text;
  for (int i = 0; i < 40; ++i) text += toast_row(i, line_end);
  return text;
}

std::string toast() { return toast_header + good_rows(); }
/// Row on line 42, behind 40 good ones.
std::string toast_with(std::string const& row) { return toast() + row + "\n"; }

std::string square_with(std::string const& row) {
  std::string text = square_header;
  for (int i = 0; i < 40; ++i)
    text += "2026-08-05,Pie,1,$10.00,$1.00,$9.00,$0.70,T" + std::to_string(i) + ",Payment,Main\n";
  return text + row + "\n";
}

std::string clover_with(std::string const& row, std::string const& currency = "USD") {
  std::string text = clover_header;
  for (int i = 0; i < 40; ++i) {
    text += "05-Aug-2026 12:00 PM,O" + std::to_string(i) + ",Pie," + currency + ",10.00,-1.00,0,9.00,false,Paid\n";
  }
  return text + row + "\n";
}

std::string gzip(std::string const& text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string zstd(std::string const& text) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3));
  return packed;
}

std::string binary() {
  std::string bytes;
  for (unsigned i = 0; i < 5000; ++i) bytes += static_cast<char>(i * 2654435761u >> 13);
  return bytes;
}

std::string damaged(std::string bytes) {
  for (std::size_t i = bytes.size() / 3; i < bytes.size() / 3 + 20; ++i) bytes[i] = static_cast<char>(bytes[i] ^ 0x5a);
  return bytes;
}

std::string replaced(std::string text, std::string const& from, std::string const& to) {
  return text.replace(text.find(from), from.size(), to);
}

struct IngestOutcome {
  int code = 0;
  std::string message;
};

/// Runs the command as main() does, without ending the process.
IngestOutcome ingest(std::vector<std::string> const& arguments) {
  Command const command = make_ingest_command();
  io::Progress progress(world(), io::Progress::Level::quiet);
  IngestOutcome outcome;
  testing::internal::CaptureStdout();
  try {
    ParsedOptions const parsed =
        parse_options(command, arguments, [](std::string const& path) { return io::read_file(path); });
    Context const context{world(), progress, 1, true, parsed.config_text, parsed.values};
    command.run(context);
  } catch (Error const& error) {
    outcome = {static_cast<int>(error.code()), error.what()};
  }
  std::string const printed = testing::internal::GetCapturedStdout();
  if (outcome.code == 0) outcome.message = printed;
  return outcome;
}

struct Case {
  std::string name;
  std::string adapter;
  std::string bytes;
  int code;
  std::vector<std::string> message;      ///< parts that must be there; the file's name is always looked for
  std::vector<std::string> arguments{};  ///< beside adapter, input, store and tenant
};

class Bench {
 public:
  explicit Bench(ScratchFolder const& folder) : folder_(folder) {}
  std::vector<std::string> arguments(Case const& test) {
    std::string const file = (folder_ / (test.name + ".csv")).string();
    if (world().is_root()) io::write_file(file, test.bytes);
    world().barrier();
    std::vector<std::string> all{"--adapter", test.adapter, "--input", file, "--store", (folder_ / "store").string(),
                                 "--tenant",  tenant(test)};
    all.insert(all.end(), test.arguments.begin(), test.arguments.end());
    return all;
  }
  static std::string tenant(Case const& test) { return test.name; }
  /// What is in the quarantine of the one file that was stored: "line: reason" per bad row.
  std::vector<std::string> quarantined(Case const& test) {
    std::filesystem::path const folder = drivers::sales_folder(folder_ / "store", tenant(test));
    std::vector<std::string> rows;
    for (auto const& entry : std::filesystem::directory_iterator(folder)) {
      io::Hdf5File file = io::Hdf5File::open(world(), entry.path());
      io::Table const table = io::read_table_group(world(), file, "quarantine");
      std::string mine;
      for (std::int64_t row = 0; row < table.rows(); ++row) {
        mine += std::to_string(table.at("line").integers[static_cast<std::size_t>(row)]) + ": " +
                table.at("reason").text(row) + "\n";
      }
      for (std::string const& part : world().gather_all_texts(mine)) {
        if (!part.empty()) rows.push_back(part);
      }
    }
    return rows;
  }

 private:
  ScratchFolder const& folder_;
};

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

void expect_parts(Case const& test, std::string const& text) {
  for (std::string const& part : test.message) {
    EXPECT_NE(text.find(part), std::string::npos) << test.name << ": '" << part << "' is not in: " << text;
  }
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

TEST(Malformed, RowsAreQuarantinedAndCounted) {
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
  for (auto const& list : {bad_files(), bad_options(), bad_rows()}) {
    for (Case const& test : list) names.insert(test.name);
  }
  EXPECT_GE(names.size(), 55u);
}

}  // namespace
}  // namespace tidemill::jobs
