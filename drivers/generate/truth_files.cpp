#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "drivers/generate/calendar.hpp"
#include "drivers/generate/demand.hpp"
#include "drivers/generate/truth.hpp"

namespace tidemill::drivers {
namespace {

using Json = nlohmann::ordered_json;

std::string date_of(std::int64_t day) {
  CalendarDay const date = calendar_day(day);
  return fmt::format("{}-{:02}-{:02}", date.year, date.month, date.day);
}

std::string trend_name(double trend) { return trend > 0 ? "rising" : trend < 0 ? "falling" : "steady"; }

Json items_json(DemoChain const& chain) {
  std::vector<ItemTruth> const truths = true_items(chain);
  Json items = Json::array();
  for (std::size_t i = 0; i < chain.items.size(); ++i) {
    DemoItem const& item = chain.items[i];
    items.push_back({{"item", item.name},
                     {"sku", item.sku},
                     {"category", chain.categories[static_cast<std::size_t>(item.category)].name},
                     {"elasticity", item.elasticity},
                     {"prices", name_of(item.history)},
                     {"identifiable", item.history == PriceHistory::tested},
                     {"trend", trend_name(item.trend)},
                     {"trend_per_year", item.trend},
                     {"class", truths[i].menu_class},
                     {"expected_units", truths[i].units},
                     {"mean_price_cents", truths[i].mean_price},
                     {"unit_cost_cents", item.unit_cost}});
  }
  return items;
}

Json promotions_json(DemoChain const& chain) {
  Json promotions = Json::array();
  for (PromotionTruth const& truth : true_promotions(chain)) {
    DemoPromotion const& promotion = chain.promotions[static_cast<std::size_t>(truth.promotion)];
    DemoItem const& item = chain.items[static_cast<std::size_t>(promotion.item)];
    promotions.push_back({{"name", promotion.name},
                          {"location", chain.locations[static_cast<std::size_t>(truth.location)].name},
                          {"item", item.name},
                          {"sku", item.sku},
                          {"start", date_of(promotion.first_day)},
                          {"end", date_of(promotion.last_day)},
                          {"percent_off", promotion.percent_off},
                          {"expected_units", truth.units},
                          {"baseline_units", truth.baseline_units},
                          {"uplift", truth.uplift()},
                          {"dip_units", truth.dip_units},
                          {"cannibalised_units", truth.cannibalised_units},
                          {"incremental_margin_cents", truth.incremental_margin},
                          {"fixed_cost_cents", promotion.fixed_cost}});
  }
  return promotions;
}

Json exports_json(std::vector<ExportTotals> const& exports) {
  Json files = Json::array();
  for (ExportTotals const& totals : exports) {
    files.push_back({{"path", totals.path},
                     {"system", totals.system},
                     {"location", totals.location},
                     {"rows", totals.rows},
                     {"item_rows", totals.item_rows},
                     {"refund_rows", totals.refund_rows},
                     {"void_rows", totals.void_rows},
                     {"other_rows", totals.other_rows},
                     {"units", totals.units},
                     {"gross_cents", totals.gross},
                     {"discount_cents", totals.discount},
                     {"net_cents", totals.net}});
  }
  return files;
}

}  // namespace

std::string truth_json(DemoChain const& chain, std::vector<ExportTotals> const& exports) {
  Json truth{{"about", "What an analysis of these files should find; see drivers/generate/demand.hpp for the model."},
             {"seed", chain.seed},
             {"first_day", date_of(chain.first_day)},
             {"last_day", date_of(chain.end_day() - 1)},
             {"items", items_json(chain)},
             {"promotions", promotions_json(chain)},
             {"exports", exports_json(exports)}};
  return truth.dump(1) + "\n";
}

std::string truth_forecast_csv(DemoChain const& chain) {
  std::string text = "location,item,sku,date,expected_units\n";
  for (std::size_t l = 0; l < chain.locations.size(); ++l) {
    for (std::size_t i = 0; i < chain.items.size(); ++i) {
      for (std::int64_t day = chain.end_day(); day < chain.end_day() + truth_horizon; ++day) {
        RowText row("\n");
        row.cell(chain.locations[l].name).cell(chain.items[i].name).cell(chain.items[i].sku).cell(date_of(day));
        row.cell(fmt::format("{:.6f}", expected_units(chain, static_cast<int>(l), static_cast<int>(i), day))).end_row();
        text += row.text();
      }
    }
  }
  return text;
}

std::string costs_csv(DemoChain const& chain) {
  RowText row("\n");
  row.text() = "item,sku,category,unit_cost\n";
  for (DemoItem const& item : chain.items) {
    row.cell(item.name).cell(item.sku).cell(chain.categories[static_cast<std::size_t>(item.category)].name);
    if (item.cost_known) {
      row.money(item.unit_cost).end_row();
    } else {
      row.cell("").end_row();
    }
  }
  return row.text();
}

std::string promotions_csv(DemoChain const& chain) {
  RowText row("\n");
  row.text() = "name,location,item,sku,start,end,kind,percent_off,price,fixed_cost\n";
  for (DemoPromotion const& promotion : chain.promotions) {
    DemoItem const& item = chain.items[static_cast<std::size_t>(promotion.item)];
    for (std::size_t l = 0; l < promotion.at.size(); ++l) {
      if (!promotion.at[l]) continue;
      row.cell(promotion.name).cell(chain.locations[l].name).cell(item.name).cell(item.sku);
      row.cell(date_of(promotion.first_day)).cell(date_of(promotion.last_day));
      row.cell("discount").cell(promotion.percent_off);
      row.money(promoted_price(promotion, list_price(item, promotion.first_day)));
      row.money(promotion.fixed_cost).end_row();
    }
  }
  return row.text();
}

}  // namespace tidemill::drivers
