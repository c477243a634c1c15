#include "jobs/interaction_options.hpp"

#include <fmt/format.h>

#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "jobs/table_output.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {

void add_interaction_options(po::options_description& out, InteractionOptions& options, char const* name,
                             char const* description) {
  out.add_options()(name, po::value(&options.files)->multitoken()->composing(), description)(
      "format", po::value(&options.format)->default_value(options.format),
      "pairs (table with a row per user and item) or userlist (a line per user: user item item ...)")(
      "user", po::value(&options.user), "pairs: column of users: name, or number from 1 (default: user, or the first)")(
      "item", po::value(&options.item), "pairs: column of items (default: item, or the second)")(
      "value", po::value(&options.value), "pairs: column of ratings, counts or weights")(
      "time", po::value(&options.time), "pairs: column of times (seconds since 1970, dates or times)")(
      "min-value", po::value(&options.min_value), "keep pairs with at least this value")(
      "value-as-weight", po::bool_switch(&options.value_as_weight),
      "with --min-value: keep the values as weights too; without it they always are")(
      "ordered", po::bool_switch(&options.ordered), "each user's items stand in the order of time")(
      "no-header", po::bool_switch(&options.no_header),
      "pairs: the first line is a row though its ids are texts (a line of numbers always is)")(
      "max-bad-share", po::value(&options.max_bad_share)->default_value(options.max_bad_share),
      "of a file's pairs that may be set aside as bad; past it, exit code 3");
}

void add_quarantine_option(po::options_description& out, InteractionOptions& options) {
  out.add_options()(
      "quarantine", po::value(&options.quarantine),
      "output: the pairs set aside, with file, line, column and reason (CSV, or HDF5 when it ends in .h5)");
}

drivers::InteractionFormat interaction_format(Context const& context, InteractionOptions const& options) {
  drivers::InteractionFormat format;
  if (options.format == "userlist") {
    format.layout = drivers::InteractionLayout::userlist;
  } else if (options.format != "pairs") {
    throw ConfigError(fmt::format("--format: expected pairs or userlist, found '{}'", options.format));
  }
  format.user = options.user;
  format.item = options.item;
  format.value = options.value;
  format.time = options.time;
  format.ordered = options.ordered;
  format.has_header = !options.no_header;
  if (!(options.max_bad_share >= 0 && options.max_bad_share <= 1)) {
    throw ConfigError("--max-bad-share must lie between 0 and 1");
  }
  format.max_bad_share = options.max_bad_share;
  bool const has_threshold = context.values.count("min-value") != 0;
  if (has_threshold) format.min_value = options.min_value;
  format.value_as_weight = !has_threshold || options.value_as_weight;
  return format;
}

void report_quarantine(Context const& context, InteractionOptions const& options,
                       drivers::InteractionCounts const& counts) {
  if (counts.quarantined == 0 && options.quarantine.empty()) return;
  io::Table const table = counts.quarantine.table(context.comm);
  if (!options.quarantine.empty()) write_results(context, options.quarantine, {{"quarantine", table}}, {});
  if (counts.quarantined == 0) return;
  std::string first;
  if (table.rows() > 0) {
    first = fmt::format("{}: line {}: {}{}", table.at("file").text(0), table.at("line").integers.front(),
                        table.at("column").text(0).empty() ? "" : "column " + table.at("column").text(0) + ": ",
                        table.at("reason").text(0));
  }
  context.progress.say(fmt::format("{} of {} pairs set aside as bad; first: {}{}", counts.quarantined, counts.read,
                                   first, options.quarantine.empty() ? " (all of them: --quarantine FILE)" : ""));
}

std::vector<std::filesystem::path> paths_of(std::vector<std::string> const& files) {
  return {files.begin(), files.end()};
}

void add_digests(Context const& context, std::string const& name, std::vector<std::string> const& files,
                 std::map<std::string, std::string>& digests) {
  for (std::size_t i = 0; i < files.size(); ++i) {
    digests[i == 0 ? name : fmt::format("{}.{}", name, i + 1)] = io::digest_of_file(context.comm, files[i]);
  }
}

}  // namespace tidemill::jobs
