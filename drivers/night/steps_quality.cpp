#include <algorithm>
#include <map>
#include <numeric>

#include "drivers/ingest/sales_store.hpp"
#include "drivers/night/night_steps.hpp"
#include "io/tables/table_file.hpp"

namespace tidemill::drivers {
namespace {

/// One row per stored export.
struct Sources {
  std::vector<std::string> name;
  std::vector<std::int64_t> last_date, read, accepted, quarantined, money_read, money_accepted, money_quarantined;
};

using Reasons = std::map<std::string, std::int64_t>;

/// "toast-items: Harbour Square", from the stored file's name and its places.
std::string name_of(std::filesystem::path const& path, std::vector<std::string> const& places) {
  std::string const stem = path.stem().string();
  std::string name = stem.substr(0, stem.rfind('-')) + ":";
  for (std::size_t i = 0; i < places.size() && i < 3; ++i) name += (i == 0 ? " " : ", ") + places[i];
  return name + (places.size() > 3 ? " and others" : "");
}

void add_source(io::Comm const& comm, std::filesystem::path const& path, Sources& sources, Reasons& mine) {
  io::Hdf5File file = io::Hdf5File::open(comm, path);
  auto const counter = [&](char const* name) { return file.integer_attribute("/", name); };
  sources.name.push_back(name_of(path, file.read_texts("lines/dictionaries/location")));
  sources.last_date.push_back(counter("last_business_date"));
  sources.read.push_back(counter("rows_read"));
  sources.accepted.push_back(counter("rows_accepted"));
  sources.quarantined.push_back(counter("rows_bad") + counter("rows_excluded"));
  sources.money_read.push_back(counter("net_in_file"));
  sources.money_accepted.push_back(counter("net_accepted"));
  sources.money_quarantined.push_back(counter("net_quarantined"));
  io::Table const rows = io::read_table_group(comm, file, "quarantine");
  for (std::int64_t row = 0; row < rows.rows(); ++row) {
    std::string const column = rows.at("column").text(row);
    ++mine[(column.empty() ? "" : column + ": ") + rows.at("reason").text(row)];
  }
}

/// The counts of all ranks, most frequent first, then by text.
std::vector<std::pair<std::string, std::int64_t>> over_all_ranks(io::Comm const& comm, Reasons const& mine) {
  std::string text;
  for (auto const& [reason, count] : mine) {
    std::string line = reason;
    std::replace(line.begin(), line.end(), '\n', ' ');
    text += std::to_string(count) + ' ' + line + '\n';
  }
  Reasons all;
  for (std::string const& part : comm.gather_all_texts(text)) {
    for (std::size_t at = 0; at < part.size(); at = part.find('\n', at) + 1) {
      std::size_t const blank = part.find(' ', at);
      all[part.substr(blank + 1, part.find('\n', at) - blank - 1)] += std::stoll(part.substr(at, blank - at));
    }
  }
  std::vector<std::pair<std::string, std::int64_t>> sorted(all.begin(), all.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](auto const& a, auto const& b) { return a.second > b.second; });
  return sorted;
}

/// A table whose rows are known on every rank; each keeps its share.
class SharedRows {
 public:
  SharedRows(io::Comm const& comm, std::size_t rows) : comm_(comm) {
    table_.range = io::even_share(static_cast<std::int64_t>(rows), comm.rank(), comm.size());
  }
  void add(std::string const& name, std::vector<std::string> const& values, std::string const& description) {
    table_.add(io::text_column(comm_, name, mine(values), description));
  }
  void add(std::string const& name, std::vector<std::int64_t> const& values, io::ColumnType type,
           std::string const& unit, std::string const& description) {
    table_.add(io::integer_column(name, mine(values), type, unit, description));
  }
  io::Table const& table() const { return table_; }

 private:
  template <class T>
  std::vector<T> mine(std::vector<T> const& values) const {
    return {values.begin() + table_.range.first, values.begin() + table_.range.end()};
  }
  io::Comm comm_;
  io::Table table_;
};

io::Table source_table(io::Comm const& comm, Sources const& sources) {
  using io::ColumnType;
  SharedRows rows(comm, sources.name.size());
  rows.add("file", sources.name, "layout and place of the export");
  rows.add("last_date", sources.last_date, ColumnType::date, "", "newest business date in it");
  rows.add("rows_read", sources.read, ColumnType::integer, "rows", "read = accepted + quarantined");
  rows.add("rows_accepted", sources.accepted, ColumnType::integer, "rows", "lines taken in");
  rows.add("rows_quarantined", sources.quarantined, ColumnType::integer, "rows", "set aside with a reason");
  std::string const unit = "minor units of money";
  rows.add("net_in_file", sources.money_read, ColumnType::cents, unit, "in file = accepted + quarantined");
  rows.add("net_accepted", sources.money_accepted, ColumnType::cents, unit, "of the lines taken in");
  rows.add("net_quarantined", sources.money_quarantined, ColumnType::cents, unit, "of the rows set aside");
  return rows.table();
}

io::Table reason_table(io::Comm const& comm, Reasons const& mine) {
  auto const sorted = over_all_ranks(comm, mine);
  std::vector<std::string> reasons;
  std::vector<std::int64_t> counts;
  for (auto const& [reason, count] : sorted) {
    reasons.push_back(reason);
    counts.push_back(count);
  }
  SharedRows rows(comm, reasons.size());
  rows.add("reason", reasons, "why rows were set aside");
  rows.add("rows", counts, io::ColumnType::integer, "rows", "how many");
  return rows.table();
}

}  // namespace

Step quality_step(io::Comm const& comm, NightParams const& params) {
  Step step{"quality", "Data quality", 1, {}, "", {}, {}};
  step.inputs = [&comm, params] { return sales_inputs(comm, params); };
  step.run = [params](StepWork const& work) -> StepOutcome {
    Sources sources;
    Reasons reasons;
    std::filesystem::path const folder = sales_folder(params.store, params.tenant);
    for (auto const& [name, digest] : sales_inputs(work.comm, params)) {
      std::string const file = name.substr(name.find('/') + 1);
      if (file.ends_with(".h5")) add_source(work.comm, folder / file, sources, reasons);
    }
    io::Table const quarantine = reason_table(work.comm, reasons);
    save_table(work, "sources", "", source_table(work.comm, sources));
    save_table(work, "quarantine", "", quarantine);
    auto const sum = [](std::vector<std::int64_t> const& rows) {
      return std::accumulate(rows.begin(), rows.end(), std::int64_t{0});
    };
    std::int64_t const set_aside = sum(sources.quarantined);
    return {static_cast<std::int64_t>(sources.name.size()),
            counted(set_aside, "rows set aside for ") + counted(quarantine.range.total, "reasons"),
            {{"rows_read", {}, static_cast<double>(sum(sources.read))},
             {"rows_quarantined", {}, static_cast<double>(set_aside)}}};
  };
  return step;
}

}  // namespace tidemill::drivers
