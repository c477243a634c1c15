#include "io/tables/read_table.hpp"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>

#include "io/csv/file_bytes.hpp"
#include "io/csv/text_table.hpp"
#include "io/error.hpp"
#include "io/store/posix.hpp"
#include "tests/support/world.hpp"

namespace tidemill::io {
namespace {

using tests::ScratchFolder;
using tests::world;

std::filesystem::path put(ScratchFolder const& folder, std::string const& name, std::string const& text) {
  std::filesystem::path const path = folder / name;
  if (world().is_root()) write_file(path, text);
  world().barrier();
  return path;
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

/// All values of a table as text, gathered over ranks: what must not depend on ranks or chunks.
std::string content(Comm const& comm, Table const& table) {
  std::string mine;
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    for (Column const& column : table.columns) {
      if (column.is_missing(row)) {
        mine += "~";
      } else if (column.is_text()) {
        mine += "<" + column.text(row) + ">";
      } else if (column.is_real()) {
        char bytes[32];
        auto const end = std::to_chars(bytes, bytes + sizeof(bytes), column.reals[static_cast<std::size_t>(row)]).ptr;
        mine += std::string(bytes, end) + "r";
      } else {
        mine += std::to_string(column.integers[static_cast<std::size_t>(row)]);
      }
      mine += "|";
    }
    mine += "\n";
  }
  std::string whole;
  for (Column const& column : table.columns) whole += column.name + ":" + std::string(name_of(column.type)) + "|";
  whole += "\n";
  for (std::string const& part : comm.gather_all_texts(mine)) whole += part;
  return whole;
}

std::string read(std::filesystem::path const& path, TextFormat const& format = {}) {
  return content(world(), read_table(world(), path, format));
}

TEST(ReadTable, FindsTypesFromAllValues) {
  ScratchFolder const folder;
  std::string const text =
      "id,price,day,at,name,empty,big\n"
      "1,2,2026-01-05,2026-01-05 10:30,salt,NA,9223372036854775807\n"
      "2, 2.5 ,2026-01-06,2026-01-05T10:30:59,\"a \"\"b\"\"\",?,9223372036854775808\n"
      "NA,,,?,,,\n";
  std::string const expected =
      "id:integer|price:real|day:date|at:time|name:text|empty:real|big:real|\n"
      "1|2r|20458|1767609000|<salt>|~|9223372036854775808r|\n"
      "2|2.5r|20459|1767609059|<a \"b\">|~|9223372036854775808r|\n"
      "~|~|~|~|~|~|~|\n";
  EXPECT_EQ(read(put(folder, "a.csv", text)), expected);
  EXPECT_EQ(read(put(folder, "a.csv.gz", gzip(text))), expected);
  EXPECT_EQ(read(put(folder, "a.csv.zst", zstd(text))), expected);
  EXPECT_EQ(read(put(folder, "bom.csv", "\xef\xbb\xbf" + text)), expected);
  EXPECT_EQ(read(put(folder, "bom.csv.gz", gzip("\xef\xbb\xbf" + text))), expected);
}

TEST(ReadTable, AWiderValueFarBehindTheSampleWidensItsColumn) {
  ScratchFolder const folder;
  std::string text = "a,b,c,d\n";
  for (int i = 0; i < 5000; ++i) text += "1,2026-01-05,,7\n";
  text += "1.5,2026-01-05 00:00,3,x\n";
  Table const table = read_table(world(), put(folder, "a.csv", text));
  EXPECT_EQ(table.range.total, 5001);
  EXPECT_EQ(table.at("a").type, ColumnType::real);
  EXPECT_EQ(table.at("b").type, ColumnType::text);
  EXPECT_EQ(table.at("c").type, ColumnType::integer);
  EXPECT_EQ(table.at("d").type, ColumnType::text);
  if (table.rows() > 0) {
    EXPECT_EQ(table.at("a").number(0), 1.0);
    EXPECT_EQ(table.at("d").dictionary, (std::vector<std::string>{"7", "x"}));
  }
}

/// Quotes that hold delimiters, line ends and quotes; quotes in mid-field; CRLF; blank lines; no last line end.
std::string const awkward =
    "item,note,n\r\n"
    "\"12\"\" pizza\",\"line one\r\nline, two\",1\r\n"
    "5\" pipe,\"\"\"\",2\n"
    "\n"
    "\"\",\"\n\n\",3\r\n"
    "  spaced  , \"kept  \" ,4\n"
    "x\"\"y\"z,\"a\",5\n"
    " \t\r\n"
    "\"\"\"q\"\"\",\",\",6";

std::string const awkward_content =
    "item:text|note:text|n:integer|\n"
    "<12\" pizza>|<line one\r\nline, two>|1|\n"
    "<5\" pipe>|<\">|2|\n"
    "~|<\n\n>|3|\n"
    "<spaced>|<kept  >|4|\n"
    "<x\"\"y\"z>|<a>|5|\n"
    "<\"q\">|<,>|6|\n";

TEST(ReadTable, EveryPossibleSplitGivesTheSameRows) {
  ScratchFolder const folder;
  std::filesystem::path const path = put(folder, "awkward.csv", awkward);
  std::size_t const step = world().size() == 1 ? 1 : 13;
  for (std::size_t block = 1; block <= awkward.size() + 1; block += step) {
    Table const table = csv::read_text_table(world(), path, {}, block);
    ASSERT_EQ(content(world(), table), awkward_content) << "blocks of " << block;
  }
  // Blank lines behind move every byte over the boundaries between ranks.
  for (std::size_t shift = 0; shift < awkward.size() * 2; shift += 11) {
    std::string const text = awkward + "\n" + std::string(shift, '\n');
    Table const table = csv::read_text_table(world(), put(folder, "shifted.csv", text), {}, 7);
    ASSERT_EQ(content(world(), table), awkward_content) << "shift " << shift;
  }
}

TEST(ReadTable, SplitsOfCompressedTextGiveTheSameRows) {
  ScratchFolder const folder;
  std::filesystem::path const path = put(folder, "awkward.gz", gzip(awkward));
  for (std::size_t const chunk : {1u, 3u, 16u, 1000u}) {
    ASSERT_EQ(content(world(), csv::read_text_table(world(), path, {}, chunk)), awkward_content);
  }
}

TEST(ReadTable, SeparatorsAreFound) {
  ScratchFolder const folder;
  std::string const expected = "a:integer|b:text|\n1|<x, y>|\n2|<z>|\n";
  EXPECT_EQ(read(put(folder, "t.txt", "a\tb\n1\tx, y\n2\tz\n")), expected);
  EXPECT_EQ(read(put(folder, "s.txt", "a;b\n1;x, y\n2;z\n")), expected);
  EXPECT_EQ(read(put(folder, "p.txt", "a|b\n1|x, y\n2|z\n")), expected);
  EXPECT_EQ(read(put(folder, "b.txt", "  1.0   2 \n  3\t 4.5\n\n 5 6")),
            "column_1:real|column_2:real|\n1r|2r|\n3r|4.5r|\n5r|6r|\n");
  TextFormat blanks;
  blanks.delimiter = ' ';
  EXPECT_EQ(read(put(folder, "bh.txt", "a   b\n1 \"x, y\"\n2  z\n"), blanks), expected);
  for (std::size_t chunk : {1u, 2u, 3u, 5u, 8u, 20u}) {
    EXPECT_EQ(content(world(), csv::read_text_table(world(), folder / "bh.txt", blanks, chunk)), expected);
  }
}

TEST(ReadTable, OptionsAreFollowed) {
  ScratchFolder const folder;
  TextFormat format;
  format.decimal = ',';
  EXPECT_EQ(read(put(folder, "c.csv", "a;b\n1,5;-2\n2,25;1.5\n"), format),
            "a:real|b:text|\n1.5r|<-2>|\n2.25r|<1.5>|\n");
  format = {};
  format.has_header = false;
  format.names = {"x", "y"};
  format.text_columns = {"y", "absent"};
  EXPECT_EQ(read(put(folder, "n.csv", "a,1\nb,02\n"), format), "x:text|y:text|\n<a>|<1>|\n<b>|<02>|\n");
  format = {};
  format.skip_lines = 1;
  EXPECT_EQ(read(put(folder, "k.csv", "|comment, with, commas\na,b\n1,2\n"), format), "a:integer|b:integer|\n1|2|\n");
  format = {};
  format.guess_header = false;
  EXPECT_EQ(read(put(folder, "g.csv", "1,2\n3,4\n"), format), "1:integer|2:integer|\n3|4|\n");
}

TEST(ReadTable, Latin1BecomesUtf8) {
  ScratchFolder const folder;
  std::string text = "name,n\n";
  for (int i = 0; i < 30; ++i) text += "plain,1\n";
  EXPECT_NE(read(put(folder, "l.csv", text + "caf\xe9,2\n")).find("<caf\xc3\xa9>|2|"), std::string::npos);
  EXPECT_NE(read(put(folder, "u.csv", text + "caf\xc3\xa9,2\n")).find("<caf\xc3\xa9>|2|"), std::string::npos);
  TextFormat strict;
  strict.encoding = "utf-8";
  EXPECT_THROW(read(folder / "l.csv", strict), Error);
  EXPECT_NO_THROW(read(folder / "u.csv", strict));
}

TEST(ReadTable, HeaderOnlyIsATableWithoutRows) {
  ScratchFolder const folder;
  Table const table = read_table(world(), put(folder, "h.csv", "a,b\n"));
  EXPECT_EQ(table.range.total, 0);
  EXPECT_EQ(table.columns.size(), 2u);
}

void expect_refused(std::filesystem::path const& path, std::string const& part_of_message) {
  try {
    read_table(world(), path);
    FAIL() << path << " was accepted";
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_data);
    EXPECT_NE(std::string(error.what()).find(part_of_message), std::string::npos) << error.what();
  }
}

TEST(ReadTable, MalformedFilesAreNamed) {
  ScratchFolder const folder;
  expect_refused(put(folder, "few.csv", "a,b\n1,2\n3\n4,5\n"), "line 3: expected 2 fields, found 1");
  expect_refused(put(folder, "many.csv", "a,b\n1,2\n3,4,5\n"), "line 3: expected 2 fields, found 3");
  expect_refused(put(folder, "open.csv", "a,b\n1,\"2\n3,4\n"), "line 2: a quote opened");
  expect_refused(put(folder, "after.csv", "a,b\n1,2\n\"3\"x,4\n"), "line 3, column 'a'");
  expect_refused(put(folder, "empty.csv", ""), "empty");
  expect_refused(put(folder, "twice.csv", "a,a\n1,2\n"), "'a' twice");
  expect_refused(put(folder, "nul.csv", std::string("a,b\n1,\0\n", 8)), "NUL");
  expect_refused(put(folder, "utf16.csv",
                     std::string("\xff\xfe"
                                 "a\0,\0b\0",
                                 8)),
                 "UTF-16");
  expect_refused(put(folder, "cr.csv", "a,b\r1,2\r"), "carriage");
  expect_refused(put(folder, "inf.csv", "a,b\n1,2\n1e400,3\n"), "line 3, column 'a'");
  expect_refused(put(folder, "cut.gz", gzip(awkward).substr(0, 60)), "gzip");
  expect_refused(put(folder, "cut.zst", zstd(awkward).substr(0, 60)), "zstd");
  expect_refused(folder.path(), "is a folder");
  expect_refused(folder / "absent.csv", "cannot open");
}

TEST(ReadTable, ThreadsChangeNothing) {
  ScratchFolder const folder;
  std::string text = "n,x,name\n";
  for (int i = 0; i < 2000; ++i) {
    text += std::to_string(i) + "," + std::to_string(0.37 * i) + ",\"name " + std::to_string(i * 7919 % 301) + "\"\n";
  }
  std::filesystem::path const path = put(folder, "t.csv", text);
  std::string const whole = content(world(), csv::read_text_table(world(), path, {}, 1u << 20));
  EXPECT_EQ(content(world(), csv::read_text_table(world(), path, {}, 100)), whole);
  EXPECT_NE(whole.find("1999|739.63r|<name 190>|"), std::string::npos);
}

TEST(ReadTable, PackedFilesTellHowMuchTheyHold) {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += std::to_string(i) + ",0.5\n";
  auto const size = static_cast<std::int64_t>(text.size());
  EXPECT_EQ(csv::expected_unpacked_bytes(gzip(text), csv::Packing::gzip), size);
  EXPECT_EQ(csv::expected_unpacked_bytes(zstd(text), csv::Packing::zstd), size);
  // One of two streams tells of itself alone; what is less than the file itself is not believed.
  std::string const two = gzip(text) + gzip("a");
  EXPECT_EQ(csv::expected_unpacked_bytes(two, csv::Packing::gzip), 4 * static_cast<std::int64_t>(two.size()));
}

TEST(ReadTable, RealsThatBeginBehindManyEmptyRowsAreRead) {
  ScratchFolder const folder;
  std::string text = "a,b\n";
  for (int i = 0; i < 3000; ++i) text += std::to_string(i) + (i < 2000 ? ",\n" : ",0.5\n");
  if (world().is_root()) write_file(folder / "late.csv", text);
  world().barrier();
  Table const table = read_table(world(), folder / "late.csv");
  std::int64_t there = 0;
  for (std::int64_t row = 0; row < table.rows(); ++row) there += table.at("b").is_missing(row) ? 0 : 1;
  EXPECT_EQ(world().sum(there), 1000);
}

}  // namespace
}  // namespace tidemill::io
