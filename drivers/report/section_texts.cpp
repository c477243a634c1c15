#include <fmt/format.h>

#include "drivers/report/asset_sections.hpp"
#include "drivers/report/html.hpp"
#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {
namespace {

constexpr std::size_t labels_shown = 12;

}  // namespace

std::string text_section(AssetReport const& assets) {
  TextReport const& texts = assets.texts;
  if (texts.texts == 0) return "";
  std::string body = paragraph(fmt::format(
      "{} texts were labelled{}. Tonight's model was judged on {} labelled ones that it had not seen, trained on {}.",
      whole_text(texts.texts),
      texts.version.empty() ? "" : ", by version <b>" + escape_html(texts.version) + "</b>, the " + texts.rung,
      whole_text(texts.judged_on), whole_text(texts.trained_on)));
  std::vector<std::vector<std::string>> quality, labels;
  for (auto const& [name, value] : texts.quality) quality.push_back({escape_html(name), number_text(value, 4)});
  for (auto const& [name, count] : texts.labels) labels.push_back({escape_html(name), whole_text(count)});
  body += html_table({{"Metric"}, {"Held out", true}}, quality);
  body += long_table({{"Label"}, {"Texts", true}}, labels, labels_shown);
  return section("texts", "Labels of texts", body);
}

}  // namespace tidemill::drivers::report
