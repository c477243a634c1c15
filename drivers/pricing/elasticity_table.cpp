#include "drivers/pricing/elasticity_table.hpp"

#include <fmt/format.h>

#include <map>

#include "drivers/panel/row_columns.hpp"
#include "drivers/pricing/shrinkage.hpp"

namespace tidemill::drivers {
namespace {

struct Row {
  ItemEstimate estimate;
  Shrunk shrunk;
};

/// Shrinks category by category; items stand in order within each.
std::vector<Row> shrink_categories(std::vector<ItemEstimate> const& estimates) {
  std::vector<Row> rows;
  std::map<std::int32_t, std::vector<std::size_t>> members;
  for (ItemEstimate const& estimate : estimates) {
    members[estimate.category].push_back(rows.size());
    rows.push_back({estimate, {}});
  }
  for (auto const& [category, items] : members) {
    std::vector<double> values, errors;
    for (std::size_t const i : items) {
      values.push_back(estimates[i].elasticity);
      errors.push_back(estimates[i].standard_error);
    }
    std::vector<Shrunk> shrunk(items.size());
    shrink_to_mean(values, errors, shrunk);
    for (std::size_t k = 0; k < items.size(); ++k) rows[items[k]].shrunk = shrunk[k];
  }
  return rows;
}

template <class Record>
std::vector<Record> my_share(io::Comm const& comm, std::vector<Record> const& all) {
  io::RowRange const share = io::even_share(static_cast<std::int64_t>(all.size()), comm.rank(), comm.size());
  return {all.begin() + share.first, all.begin() + share.end()};
}

}  // namespace

std::string reason_for(ItemEstimate const& e, ElasticityParams const& params) {
  switch (static_cast<EstimateStatus>(e.status)) {
    case EstimateStatus::identified:
      return {};
    case EstimateStatus::no_prices:
      return "no day with both a price and sales";
    case EstimateStatus::too_few_prices:
      return fmt::format("{} of at least {} prices on {} days each", e.prices, params.min_prices,
                         params.min_days_per_price);
    case EstimateStatus::narrow_range:
      return fmt::format("prices differ by {:.1f} %, less than {:.1f} %", 100 * (e.highest_price / e.lowest_price - 1),
                         100 * params.min_price_range);
    case EstimateStatus::collinear:
      return "the price moves only together with the controls";
    case EstimateStatus::includes_zero:
      return fmt::format("90 % interval {:.2f} to {:.2f} includes 0", e.elasticity - z_90 * e.standard_error,
                         e.elasticity + z_90 * e.standard_error);
    case EstimateStatus::positive:
      return fmt::format("sales rise with the price ({:+.2f}): something else moved both", e.elasticity);
  }
  return {};
}

io::Table elasticity_table(io::Comm const& comm, SalesPanel const& panel, std::vector<ItemEstimate> const& estimates,
                           ElasticityParams const& params) {
  std::vector<Row> const rows = my_share(comm, shrink_categories(estimates));
  RowColumns<Row> columns(comm, rows);
  auto const integer = io::ColumnType::integer;
  columns.text("item", "item key", [&](Row const& r) { return text_at(panel.items, r.estimate.item); })
      .text("item_name", "newest name", [&](Row const& r) { return text_at(panel.item_names, r.estimate.item); })
      .text("category", "newest category", [&](Row const& r) { return text_at(panel.categories, r.estimate.category); })
      .text("estimator", "least squares of ln units, or Poisson with log link",
            [](Row const& r) { return r.estimate.is_poisson != 0 ? "poisson" : "log_log"; })
      .integer("days", integer, "location-days", "used", [](Row const& r) { return r.estimate.days; })
      .integer("zero_days", integer, "location-days", "open without sales; log_log leaves them out",
               [](Row const& r) { return r.estimate.zero_days; })
      .integer("locations", integer, "locations", "with days used", [](Row const& r) { return r.estimate.locations; })
      .integer("prices", integer, "prices", "distinct, each paid on enough dates",
               [](Row const& r) { return r.estimate.prices; })
      .real("lowest_price", "currency per unit", "of those prices",
            [](Row const& r) { return r.estimate.lowest_price; })
      .real("highest_price", "currency per unit", "of those prices",
            [](Row const& r) { return r.estimate.highest_price; })
      .real("price_range", "share", "highest / lowest - 1",
            [](Row const& r) { return r.estimate.highest_price / r.estimate.lowest_price - 1; })
      .real("elasticity_raw", "percent per percent", "own-price coefficient of this item alone",
            [](Row const& r) { return r.estimate.elasticity; })
      .real("standard_error", "percent per percent", "of elasticity_raw",
            [](Row const& r) { return r.estimate.standard_error; })
      .real("lower_90", "percent per percent", "elasticity_raw - 1.645 standard errors",
            [](Row const& r) { return r.estimate.elasticity - z_90 * r.estimate.standard_error; })
      .real("upper_90", "percent per percent", "elasticity_raw + 1.645 standard errors",
            [](Row const& r) { return r.estimate.elasticity + z_90 * r.estimate.standard_error; })
      .real("weight", "share", "of the item's own estimate in `elasticity`; the rest is its category's mean",
            [](Row const& r) { return r.shrunk.weight; })
      .real("elasticity", "percent per percent", "shrunk to the category", [](Row const& r) { return r.shrunk.value; })
      .real("elasticity_error", "percent per percent", "standard error of `elasticity`",
            [](Row const& r) { return r.shrunk.error; })
      .real("promotion_effect", "ln units", "of the promotion flag beyond the price",
            [](Row const& r) { return r.estimate.promotion_effect; })
      .real("residual_sd", "ln units; units for poisson", "residual standard deviation",
            [](Row const& r) { return r.estimate.residual_sd; })
      .real("r_squared", "share", "explained within locations", [](Row const& r) { return r.estimate.r_squared; })
      .text("status", "IDENTIFIED or NOT_IDENTIFIED",
            [&](Row const& r) { return r.estimate.status == 0 ? "IDENTIFIED" : "NOT_IDENTIFIED"; })
      .text("reason", "why not identified", [&](Row const& r) { return reason_for(r.estimate, params); });
  return columns.take();
}

io::Table cross_table(io::Comm const& comm, SalesPanel const& panel, std::vector<CrossEstimate> const& estimates) {
  std::vector<CrossEstimate> const rows = my_share(comm, estimates);
  RowColumns<CrossEstimate> columns(comm, rows);
  columns.text("item", "whose sales", [&](CrossEstimate const& e) { return text_at(panel.items, e.item); })
      .text("other", "whose price", [&](CrossEstimate const& e) { return text_at(panel.items, e.other); })
      .real("elasticity", "percent per percent", "of the item's units to the other's price; above 0: substitutes",
            [](CrossEstimate const& e) { return e.elasticity; })
      .real("standard_error", "percent per percent", "of the elasticity",
            [](CrossEstimate const& e) { return e.standard_error; });
  return columns.take();
}

}  // namespace tidemill::drivers
