#include "drivers/ingest/ingest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "drivers/ingest/export_reader.hpp"
#include "drivers/ingest/line_columns.hpp"
#include "drivers/ingest/ordinals.hpp"
#include "drivers/ingest/sales_store.hpp"
#include "drivers/partition/move_rows.hpp"
#include "io/adapters/money.hpp"
#include "io/csv/write_csv.hpp"
#include "io/digest/sha256.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/tables/table_file.hpp"

namespace tidemill::drivers {
namespace {

using io::Comm;

/// Everything that this rank read from a file.
struct MyRows {
  LineColumns lines;
  std::vector<TextValues> others;
  Quarantine quarantine;
  std::vector<Key> keys;                // of the accepted lines
  std::vector<std::int64_t> file_line;  // of the accepted lines
  std::vector<std::int64_t> amounts;    // of the accepted lines, in the summed column
  std::vector<std::string> raws;        // of lines with an id of their own, for the quarantine of repeats
  std::vector<std::uint8_t> has_id;
  std::int64_t read = 0;
  std::int64_t net_in_file = 0;
};

/// The content that makes a line what it is, when the source gives it no id.
io::Sha256Sum content_digest(io::SalesLine const& line) {
  io::Sha256 sum;
  for (std::string const* text : {&line.location, &line.order_id, &line.line_id, &line.item_key, &line.item_name,
                                  &line.category, &line.channel, &line.modifier_of}) {
    sum.add_field(*text);
  }
  for (std::int64_t const number : {line.local_time, line.qty, line.gross, line.discount, line.net, line.tax,
                                    std::int64_t{line.is_void}, std::int64_t{line.is_refund}}) {
    sum.add_field(std::to_string(number));
  }
  return sum.finish();
}

Key key_of(io::Sha256Sum const& sum) {
  Key key;
  std::memcpy(key.data(), sum.data(), sizeof(key));
  return key;
}

/// The amount of a row in the summed column, when it can be read at all.
std::int64_t legible_amount(ExportRow const& row, io::Layout const& layout, io::AdapterOptions const& options) {
  std::int64_t cents = 0;
  bool const legible = row.problem.empty() && io::parse_money(row.cells[layout.net_column], options.decimal,
                                                              options.currency, cents) == io::MoneyProblem::none;
  return legible ? cents : io::missing_integer;
}

void accept(io::SalesLine& line, ExportRow const& row, io::Layout const& layout, std::vector<std::size_t> const& others,
            MyRows& mine) {
  bool const has_id = !line.line_id.empty();
  io::Sha256Sum sum;
  if (has_id) {
    io::Sha256 identity;
    identity.add_field(line.location);
    identity.add_field(line.line_id);
    sum = identity.finish();
  } else {
    sum = content_digest(line);
    line.line_id = io::hex(sum).substr(0, 20);
  }
  mine.keys.push_back(key_of(sum));
  mine.has_id.push_back(has_id ? 1 : 0);
  mine.raws.emplace_back(has_id ? row.raw : std::string_view{});
  mine.file_line.push_back(row.line);
  mine.amounts.push_back(layout.sums_gross ? line.gross : line.net);
  mine.lines.add(line, layout.name);
  for (std::size_t i = 0; i < others.size(); ++i) mine.others[i].add(row.values[others[i]]);
}

MyRows read_rows(ExportReader const& reader, ItemCosts const& costs) {
  MyRows mine;
  io::Layout const& layout = reader.layout();
  std::vector<std::size_t> const others = reader.other_columns();
  for (std::size_t i = 0; i < others.size(); ++i) mine.others.emplace_back();
  reader.for_each_row([&](ExportRow const& row) {
    ++mine.read;
    std::int64_t const amount = legible_amount(row, layout, reader.options());
    if (amount != io::missing_integer) mine.net_in_file += amount;
    try {
      if (!row.problem.empty()) throw io::RowProblem{"", row.problem, false};
      io::SalesLine line;
      layout.convert(row.cells, line);
      if (line.unit_cost == io::missing_integer && !costs.empty()) {
        line.unit_cost = costs.unit_cost(line.location, line.item_key, line.item_name, line.business_date);
      }
      if (line.category.empty()) line.category = costs.category(line.item_key, line.item_name);
      accept(line, row, layout, others, mine);
    } catch (io::RowProblem const& problem) {
      mine.quarantine.add(row.line, problem, row.raw, amount);
    }
  });
  return mine;
}

/// Ids that occur twice: later rows go to the quarantine. Lines without an id get their ordinal among equal ones.
io::Table settle_identities(Comm const& comm, MyRows& mine, std::vector<std::int64_t>& kept) {
  std::vector<std::int64_t> const ordinals = ordinals_among_equal(comm, mine.keys);
  io::Table table = mine.lines.local_table();
  TextValues ids;
  io::Column const& id = table.at("line_id");
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    auto const i = static_cast<std::size_t>(row);
    std::string const text = id.text(row);
    ids.add(mine.has_id[i] == 1 ? text : fmt::format("{}-{}", text, ordinals[i]));
    if (mine.has_id[i] == 1 && ordinals[i] > 0) {
      mine.quarantine.add(mine.file_line[i],
                          {"", "the line id '" + text + "' stands on an earlier row of the file", false}, mine.raws[i],
                          mine.amounts[i]);
    } else {
      kept.push_back(row);
    }
  }
  table.add(ids.local_column("line_id", id.description));
  return take_rows(table, kept);
}

io::Table other_table(MyRows const& mine, ExportReader const& reader, std::vector<std::int64_t> const& kept) {
  io::Table table;
  std::vector<std::size_t> const others = reader.other_columns();
  for (std::size_t i = 0; i < others.size(); ++i) {
    std::string const& header = reader.header()[others[i]];
    std::string name = header;
    // HDF5 takes a slash as a folder and a lone point as the place itself.
    std::replace(name.begin(), name.end(), '/', '_');
    std::replace(name.begin(), name.end(), '.', '_');
    std::replace(name.begin(), name.end(), '\n', ' ');
    while (table.has(name)) name += "_";
    table.add(mine.others[i].local_column(name, "column '" + header + "' of the file"));
  }
  return take_rows(table, kept);
}

void unify(Comm const& comm, io::Table& table, std::int64_t rows) {
  for (io::Column& column : table.columns) {
    if (!column.is_text()) continue;
    // Dropped rows may leave unused entries, which would make the content depend on what was dropped where.
    std::vector<std::string> used;
    std::vector<std::int32_t> code(column.dictionary.size(), io::missing_code);
    for (std::int32_t& c : column.codes) {
      if (c == io::missing_code) continue;
      std::int32_t& renamed = code[static_cast<std::size_t>(c)];
      if (renamed == io::missing_code) {
        renamed = static_cast<std::int32_t>(used.size());
        used.push_back(column.dictionary[static_cast<std::size_t>(c)]);
      }
      c = renamed;
    }
    column.dictionary = std::move(used);
    io::unify_dictionary(comm, column);
  }
  table.range = io::range_of_part(comm, rows);
}

std::string config_text(IngestOptions const& options) {
  io::AdapterOptions const& file = options.file;
  std::string text = fmt::format(
      "adapter = {}\ncurrency = {}\ncutoff_minutes = {}\ndate_order = {}\ndecimal = {}\ndelimiter = {}\nencoding = {}\n"
      "location = {}\nmax_bad_share = {}\nutc_offset = {}\n",
      options.adapter, file.currency, file.cutoff_minutes, static_cast<int>(file.date_order), file.decimal,
      static_cast<int>(options.delimiter), options.encoding, file.location, options.max_bad_share, file.utc_offset);
  for (auto const& [name, header] : file.columns) text += fmt::format("column.{} = {}\n", name, header);
  return text;
}

using Counter = std::pair<char const*, std::int64_t IngestReport::*>;
constexpr std::array<Counter, 17> counters{{{"rows_read", &IngestReport::read},
                                            {"rows_accepted", &IngestReport::accepted},
                                            {"rows_bad", &IngestReport::bad},
                                            {"rows_excluded", &IngestReport::excluded},
                                            {"rows_void", &IngestReport::voids},
                                            {"rows_refund", &IngestReport::refunds},
                                            {"rows_deferred", &IngestReport::deferred},
                                            {"rows_without_cost", &IngestReport::without_cost},
                                            {"net_in_file", &IngestReport::net_in_file},
                                            {"net_accepted", &IngestReport::net_accepted},
                                            {"net_quarantined", &IngestReport::net_quarantined},
                                            {"sales_qty", &IngestReport::sales_qty},
                                            {"sales_gross", &IngestReport::sales_gross},
                                            {"sales_discount", &IngestReport::sales_discount},
                                            {"sales_net", &IngestReport::sales_net},
                                            {"first_business_date", &IngestReport::first_date},
                                            {"last_business_date", &IngestReport::last_date}}};

/// What is stored already from the same bytes with the same options; false when there is nothing of the kind.
bool is_stored(Comm const& comm, std::filesystem::path const& path, std::string const& config,
               std::map<std::string, std::string> const& inputs, IngestReport& report) {
  std::int64_t there = comm.is_root() && std::filesystem::exists(path) ? 1 : 0;
  comm.broadcast(std::span(&there, 1));
  if (there == 0) return false;
  try {
    report.digest = io::verify_hdf5(comm, path);
  } catch (Error const&) {
    return false;  // damaged: made again
  }
  io::Hdf5File file = io::Hdf5File::open(comm, path);
  if (file.text_attribute("/", "config") != config) return false;
  if (file.text_attribute("/", "program_version") != TIDEMILL_VERSION) return false;
  for (auto const& [name, digest] : inputs) {
    if (!file.has_attribute("/", "input." + name) || file.text_attribute("/", "input." + name) != digest) return false;
  }
  if (inputs.count("costs") == 0 && file.has_attribute("/", "input.costs")) return false;
  for (auto const& [name, member] : counters) report.*member = file.integer_attribute("/", name);
  return true;
}

void count_lines(Comm const& comm, io::Table const& lines, MyRows const& mine, IngestReport& report) {
  report.read = comm.sum(mine.read);
  report.accepted = lines.range.total;
  report.bad = comm.sum(mine.quarantine.bad());
  report.excluded = comm.sum(mine.quarantine.excluded());
  auto const set = [&](char const* name) {
    auto const& flags = lines.at(name).integers;
    return comm.sum(static_cast<std::int64_t>(std::count(flags.begin(), flags.end(), 1)));
  };
  report.voids = set("is_void");
  report.refunds = set("is_refund");
  report.deferred = set("is_deferred");
  auto const& costs = lines.at("unit_cost").integers;
  report.without_cost =
      comm.sum(static_cast<std::int64_t>(std::count(costs.begin(), costs.end(), io::missing_integer)));
  auto const total = [&](char const* name) {
    auto const& values = lines.at(name).integers;
    auto const& voids = lines.at("is_void").integers;
    auto const& deferred = lines.at("is_deferred").integers;
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += voids[i] == 0 && deferred[i] == 0 ? values[i] : 0;
    return comm.sum(sum);
  };
  report.sales_qty = total("qty");
  report.sales_gross = total("gross");
  report.sales_discount = total("discount");
  report.sales_net = total("net");
  auto const& dates = lines.at("business_date").integers;
  std::int64_t first = INT64_MAX, last = INT64_MIN;
  for (std::int64_t const date : dates) {
    first = std::min(first, date);
    last = std::max(last, date);
  }
  report.first_date = comm.min(first);
  report.last_date = comm.max(last);
  if (report.accepted == 0) report.first_date = report.last_date = 0;
}

/// Every row and every cent is somewhere, once.
void check_conservation(Comm const& comm, MyRows const& mine, std::vector<std::int64_t> const& kept,
                        io::Table const& quarantine, IngestReport& report) {
  std::int64_t accepted = 0, quarantined = 0;
  for (std::int64_t const row : kept) accepted += mine.amounts[static_cast<std::size_t>(row)];
  for (std::int64_t const net : quarantine.at("net").integers) quarantined += net == io::missing_integer ? 0 : net;
  report.net_in_file = comm.sum(mine.net_in_file);
  report.net_accepted = comm.sum(accepted);
  report.net_quarantined = comm.sum(quarantined);
  if (report.read != report.accepted + report.bad + report.excluded) {
    throw Error(fmt::format("{}: {} rows were read but {} accepted and {} quarantined", report.file, report.read,
                            report.accepted, report.bad + report.excluded));
  }
  if (report.net_in_file != report.net_accepted + report.net_quarantined) {
    throw Error(fmt::format("{}: the net amounts sum to {} but {} were accepted and {} quarantined", report.file,
                            io::cents_text(report.net_in_file), io::cents_text(report.net_accepted),
                            io::cents_text(report.net_quarantined)));
  }
}

void refuse_if_bad(IngestReport const& report, double max_bad_share) {
  if (report.read == 0) {
    throw DataError(fmt::format("{}: line 1: there are no rows below the header; export a longer period", report.file));
  }
  if (static_cast<double>(report.bad) <= max_bad_share * static_cast<double>(report.read)) return;
  throw DataError(
      fmt::format("{}: {} of {} rows are no sales lines, more than --max-bad-share {} allows; nothing was "
                  "stored. First: {}. Correct the file or the options, or raise the share",
                  report.file, report.bad, report.read, max_bad_share, fmt::join(report.first_problems, "; ")));
}

}  // namespace

