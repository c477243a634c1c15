#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "drivers/night/asset_steps.hpp"
#include "drivers/night/daily_counts.hpp"
#include "drivers/night/night_steps.hpp"
#include "io/tables/table_file.hpp"

namespace tidemill::drivers {
namespace {

std::int64_t last_day_of(StepWork const& work) {
  std::int64_t day = 0;
  io::agree(work.comm, "read the overview", [&] {
    if (!work.comm.is_root()) return;
    io::Table const table = io::read_table_file(io::Comm::self(), work.folder_of("interactions") / "overview.h5");
    day = table.at("last_day").integers.at(0);
  });
  work.comm.broadcast(std::span<std::int64_t>(&day, 1));
  return day;
}

constexpr std::size_t most_drawn = 60;

/// Assets that rise or fall most for their size.
std::vector<std::string> steepest(io::Comm const& comm, io::Table const& trends) {
  std::string mine;
  for (std::int64_t row = 0; row < trends.rows(); ++row) {
    std::string const& trend = trends.at("trend").text(row);
    if (trend != "rising" && trend != "falling") continue;
    // Wide enough that the order of the texts is that of the numbers.
    mine += fmt::format("{:030.15f} {}\n", std::abs(trends.at("slope_share").number(row)), trends.at("item").text(row));
  }
  std::vector<std::string> found;
  for (std::string const& part : comm.gather_all_texts(mine)) {
    for (std::size_t at = 0; at < part.size(); at = part.find('\n', at) + 1) {
      found.push_back(part.substr(at, part.find('\n', at) - at));
    }
  }
  std::sort(found.begin(), found.end(), std::greater<>());
  found.resize(std::min(found.size(), most_drawn));
  for (std::string& line : found) line = line.substr(31);
  return found;
}

/// Single weeks of an asset hold few interactions: most pairs of them tie, the slope is 0 and the trend passes for
/// autocorrelation. Over a year two weeks are taken together.
int days_of_point(std::int64_t trend_days) {
  constexpr std::int64_t points = 26, week = 7;
  return static_cast<int>(std::max<std::int64_t>(1, trend_days / (points * week)) * week);
}

}  // namespace

Step asset_trend_step(AssetNight const& params) {
  std::string const config =
      lines_of(params.config_of("asset"), "asset", {"trend-days", "trend-min-count"}) + params.config_of("trend");
  Step step{"asset_trends", "Trends of assets", 1, {"interactions"}, config, {}, {}};
  step.run = [params, config](StepWork const& work) -> StepOutcome {
    AssetNightParams const& asset = params.asset;
    Interactions const all = load_interactions(work, "interactions", "interactions");
    bool const has_times = work.comm.max(all.time.empty() ? 0 : 1) == 1 && !asset.format.ordered;
    if (!has_times) return {0, "the interactions have no times"};
    io::Table const counts = daily_counts(work.comm, all, {last_day_of(work), asset.trend_days, asset.trend_min_count});
    if (counts.range.total == 0) return {0, "no asset has interactions enough"};
    TrendParams trend = asset.trend;
    trend.week = days_of_point(asset.trend_days);
    io::Table const trends = find_trends(work.comm, counts, trend);
    save_table(work, "trends", config, trends);
    save_table(work, "weeks", config, weekly_counts(work.comm, counts, steepest(work.comm, trends)));
    return {trends.range.total, fmt::format("{} rising, {} falling", rows_with(work.comm, trends, "trend", "rising"),
                                            rows_with(work.comm, trends, "trend", "falling"))};
  };
  return step;
}

}  // namespace tidemill::drivers
