#include "drivers/ingest/ingest.hpp"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "drivers/ingest/reconcile.hpp"
#include "drivers/ingest/sales_store.hpp"
#include "drivers/ingest/side_tables.hpp"
#include "io/csv/write_csv.hpp"
#include "io/error.hpp"
#include "jobs/commands.hpp"
#include "jobs/store_options.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

using drivers::IngestReport;

struct Flags {
  drivers::IngestOptions ingest;
  std::vector<std::string> inputs, columns;
  std::string store, costs, promotions, date_order, delimiter, decimal = ".", cutoff = "04:00", utc_offset;
  bool group_access = false;
};

/// "04:00" or "-05:30" as minutes.
std::int64_t minutes_of(std::string const& text, char const* option, std::int64_t least, std::int64_t most) {
  bool const negative = text.starts_with('-');
  std::string const digits = text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text;
  std::int64_t seconds = 0;
  bool const good = io::parse_clock(digits, seconds) && seconds % 60 == 0;
  std::int64_t const minutes = (negative ? -1 : 1) * seconds / 60;
  if (good && minutes >= least && minutes <= most) return minutes;
  throw ConfigError(fmt::format("--{} {}: expected hours and minutes like 04:00", option, text));
}

char one_character(std::string const& text, char const* option) {
  if (text == "\\t" || text == "tab") return '\t';
  if (text.size() == 1) return text[0];
  throw ConfigError(fmt::format("--{} '{}': expected one character, or tab", option, text));
}

io::DateOrder order_named(std::string const& name) {
  if (name.empty()) return io::DateOrder::unknown;
  if (name == "mdy") return io::DateOrder::month_first;
  if (name == "dmy") return io::DateOrder::day_first;
  throw ConfigError("--date-order " + name + ": expected mdy (month first) or dmy (day first)");
}

drivers::IngestOptions checked(Flags const& flags) {
  drivers::IngestOptions options = flags.ingest;
  io::find_adapter(options.adapter);
  options.store = flags.store;
  options.file.date_order = order_named(flags.date_order);
  options.file.decimal = one_character(flags.decimal, "decimal");
  if (options.file.decimal != '.' && options.file.decimal != ',') {
    throw ConfigError("--decimal " + flags.decimal + ": expected . or ,");
  }
  options.file.cutoff_minutes = minutes_of(flags.cutoff, "cutoff", 0, 12 * 60);
  if (!flags.utc_offset.empty()) {
    options.file.utc_offset = minutes_of(flags.utc_offset, "utc-offset", -12 * 60, 14 * 60);
  }
  if (!flags.delimiter.empty()) options.delimiter = one_character(flags.delimiter, "delimiter");
  std::string const& encoding = options.encoding;
  if (encoding != "auto" && encoding != "utf-8" && encoding != "latin-1") {
    throw ConfigError("--encoding " + encoding + ": expected utf-8, latin-1 or auto");
  }
  if (options.file.currency.size() != 3) {
    throw ConfigError("--currency " + options.file.currency + ": expected a code of three letters like USD");
  }
  if (!(options.max_bad_share >= 0 && options.max_bad_share <= 1)) {
    throw ConfigError("--max-bad-share must lie between 0 and 1");
  }
  for (std::string const& column : flags.columns) {
    std::size_t const equals = column.find('=');
    if (equals == 0 || equals == std::string::npos) {
      throw ConfigError("--column " + column + ": expected NAME=HEADER, such as item_name=Dish");
    }
    options.file.columns[column.substr(0, equals)] = column.substr(equals + 1);
  }
  drivers::sales_folder(options.store, options.tenant);
  return options;
}

nlohmann::ordered_json json_of(IngestReport const& report) {
  nlohmann::ordered_json json{{"file", report.file},
                              {"layout", report.layout},
                              {"status", report.unchanged ? "unchanged" : "stored"},
                              {"source_digest", report.source_digest},
                              {"stored_as", report.stored_as},
                              {"digest", report.digest},
                              {"read", report.read},
                              {"accepted", report.accepted},
                              {"quarantined", report.bad + report.excluded},
                              {"bad", report.bad},
                              {"excluded", report.excluded},
                              {"voids", report.voids},
                              {"refunds", report.refunds},
                              {"deferred", report.deferred},
                              {"without_cost", report.without_cost},
                              {"sales_qty_thousandths", report.sales_qty},
                              {"sales_gross_cents", report.sales_gross},
                              {"sales_discount_cents", report.sales_discount},
                              {"sales_net_cents", report.sales_net},
                              {"net_in_file_cents", report.net_in_file},
                              {"net_accepted_cents", report.net_accepted},
                              {"net_quarantined_cents", report.net_quarantined}};
  if (report.accepted > 0) {
    json["first_business_date"] = io::date_text(report.first_date);
    json["last_business_date"] = io::date_text(report.last_date);
  }
  json["other_columns"] = report.other_columns;
  json["problems"] = report.first_problems;
  return json;
}

