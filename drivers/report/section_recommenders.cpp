#include <fmt/format.h>

#include <cmath>
#include <map>

#include "drivers/report/asset_sections.hpp"
#include "drivers/report/html.hpp"
#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {
namespace {

std::vector<std::string> row_of(ModelQuality const& model) {
  auto const strong = [&](std::string const& text) { return model.is_champion ? "<b>" + text + "</b>" : text; };
  auto const metric = [&](char const* name) { return model.test.at(name); };
  std::string name = escape_html(recommender_name(model.model));
  if (model.is_champion) name += " <span class=\"good\">best</span>";
  if (model.is_baseline) name += " <span class=\"soft\">baseline</span>";
  return {strong(name),
          strong(percent_text(metric("recall"), 1)),
          strong(number_text(metric("ndcg"), 4)),
          strong(percent_text(metric("hit"), 1)),
          number_text(model.validation.at("ndcg"), 4),
          percent_text(metric("coverage")),
          number_text(metric("novelty"), 2),
          number_text(metric("gini"), 3),
          number_text(metric("avg_popularity"), 1)};
}

std::string verdict(AssetReport const& assets) {
  ModelQuality const *champion = nullptr, *baseline = nullptr;
  for (ModelQuality const& model : assets.models) {
    if (model.is_champion) champion = &model;
    if (model.is_baseline && (baseline == nullptr || model.test.at("ndcg") > baseline->test.at("ndcg"))) {
      baseline = &model;
    }
  }
  if (champion == nullptr || baseline == nullptr) return "";
  if (assets.verdict.is_there && !assets.verdict.promoted) return "";
  if (champion->is_baseline) {
    return paragraph("No model beat what everyone has on the pairs that choose, so tonight's lists show just that.");
  }
  double const ratio = champion->test.at("ndcg") / baseline->test.at("ndcg");
  if (!std::isfinite(ratio)) return "";
  return paragraph(fmt::format("Tonight's lists are made by <b>{}</b>: its ndcg is <b>{} times</b> that of {}.",
                               escape_html(recommender_name(champion->model)), number_text(ratio, 1),
                               escape_html(recommender_name(baseline->model))));
}

}  // namespace

std::string recommender_name(std::string const& model) {
  static std::map<std::string, std::string> const names{{"popularity", "what everyone has"},
                                                        {"itemknn", "item neighbours"},
                                                        {"ease", "EASE"},
                                                        {"ials", "implicit ALS"},
                                                        {"bpr", "BPR"},
                                                        {"content", "content"},
                                                        {"hybrid", "blend of models"},
                                                        {"transitions", "what comes next"}};
  std::size_t const suffix = model.find("-cold");
  auto const known = names.find(model.substr(0, suffix));
  if (known == names.end()) return model;
  return suffix == std::string::npos ? known->second : known->second + ", from scratch";
}

std::string recommender_section(AssetReport const& assets) {
  if (assets.models.empty()) return "";
  ModelQuality const& first = assets.models.front();
  std::string body = paragraph(fmt::format(
      "Each model saw what users had up to a point, and had to find what they took next among all {} assets. {} users "
      "had something held out; lists have {} places. A second, earlier part of the pairs chose the best, so the "
      "figures here did not.",
      whole_text(assets.overview.assets), whole_text(first.users), first.k));
  body += verdict(assets);
  std::vector<std::vector<std::string>> rows;
  for (ModelQuality const& model : assets.models) rows.push_back(row_of(model));
  std::string const at = "@" + std::to_string(first.k);
  body += html_table({{"Model"},
                      {"recall" + at, true},
                      {"ndcg" + at, true},
                      {"hit" + at, true, true},
                      {"ndcg" + at + ", choosing", true, true},
                      {"coverage" + at, true},
                      {"novelty" + at, true, true},
                      {"gini" + at, true, true},
                      {"avg_popularity" + at, true, true}},
                     rows);
  body += paragraph(
      "recall: share of the held-out assets found. ndcg: the same with early places counting more. coverage: share of "
      "all assets on someone's list. novelty: bits of surprise per place. gini: 0 when all assets are shown equally "
      "often, 1 when one takes all. avg_popularity: users that a listed asset had.",
      "soft");
  body += recommender_gate_part(assets.verdict) + warm_start_part(assets) + audience_part(assets.audience);
  return section("recommenders", "Which model recommends best", body);
}

}  // namespace tidemill::drivers::report
