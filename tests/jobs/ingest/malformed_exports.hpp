#pragma once

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <filesystem>
#include <string>
#include <vector>

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
namespace tidemill::jobs::malformed {

using tests::ScratchFolder;
using tests::world;

inline constexpr char const* toast_header =
    "Location,Order Id,Order Date,Item Selection Id,Menu Item,Gross Price,Discnt,Net Price,Qty,Void?\n";
inline constexpr char const* square_header =
    "Date,Item,Qty,Gross Sales,Discounts,Net Sales,Tax,Transaction ID,Event Type,Location\n";
inline constexpr char const* clover_header =
    "Line Item Date,Order ID,Item Name,Currency,Total Revenue,Total Discount,Order Discount Proportion,Item "
    "Total,Refunded,Order Payment State\n";

inline std::string toast_row(int id, std::string const& line_end = "\n") {
  return "Main," + std::to_string(id / 2) + ",08/05/2026 12:00:00," + std::to_string(id) +
         ",Pie,10.00,1.00,9.00,1,False" + line_end;
}

inline std::string good_rows(std::string const& line_end = "\n") {
  std::string text;
  for (int i = 0; i < 40; ++i) text += toast_row(i, line_end);
  return text;
}

inline std::string toast() { return toast_header + good_rows(); }
/// Row on line 42, behind 40 good ones.
inline std::string toast_with(std::string const& row) { return toast() + row + "\n"; }

inline std::string square_with(std::string const& row) {
  std::string text = square_header;
  for (int i = 0; i < 40; ++i)
    text += "2026-08-05,Pie,1,$10.00,$1.00,$9.00,$0.70,T" + std::to_string(i) + ",Payment,Main\n";
  return text + row + "\n";
}

inline std::string clover_with(std::string const& row, std::string const& currency = "USD") {
  std::string text = clover_header;
  for (int i = 0; i < 40; ++i) {
    text += "05-Aug-2026 12:00 PM,O" + std::to_string(i) + ",Pie," + currency + ",10.00,-1.00,0,9.00,false,Paid\n";
  }
  return text + row + "\n";
}

inline std::string gzip(std::string const& text) {
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

inline std::string zstd(std::string const& text) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3));
  return packed;
}

inline std::string binary() {
  std::string bytes;
  for (unsigned i = 0; i < 5000; ++i) bytes += static_cast<char>(i * 2654435761u >> 13);
  return bytes;
}

inline std::string damaged(std::string bytes) {
  for (std::size_t i = bytes.size() / 3; i < bytes.size() / 3 + 20; ++i) bytes[i] = static_cast<char>(bytes[i] ^ 0x5a);
  return bytes;
}

inline std::string replaced(std::string text, std::string const& from, std::string const& to) {
  return text.replace(text.find(from), from.size(), to);
}

struct IngestOutcome {
  int code = 0;
  std::string message;
};

/// Runs the command as main() does, without ending the process.
inline IngestOutcome ingest(std::vector<std::string> const& arguments) {
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

inline void expect_parts(Case const& test, std::string const& text) {
  for (std::string const& part : test.message) {
    EXPECT_NE(text.find(part), std::string::npos) << test.name << ": '" << part << "' is not in: " << text;
  }
}

}  // namespace tidemill::jobs::malformed
