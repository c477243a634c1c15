#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drivers/report/asset_sections.hpp"
#include "drivers/report/bar_chart.hpp"
#include "drivers/report/histogram_chart.hpp"
#include "drivers/report/html.hpp"
#include "drivers/report/text.hpp"

namespace tidemill::drivers::report {
namespace {

std::string counts_text(PictureReport const& pictures) {
  std::string list;
  for (auto const& [status, count] : pictures.status) {
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", whole_text(count), escape_html(status));
  }
  return fmt::format("{} files: {}.{}", whole_text(pictures.files), list,
                     pictures.inconsistent == 0 ? ""
                                                : fmt::format(" {} are of another format than their names say.",
                                                              whole_text(pictures.inconsistent)));
}

std::string picture_html(PictureCopy const& picture, std::string const& note) {
  std::string const image =
      picture.thumbnail.empty()
          ? std::string("<span class=\"no-picture\">no picture</span>")
          : fmt::format("<img src=\"{}\" alt=\"{}\"/>", escape_html(picture.thumbnail), escape_html(picture.path));
  return fmt::format("<figure class=\"thumb\">{}<figcaption>{}<br/><small>{}</small></figcaption></figure>\n", image,
                     escape_html(shortened(picture.path, 28)), escape_html(note));
}

std::string copy_note(PictureCopy const& picture) {
  if (picture.copy == "representative") return "keep this one";
  if (picture.copy == "exact") return "the same bytes";
  return "alike: " + percent_text(picture.similarity, 1);
}

std::string sheets_html(PictureReport const& pictures) {
  std::string html;
  for (auto const& sheet : pictures.sheets) {
    html += "<div class=\"sheet\">\n";
    for (PictureCopy const& picture : sheet) html += picture_html(picture, copy_note(picture));
    html += "</div>\n";
  }
  return html;
}

std::string histograms_html(PictureReport const& pictures) {
  std::string html;
  for (Histogram const& histogram : pictures.histograms) {
    html += figure(histogram.name, draw_histogram(histogram, {320, 150}));
  }
  return html.empty() ? "" : "<h3>Quality</h3>\n<div class=\"multiples\">\n" + html + "</div>\n";
}

}  // namespace

std::string picture_section(AssetReport const& assets) {
  PictureReport const& pictures = assets.pictures;
  if (pictures.files == 0) return "";
  std::string body = paragraph(counts_text(pictures));
  body += histograms_html(pictures);
  if (!pictures.weakest.empty()) {
    body += "<h3>Replace first</h3>\n<div class=\"sheet\">\n";
    for (PictureCopy const& picture : pictures.weakest) body += picture_html(picture, picture.copy);
    body += "</div>\n";
  }
  body += "<h3>Copies</h3>\n";
  body += paragraph(
      pictures.clusters == 0
          ? "No picture is a copy of another."
          : fmt::format("{} groups hold {} copies beside the {} worth keeping (most pixels first). {}",
                        whole_text(pictures.clusters), whole_text(pictures.copies), whole_text(pictures.clusters),
                        pictures.sheets.size() < static_cast<std::size_t>(pictures.clusters)
                            ? fmt::format("The first {} groups; all: duplicates.csv.", pictures.sheets.size())
                            : "All: duplicates.csv."));
  body += sheets_html(pictures);
  return section("pictures", "Pictures: quality and copies", body);
}

}  // namespace tidemill::drivers::report
