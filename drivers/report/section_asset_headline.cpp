#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drivers/report/asset_sections.hpp"
#include "drivers/report/card.hpp"
#include "drivers/report/html.hpp"
#include "drivers/report/text.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers::report {
namespace {

ModelQuality const* champion_of(AssetReport const& assets) {
  for (ModelQuality const& model : assets.models) {
    if (model.is_champion) return &model;
  }
  return nullptr;
}

std::string period_text(InteractionOverview const& overview) {
  if (overview.first_day == io::missing_integer) return "";
  return fmt::format("{} to {}", short_day_text(overview.first_day), day_text(overview.last_day));
}

/// As beside the exports of sales: what was read but could not be used.
std::string set_aside_text(InteractionOverview const& overview) {
  if (overview.quarantined == 0) return "";
  return fmt::format("<br><span class=\"bad\">{}</span> of {} read were set aside with a reason",
                     whole_text(overview.quarantined), whole_text(overview.pairs_read));
}

std::string hit_card(ModelQuality const& champion, AssetReport const& assets) {
  double best_baseline = NAN;
  for (ModelQuality const& model : assets.models) {
    if (model.is_baseline) best_baseline = std::fmax(best_baseline, model.test.at("hit"));
  }
  std::string const note =
      champion.is_baseline || !std::isfinite(best_baseline)
          ? "by what everyone has; no model beat it"
          : fmt::format("<span class=\"{}\">{}</span> with what everyone has",
                        champion.test.at("hit") >= best_baseline ? "good" : "bad", percent_text(best_baseline, 1));
  return card(fmt::format("Users who get a hit in {} assets", champion.k), percent_text(champion.test.at("hit"), 1),
              note);
}

}  // namespace

std::string asset_headline_section(AssetReport const& assets) {
  InteractionOverview const& overview = assets.overview;
  if (!assets.is_there) return "";
  std::string cards =
      card("Interactions", whole_text(overview.pairs_kept), period_text(overview) + set_aside_text(overview)) +
      card("Users and assets", whole_text(overview.users), "users with " + whole_text(overview.assets) + " assets");
  if (ModelQuality const* const champion = champion_of(assets)) {
    cards += hit_card(*champion, assets);
    cards += card("Assets that the lists show", percent_text(champion->test.at("coverage")),
                  fmt::format("of all, by {}", escape_html(recommender_name(champion->model))));
  }
  return section("assets", "Assets in short", "<div class=\"cards\">\n" + cards + "</div>\n");
}

}  // namespace tidemill::drivers::report