std::string text_of(IngestReport const& report) {
  std::string text = fmt::format(
      "{}\n  {}{}: read {} = accepted {} + quarantined {} ({} bad, {} no sales)\n"
      "  net {} = accepted {} + quarantined {}\n",
      report.file, report.layout, report.unchanged ? ", unchanged since it was ingested" : "", report.read,
      report.accepted, report.bad + report.excluded, report.bad, report.excluded, io::cents_text(report.net_in_file),
      io::cents_text(report.net_accepted), io::cents_text(report.net_quarantined));
  if (report.accepted > 0) {
    text += fmt::format("  sales less refunds: gross {} - discount {} = net {}\n", io::cents_text(report.sales_gross),
                        io::cents_text(report.sales_discount), io::cents_text(report.sales_net));
    text += fmt::format("  business dates {} to {}; {} voids, {} refunds, {} deferred, {} lines without cost\n",
                        io::date_text(report.first_date), io::date_text(report.last_date), report.voids, report.refunds,
                        report.deferred, report.without_cost);
  }
  for (std::string const& problem : report.first_problems) text += "  quarantined: " + problem + "\n";
  if (report.bad > 0)
    text += "  correct these rows in the export and ingest it again; they are in its table 'quarantine'\n";
  return text + fmt::format("  {}  {}\n", report.digest.substr(0, 16), report.stored_as);
}

void reconcile_reports(Context const& context, std::vector<drivers::ReportedItem> const& items,
                       std::vector<IngestReport> const& reports, nlohmann::ordered_json& json, std::string& text) {
  std::vector<std::filesystem::path> stored;
  for (IngestReport const& report : reports) {
    if (report.layout == "toast-items") stored.emplace_back(report.stored_as);
  }
  if (items.empty()) return;
  drivers::Reconciliation const result = drivers::reconcile(context.comm, items, stored);
  json["reconciliation"] = {{"items", result.items},
                            {"matched", result.matched},
                            {"net_reported_cents", result.net_reported},
                            {"net_of_lines_cents", result.net_of_lines},
                            {"differences", result.differences}};
  text += fmt::format("report: {} of {} items agree to the cent; net {} reported, {} in the lines\n", result.matched,
                      result.items, io::cents_text(result.net_reported), io::cents_text(result.net_of_lines));
  for (std::string const& difference : result.differences) text += "  differs: " + difference + "\n";
}

void run(Context const& context, Flags const& flags) {
  drivers::IngestOptions const options = checked(flags);
  make_store(context.comm, flags.store, options.tenant, flags.group_access);
  drivers::ItemCosts costs;
  if (!flags.costs.empty()) costs = drivers::ItemCosts::read(context.comm, flags.costs, options.file);
  nlohmann::ordered_json json{{"tenant", options.tenant}, {"files", nlohmann::json::array()}};
  std::string text;
  std::vector<IngestReport> reports;
  std::vector<drivers::ReportedItem> reported;
  context.progress.begin("ingest", static_cast<std::int64_t>(flags.inputs.size()));
  for (std::string const& input : flags.inputs) {
    if (drivers::read_report(context.comm, input, options, reported)) {
      text += input + "\n  aggregated report: reconciled below\n";
    } else {
      reports.push_back(drivers::ingest_file(context.comm, input, options, costs));
      json["files"].push_back(json_of(reports.back()));
      text += text_of(reports.back());
    }
    context.progress.advance();
  }
  context.progress.end();
  reconcile_reports(context, reported, reports, json, text);
  if (!flags.promotions.empty()) {
    std::string const digest =
        drivers::store_promotions(context.comm, flags.promotions, options.store, options.tenant, options.file);
    json["promotions_digest"] = digest;
    text += fmt::format("{}\n  {}  {}\n", flags.promotions, digest.substr(0, 16),
                        drivers::promotions_path(options.store, options.tenant).string());
  }
  print_result(context, context.json ? json.dump(2) + "\n" : text);
}

}  // namespace

Command make_ingest_command() {
  auto flags = std::make_shared<Flags>();
  Command command{"ingest", "read point-of-sale exports into a tenant's sales", {}, {"input"}, {}};
  drivers::IngestOptions& ingest = flags->ingest;
  auto add = command.options.add_options();
  add("adapter", po::value(&ingest.adapter)->required(), "generic, toast, square or clover");
  add("input", po::value(&flags->inputs)->required()->composing()->multitoken(),
      "export files: CSV or TSV, plain, gzip or zstd");
  add("store", po::value(&flags->store)->required(), "folder of the store");
  add("tenant", po::value(&ingest.tenant)->required(), "whose sales they are");
  add("group-access", po::bool_switch(&flags->group_access),
      "a new tenant's folders are for its group too (2770); otherwise for the owner alone (0700)");
  add("location", po::value(&ingest.file.location), "for exports that do not name it");
  add("currency", po::value(&ingest.file.currency)->default_value("USD"), "of all amounts");
  add("date-order", po::value(&flags->date_order), "mdy or dmy, for dates like 03/04/2026");
  add("cutoff", po::value(&flags->cutoff)->default_value("04:00"), "local time at which a business day ends");
  add("utc-offset", po::value(&flags->utc_offset), "local time minus UTC, such as -05:00");
  add("decimal", po::value(&flags->decimal)->default_value("."), "decimal mark: . or ,");
  add("delimiter", po::value(&flags->delimiter), "one character or tab; found from the file by default");
  add("encoding", po::value(&ingest.encoding)->default_value("auto"), "utf-8, latin-1 or auto");
  add("column", po::value(&flags->columns)->composing(), "generic: NAME=HEADER, once per column");
  add("costs", po::value(&flags->costs),
      "table of unit costs: item_key or item_name, unit_cost [location, valid_from]");
  add("promotions", po::value(&flags->promotions),
      "table of promotions: item_key or item_name, start, end [location, kind, price, fixed_cost]");
  add("max-bad-share", po::value(&ingest.max_bad_share)->default_value(0.05), "of the rows; past it, exit code 3");
  command.run = [flags](Context const& context) { run(context, *flags); };
  return command;
}

}  // namespace tidemill::jobs
