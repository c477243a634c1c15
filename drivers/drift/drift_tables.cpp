#include <algorithm>
#include <functional>
#include <limits>

#include "drivers/drift/drift.hpp"

namespace tidemill::drivers {
namespace {

constexpr std::size_t most_bins_listed = 20;

/// Rows that every rank knows, as a table of which each rank keeps its share.
template <class Row>
class KnownRows {
 public:
  KnownRows(io::Comm const& comm, std::vector<Row> const& rows) : comm_(comm) {
    table_.range = io::even_share(static_cast<std::int64_t>(rows.size()), comm.rank(), comm.size());
    mine_.assign(rows.begin() + table_.range.first, rows.begin() + table_.range.end());
  }
  void text(char const* name, char const* description, std::function<std::string(Row const&)> const& value) {
    std::vector<std::string> values;
    for (Row const& row : mine_) values.push_back(value(row));
    table_.add(io::text_column(comm_, name, values, description));
  }
  void real(char const* name, char const* unit, char const* description,
            std::function<double(Row const&)> const& value) {
    std::vector<double> values;
    for (Row const& row : mine_) values.push_back(value(row));
    table_.add(io::real_column(name, std::move(values), unit, description));
  }
  void whole(char const* name, char const* unit, char const* description,
             std::function<std::int64_t(Row const&)> const& value) {
    std::vector<std::int64_t> values;
    for (Row const& row : mine_) values.push_back(value(row));
    table_.add(io::integer_column(name, std::move(values), io::ColumnType::integer, unit, description));
  }
  io::Table const& table() const { return table_; }

 private:
  io::Comm comm_;
  std::vector<Row> mine_;
  io::Table table_;
};

struct ListedBin {
  std::string of, column;
  std::int64_t number = 0;
  DriftBin bin;
};

/// Ranges as they are; of categories those with most rows, and the rest together.
std::vector<DriftBin> listed_bins(ColumnDrift const& drift) {
  std::vector<DriftBin> bins = drift.bins;
  if (drift.is_number || bins.size() <= most_bins_listed) return bins;
  std::stable_sort(bins.begin(), bins.end(), [](DriftBin const& a, DriftBin const& b) {
    return a.reference + a.current > b.reference + b.current;
  });
  DriftBin rest{"all others", std::numeric_limits<double>::quiet_NaN(), 0, 0};
  for (std::size_t i = most_bins_listed; i < bins.size(); ++i) {
    rest.reference += bins[i].reference;
    rest.current += bins[i].current;
  }
  bins.resize(most_bins_listed);
  bins.push_back(rest);
  return bins;
}

}  // namespace

io::Table drift_table(io::Comm const& comm, std::vector<ColumnDrift> const& drifts) {
  using Row = ColumnDrift;
  KnownRows<Row> rows(comm, drifts);
  rows.text("of", "what the column belongs to", [](Row const& r) { return r.of; });
  rows.text("column", "compared", [](Row const& r) { return r.column; });
  rows.text("kind", "number or category", [](Row const& r) { return r.is_number ? "number" : "category"; });
  rows.whole("rows_reference", "rows", "missing ones included", [](Row const& r) { return r.reference.rows; });
  rows.whole("rows_current", "rows", "missing ones included", [](Row const& r) { return r.current.rows; });
  rows.whole("missing_reference", "rows", "without a value", [](Row const& r) { return r.reference.missing; });
  rows.whole("missing_current", "rows", "without a value", [](Row const& r) { return r.current.missing; });
  rows.real("psi", "", "population stability index", [](Row const& r) { return r.psi; });
  rows.real("psi_expected", "", "its mean without drift", [](Row const& r) { return r.psi_expected; });
  rows.real("psi_bound", "", "99.9 % stay below it without drift", [](Row const& r) { return r.psi_bound; });
  rows.real("ks", "", "Kolmogorov-Smirnov distance", [](Row const& r) { return r.ks; });
  rows.real("ks_p", "", "by Kolmogorov's limit", [](Row const& r) { return r.ks_p; });
  rows.real("js", "bits", "Jensen-Shannon divergence", [](Row const& r) { return r.js; });
  rows.real("js_bound", "bits", "99.9 % stay below it without drift", [](Row const& r) { return r.js_bound; });
  rows.real("unseen", "", "share of rows with a category that the reference lacks",
            [](Row const& r) { return r.unseen; });
  rows.real("mean_reference", "", "", [](Row const& r) { return r.reference.mean; });
  rows.real("mean_current", "", "", [](Row const& r) { return r.current.mean; });
  rows.real("p10_reference", "", "", [](Row const& r) { return r.reference.p10; });
  rows.real("p10_current", "", "", [](Row const& r) { return r.current.p10; });
  rows.real("p50_reference", "", "", [](Row const& r) { return r.reference.p50; });
  rows.real("p50_current", "", "", [](Row const& r) { return r.current.p50; });
  rows.real("p90_reference", "", "", [](Row const& r) { return r.reference.p90; });
  rows.real("p90_current", "", "", [](Row const& r) { return r.current.p90; });
  rows.whole("level", "", "0 steady, 1 moderate, 2 major, 3 too few rows",
             [](Row const& r) { return static_cast<std::int64_t>(r.level); });
  rows.text("verdict", "the level in words", [](Row const& r) { return name_of(r.level); });
  return rows.table();
}

io::Table drift_bin_table(io::Comm const& comm, std::vector<ColumnDrift> const& drifts) {
  using Row = ListedBin;
  std::vector<Row> all;
  for (ColumnDrift const& drift : drifts) {
    std::int64_t number = 0;
    for (DriftBin const& bin : listed_bins(drift)) all.push_back({drift.of, drift.column, number++, bin});
  }
  KnownRows<Row> rows(comm, all);
  rows.text("of", "what the column belongs to", [](Row const& r) { return r.of; });
  rows.text("column", "compared", [](Row const& r) { return r.column; });
  rows.whole("bin", "", "from 0", [](Row const& r) { return r.number; });
  rows.text("name", "category; empty for a range of numbers", [](Row const& r) { return r.bin.name; });
  rows.real("upper", "", "largest value of the range", [](Row const& r) { return r.bin.upper; });
  rows.whole("rows_reference", "rows", "", [](Row const& r) { return r.bin.reference; });
  rows.whole("rows_current", "rows", "", [](Row const& r) { return r.bin.current; });
  return rows.table();
}

}  // namespace tidemill::drivers
