#include <algorithm>
#include <cmath>
#include <map>

#include "drivers/report/night_tables.hpp"
#include "drivers/report/read_assets.hpp"

namespace tidemill::drivers::report {
namespace {

constexpr std::size_t sheets_shown = 10, weakest_shown = 8;
constexpr std::int64_t classes = 20;

struct Measure {
  char const* column;
  char const* title;
};
constexpr Measure measures[] = {{"sharpness", "Sharpness (variance of the Laplacian)"},
                                {"luma_mean", "Brightness (mean luma)"},
                                {"luma_range", "Contrast (luma, 5th to 95th percentile)"},
                                {"noise", "Noise (standard deviation of luma)"},
                                {"colourfulness", "Colourfulness"}};

std::vector<double> known_values(NightTable const& files, char const* column) {
  std::vector<double> values;
  for (std::int64_t row = 0; row < files.rows(); ++row) {
    double const value = files.number(column, row);
    if (std::isfinite(value)) values.push_back(value);
  }
  std::sort(values.begin(), values.end());
  return values;
}

/// Classes of equal width up to the 99th percentile; what lies above is in the last one.
Histogram histogram_of(std::vector<double> const& values, char const* title) {
  Histogram histogram{title, {}, std::vector<std::int64_t>(classes, 0)};
  double const low = values.front();
  double high = values[(values.size() - 1) * 99 / 100];
  if (!(high > low)) high = low + 1;
  for (std::int64_t i = 0; i <= classes; ++i) {
    histogram.edge.push_back(low + (high - low) * static_cast<double>(i) / static_cast<double>(classes));
  }
  for (double const value : values) {
    auto const at = static_cast<std::int64_t>((value - low) / (high - low) * static_cast<double>(classes));
    ++histogram.count[static_cast<std::size_t>(std::clamp<std::int64_t>(at, 0, classes - 1))];
  }
  return histogram;
}

void count_files(NightTable const& files, PictureReport& pictures) {
  std::map<std::string, std::int64_t> status;
  for (std::int64_t row = 0; row < files.rows(); ++row) {
    ++status[files.text("status", row)];
    pictures.inconsistent += files.whole("consistent", row, 1) == 0 ? 1 : 0;
  }
  pictures.files = files.rows();
  pictures.status.assign(status.begin(), status.end());
  std::stable_sort(pictures.status.begin(), pictures.status.end(),
                   [](auto const& a, auto const& b) { return a.second > b.second; });
}

void read_sheets(NightTable const& copies, std::map<std::string, std::string> const& thumbnails,
                 PictureReport& pictures) {
  std::int64_t cluster = -1;
  for (std::int64_t row = 0; row < copies.rows(); ++row) {
    bool const is_new = copies.whole("cluster", row) != cluster;
    cluster = copies.whole("cluster", row);
    pictures.clusters += is_new ? 1 : 0;
    pictures.copies += is_new ? 0 : 1;
    if (pictures.clusters > static_cast<std::int64_t>(sheets_shown)) continue;
    if (is_new) pictures.sheets.emplace_back();
    std::string const path = copies.text("path", row);
    auto const found = thumbnails.find(path);
    pictures.sheets.back().push_back({path, copies.text("copy", row), copies.number("similarity", row),
                                      found == thumbnails.end() ? "" : found->second});
  }
}

}  // namespace

void read_pictures(io::Hdf5File& file, PictureReport& pictures) {
  NightTable const files(file, "asset_quality");
  if (files.rows() == 0) return;
  count_files(files, pictures);
  for (Measure const& measure : measures) {
    std::vector<double> const values = known_values(files, measure.column);
    if (values.size() > 1) pictures.histograms.push_back(histogram_of(values, measure.title));
  }
  NightTable const sheet(file, "thumbnails");
  std::map<std::string, std::string> thumbnails;
  for (std::int64_t row = 0; row < sheet.rows(); ++row)
    thumbnails[sheet.text("path", row)] = sheet.text("picture", row);
  read_sheets(NightTable(file, "duplicates"), thumbnails, pictures);
  for (std::int64_t row = 0; row < sheet.rows() && pictures.weakest.size() < weakest_shown; ++row) {
    std::string const why = sheet.text("weakness", row);
    if (!why.empty()) pictures.weakest.push_back({sheet.text("path", row), why, 0, sheet.text("picture", row)});
  }
}

}  // namespace tidemill::drivers::report
