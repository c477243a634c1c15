#include <map>

#include "drivers/panel/row_columns.hpp"
#include "drivers/promotion/strategy.hpp"

namespace tidemill::drivers {
namespace {

/// All rows of a few columns of a table, on every rank. A table without the column reads as empty texts or NaN.
class WholeTable {
 public:
  WholeTable(io::Comm const& comm, io::Table const& table) : comm_(comm), table_(table) {}

  std::size_t rows() const { return static_cast<std::size_t>(table_.range.total); }
  /// Collective.
  std::vector<std::string> texts(char const* name) const {
    if (!table_.has(name)) return std::vector<std::string>(rows());
    io::Column const& column = table_.at(name);
    std::vector<std::string> all;
    for (std::int32_t const code : comm_.gather_all(std::span<std::int32_t const>(column.codes))) {
      all.push_back(code < 0 ? std::string() : column.dictionary[static_cast<std::size_t>(code)]);
    }
    return all;
  }
  /// Collective.
  std::vector<double> numbers(char const* name) const {
    if (!table_.has(name)) return std::vector<double>(rows(), std::nan(""));
    std::vector<double> mine;
    for (std::int64_t row = 0; row < table_.rows(); ++row) mine.push_back(table_.at(name).number(row));
    return comm_.gather_all(std::span<double const>(mine));
  }

 private:
  io::Comm const& comm_;
  io::Table const& table_;
};

using Evidence = std::map<std::string, ItemEvidence>;

ItemEvidence& entry(Evidence& evidence, std::string const& item, std::string const& name, std::string const& category) {
  ItemEvidence& e = evidence[item];
  e.item = item;
  if (!name.empty()) e.item_name = name;
  if (!category.empty()) e.category = category;
  return e;
}

void add_menu(Evidence& evidence, WholeTable const& menu) {
  auto const item = menu.texts("item"), name = menu.texts("item_name"), category = menu.texts("category"),
             level = menu.texts("level"), menu_class = menu.texts("class");
  for (std::size_t i = 0; i < item.size(); ++i) {
    if (level[i] == "chain") entry(evidence, item[i], name[i], category[i]).menu_class = menu_class[i];
  }
}

void add_elasticities(Evidence& evidence, WholeTable const& table) {
  auto const item = table.texts("item"), name = table.texts("item_name"), category = table.texts("category"),
             status = table.texts("status");
  auto const elasticity = table.numbers("elasticity");
  for (std::size_t i = 0; i < item.size(); ++i) {
    ItemEvidence& e = entry(evidence, item[i], name[i], category[i]);
    e.is_identified = status[i] == "IDENTIFIED";
    if (e.is_identified) e.elasticity = elasticity[i];
  }
}

/// Means over the windows of an item; rows stand in one order, so the sums do not depend on the ranks.
void add_promotions(Evidence& evidence, WholeTable const& table) {
  struct Sum {
    double roi = 0, roi_count = 0, margin = 0, count = 0;
  };
  std::map<std::string, Sum> sums;
  auto const item = table.texts("item");
  auto const roi = table.numbers("roi"), margin = table.numbers("incremental_margin");
  for (std::size_t i = 0; i < item.size(); ++i) {
    if (std::isnan(margin[i])) continue;
    Sum& sum = sums[item[i]];
    sum.count += 1;
    sum.margin += margin[i];
    if (std::isnan(roi[i])) continue;
    sum.roi += roi[i];
    sum.roi_count += 1;
  }
  for (auto const& [key, sum] : sums) {
    ItemEvidence& e = entry(evidence, key, "", "");
    e.promotions = static_cast<std::int64_t>(sum.count);
    e.mean_incremental_margin = sum.margin / sum.count;
    if (sum.roi_count > 0) e.mean_roi = sum.roi / sum.roi_count;
  }
}

void add_complements(Evidence& evidence, WholeTable const& table) {
  std::map<std::string, double> best;
  auto const item = table.texts("item"), other = table.texts("other");
  auto const lift = table.numbers("lift");
  for (std::size_t i = 0; i < item.size(); ++i) {
    auto const found = evidence.find(item[i]);
    if (found == evidence.end() || lift[i] <= best[item[i]]) continue;
    best[item[i]] = lift[i];
    auto const known = evidence.find(other[i]);
    bool const has_name = known != evidence.end() && !known->second.item_name.empty();
    found->second.complement = has_name ? known->second.item_name : other[i];
  }
}

/// The trend of all locations together; by location only, nothing is said.
void add_trends(Evidence& evidence, WholeTable const& table) {
  auto const item = table.texts("item"), location = table.texts("location"), name = table.texts("item_name"),
             category = table.texts("category"), trend = table.texts("trend");
  auto const strength = table.numbers("season_strength");
  for (std::size_t i = 0; i < item.size(); ++i) {
    if (!location[i].empty()) continue;
    ItemEvidence& e = entry(evidence, item[i], name[i], category[i]);
    e.trend = trend[i];
    e.season_strength = strength[i];
  }
}

struct StrategyRow {
  ItemEvidence evidence;
  Strategy strategy;
};

}  // namespace

io::Table choose_strategies(io::Comm const& comm, io::Table const& menu, io::Table const& elasticities,
                            io::Table const& promotions, io::Table const& pairs, io::Table const& trends,
                            StrategyParams const& params) {
  Evidence evidence;
  add_menu(evidence, {comm, menu});
  add_elasticities(evidence, {comm, elasticities});
  add_trends(evidence, {comm, trends});
  add_promotions(evidence, {comm, promotions});
  add_complements(evidence, {comm, pairs});

  io::RowRange const share = io::even_share(static_cast<std::int64_t>(evidence.size()), comm.rank(), comm.size());
  std::vector<StrategyRow> rows;
  std::int64_t number = 0;
  for (auto const& [key, e] : evidence) {
    if (number >= share.first && number < share.end()) rows.push_back({e, choose_strategy(e, params)});
    ++number;
  }
  using Row = StrategyRow;
  RowColumns<Row> columns(comm, rows);
  columns.text("item", "item key", [](Row const& r) { return r.evidence.item; })
      .text("item_name", "newest name", [](Row const& r) { return r.evidence.item_name; })
      .text("category", "newest category", [](Row const& r) { return r.evidence.category; })
      .text("strategy", "none, feature, bundle, discount, daypart, limited_time, reformulate, remove",
            [](Row const& r) { return r.strategy.name; })
      .text("reason", "why", [](Row const& r) { return r.strategy.reason; })
      .text("menu_class", "of the chain", [](Row const& r) { return r.evidence.menu_class; })
      .real("elasticity", "percent per percent", "missing where not identified",
            [](Row const& r) { return r.evidence.elasticity; })
      .integer("promotions", io::ColumnType::integer, "windows", "past ones measured",
               [](Row const& r) { return r.evidence.promotions; })
      .real("mean_roi", "share", "of those with a fixed cost", [](Row const& r) { return r.evidence.mean_roi; })
      .real("mean_incremental_margin", "currency", "per window",
            [](Row const& r) { return r.evidence.mean_incremental_margin; })
      .text("trend", "of all locations", [](Row const& r) { return r.evidence.trend; })
      .text("complement", "most often bought with it", [](Row const& r) { return r.evidence.complement; })
      .text("caveat", "how to read it", [](Row const&) { return promotion_caveat(); });
  return columns.take();
}

}  // namespace tidemill::drivers