IngestReport ingest_file(Comm const& comm, std::filesystem::path const& path, IngestOptions const& options,
                         ItemCosts const& costs) {
  IngestReport report;
  report.file = path.string();
  std::filesystem::path const folder = sales_folder(options.store, options.tenant);
  ExportReader const reader(comm, path, options);
  io::Layout const& layout = reader.layout();
  report.layout = layout.name;
  report.source_digest = io::digest_of_file(comm, path);
  for (std::size_t const c : reader.other_columns()) report.other_columns.push_back(reader.header()[c]);
  std::filesystem::path const target =
      folder / fmt::format("{}-{}.h5", layout.name, report.source_digest.substr(0, 16));
  report.stored_as = target.string();
  io::Provenance provenance{"sales", config_text(options), 0, {{"source", report.source_digest}}};
  if (!costs.empty()) provenance.inputs["costs"] = costs.digest();
  if (is_stored(comm, target, provenance.config, provenance.inputs, report)) {
    report.unchanged = true;
    return report;
  }

  MyRows mine;
  io::agree(comm, "read " + report.file, [&] { mine = read_rows(reader, costs); });
  std::vector<std::int64_t> kept;
  io::Table lines = settle_identities(comm, mine, kept);
  unify(comm, lines, static_cast<std::int64_t>(kept.size()));
  io::Table others = other_table(mine, reader, kept);
  unify(comm, others, static_cast<std::int64_t>(kept.size()));
  io::Table const quarantine = mine.quarantine.table(comm, path.filename().string());
  report.first_problems = mine.quarantine.first_problems(comm);
  count_lines(comm, lines, mine, report);
  check_conservation(comm, mine, kept, quarantine, report);
  refuse_if_bad(report, options.max_bad_share);
  report.digest = io::commit_hdf5(comm, target, provenance, [&](io::Hdf5File& file) {
    io::write_table(file, "lines", lines);
    io::write_table(file, "other", others);
    io::write_table(file, "quarantine", quarantine);
    for (auto const& [name, member] : counters) file.set_attribute("/", name, report.*member);
  });
  return report;
}

}  // namespace tidemill::drivers
