#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

#include "drivers/text/tfidf.hpp"
#include "io/error.hpp"
#include "io/tables/read_table.hpp"
#include "jobs/commands.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct Flags {
  std::string what = "csv";
  std::string input;
  std::string text;
  int repeats = 1;
  int words = 1;
  int characters = 0;
};

/// Seconds of the slowest rank.
double seconds_of(io::Comm const& comm, std::function<void()> const& work) {
  comm.barrier();
  auto const start = std::chrono::steady_clock::now();
  work();
  return comm.max(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}

nlohmann::ordered_json bench_csv(Context const& context, Flags const& flags) {
  std::vector<double> seconds;
  std::int64_t rows = 0;
  std::size_t columns = 0;
  for (int i = 0; i < flags.repeats; ++i) {
    io::Table table;
    seconds.push_back(seconds_of(context.comm, [&] { table = io::read_table(context.comm, flags.input); }));
    rows = table.range.total;
    columns = table.columns.size();
  }
  std::vector<double> sorted = seconds;
  std::sort(sorted.begin(), sorted.end());
  return {{"what", "csv"},
          {"input", flags.input},
          {"ranks", context.comm.size()},
          {"rows", rows},
          {"columns", columns},
          {"bytes", std::filesystem::file_size(flags.input)},
          {"seconds", seconds},
          {"median_seconds", sorted[sorted.size() / 2]}};
}

/// Texts in memory to rows of TF-IDF weights.
nlohmann::ordered_json bench_text(Context const& context, Flags const& flags) {
  io::TextFormat format;
  format.text_columns = {flags.text};
  io::Table const table = io::read_table(context.comm, flags.input, format);
  std::vector<std::string_view> const texts = drivers::texts_of(table.at(flags.text));
  drivers::TfidfParams params;
  params.ngrams = {1, flags.words, flags.characters > 0 ? 2 : 0, flags.characters, 20};
  std::int64_t bytes = 0, entries = 0;
  for (std::string_view const text : texts) bytes += static_cast<std::int64_t>(text.size());
  std::vector<double> seconds;
  for (int i = 0; i < flags.repeats; ++i) {
    kernels::SparseRows rows;
    seconds.push_back(seconds_of(context.comm, [&] { rows = drivers::tfidf_rows(context.comm, texts, params); }));
    entries = rows.size();
  }
  std::vector<double> sorted = seconds;
  std::sort(sorted.begin(), sorted.end());
  return {{"what", "text"},
          {"input", flags.input},
          {"ranks", context.comm.size()},
          {"rows", table.range.total},
          {"bytes", context.comm.sum(bytes)},
          {"entries", context.comm.sum(entries)},
          {"seconds", seconds},
          {"median_seconds", sorted[sorted.size() / 2]}};
}

}  // namespace

Command make_bench_command() {
  auto flags = std::make_shared<Flags>();
  Command command{"bench", "time one step alone", {}, {}, {}};
  command.options.add_options()("what", po::value(&flags->what)->default_value("csv"),
                                "csv: a text table to columns; text: a column of texts to rows of TF-IDF weights")(
      "input", po::value(&flags->input)->required(), "file")("repeats", po::value(&flags->repeats)->default_value(1),
                                                             "times, one after the other")(
      "text", po::value(&flags->text)->default_value("text"), "text: the column")(
      "words", po::value(&flags->words)->default_value(1), "text: n-grams of 1 to so many words")(
      "characters", po::value(&flags->characters)->default_value(0),
      "text: n-grams of 2 to so many characters; 0: none");
  command.run = [flags](Context const& context) {
    if (flags->what != "csv" && flags->what != "text") {
      throw ConfigError("--what " + flags->what + ": expected csv or text");
    }
    if (flags->repeats < 1) throw ConfigError("--repeats must be at least 1");
    if (flags->what == "text") {
      nlohmann::ordered_json const texts = bench_text(context, *flags);
      print_result(context, context.json ? texts.dump(2) + "\n"
                                         : fmt::format("{} texts in {:.3f} s\n", texts["rows"].get<std::int64_t>(),
                                                       texts["median_seconds"].get<double>()));
      return;
    }
    nlohmann::ordered_json const result = bench_csv(context, *flags);
    std::string const line = fmt::format("{} rows x {} columns in {:.3f} s\n", result["rows"].get<std::int64_t>(),
                                         result["columns"].get<std::size_t>(), result["median_seconds"].get<double>());
    print_result(context, context.json ? result.dump(2) + "\n" : line);
  };
  return command;
}

}  // namespace tidemill::jobs
