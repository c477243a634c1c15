#include <fmt/format.h>

#include <algorithm>

#include "drivers/report/asset_sections.hpp"
#include "drivers/report/html.hpp"
#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {
namespace {

constexpr char const* from_scratch = "none";

std::vector<std::string> warm_row(ModelQuality const& model) {
  return {escape_html(recommender_name(model.model)),
          model.parent == from_scratch ? "scratch" : escape_html(model.parent), number_text(model.test.at("ndcg"), 4),
          percent_text(model.test.at("recall"), 1), duration_text(model.seconds)};
}

std::string decision_of(RecommenderVerdict const& verdict) {
  return fmt::format("<span class=\"{}\">{}</span>: {}.", verdict.promoted ? "good" : "bad",
                     verdict.promoted ? "It is the champion" : "It stays out", escape_html(verdict.reason));
}

std::string verdict_figures(RecommenderVerdict const& verdict) {
  std::vector<std::vector<std::string>> rows;
  for (RecommenderVerdict::Figure const& figure : verdict.figures) {
    rows.push_back({escape_html(figure.metric), escape_html(figure.role), number_text(figure.champion, 4),
                    number_text(figure.challenger, 4), number_text(figure.lower, 4),
                    number_text(figure.needed_above, 4), figure.passed ? "yes" : "no"});
  }
  return html_table({{"Metric"},
                     {"Role"},
                     {"In use", true},
                     {"Tonight", true},
                     {"Gain at least", true},
                     {"Needed above", true, true},
                     {"Passed"}},
                    rows);
}

}  // namespace

std::string recommender_gate_part(RecommenderVerdict const& verdict) {
  if (!verdict.is_there) return "";
  bool const is_refreshed = !verdict.refreshed.empty() && verdict.refreshed.front().promoted;
  std::string body = "<h3>Against the recommender in use</h3>\n";
  body += paragraph(fmt::format(
      "Tonight's best is version <b>{}</b>; it was compared with {} on the held-out assets of {} users. {}{}",
      escape_html(verdict.version), escape_html(verdict.compared_with), whole_text(verdict.users), decision_of(verdict),
      verdict.promoted || is_refreshed ? "" : fmt::format(" The {} version made tonight's lists.", verdict.rung)));
  body += verdict_figures(verdict);
  for (RecommenderVerdict const& again : verdict.refreshed) {
    body += paragraph(fmt::format(
        "So that the lists do not age, the recipe in use was trained on tonight's data, as version <b>{}</b>. {}",
        escape_html(again.version), decision_of(again)));
    body += verdict_figures(again);
  }
  return body;
}

std::string warm_start_part(AssetReport const& assets) {
  std::vector<std::vector<std::string>> rows;
  for (ModelQuality const& model : assets.models) {
    bool const has_twin = std::any_of(assets.models.begin(), assets.models.end(), [&](ModelQuality const& other) {
      return other.model == model.model + "-cold" || model.model == other.model + "-cold";
    });
    bool const is_warm = !model.parent.empty() && model.parent != from_scratch;
    if (is_warm || has_twin) rows.push_back(warm_row(model));
  }
  if (rows.empty()) return "";
  return "<h3>Learning on from the recommender in use</h3>\n" +
         paragraph(
             "Models of factors begin where an earlier night ended and make fewer passes; what is from scratch "
             "stands beside them when asked for (asset.compare-cold).") +
         html_table({{"Model"}, {"Begun at"}, {"ndcg", true}, {"recall", true}, {"Training", true}}, rows);
}

std::string audience_part(AudienceOverview const& audience) {
  if (audience.users == 0) return "";
  std::string places;
  for (auto const& [rung, count] : audience.places) {
    if (count > 0) places += fmt::format("{}{} by {}", places.empty() ? "" : ", ", whole_text(count), rung);
  }
  std::string text = fmt::format("{} users got lists ({} without a history). Places: {}.", whole_text(audience.users),
                                 whole_text(audience.without_history), places);
  if (audience.likes > 0) text += fmt::format(" {} likes counted as history.", whole_text(audience.likes));
  if (audience.blocks > 0) text += fmt::format(" {} blocks were kept off the lists.", whole_text(audience.blocks));
  if (audience.gone_items > 0) {
    text += fmt::format(" {} assets that the recommender knows are gone and were not listed.",
                        whole_text(audience.gone_items));
  }
  return paragraph(text);
}

}  // namespace tidemill::drivers::report
