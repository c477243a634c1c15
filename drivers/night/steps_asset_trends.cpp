#include <fmt/format.h>

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

}  // namespace

Step asset_trend_step(NightParams const& params) {
  std::string const config = lines_of(params.config_of("asset"), "asset", {"trend-days", "trend-min-count"}) +
                             params.config_of("trend");
  Step step{"asset_trends", "Trends of assets", 1, {"interactions"}, config, {}, {}};
  step.run = [params, config](StepWork const& work) -> StepOutcome {
    AssetNightParams const& asset = params.asset;
    Interactions const all = load_interactions(work, "interactions", "interactions");
    bool const has_times = work.comm.max(all.time.empty() ? 0 : 1) == 1 && !asset.format.ordered;
    if (!has_times) return {0, "the interactions have no times"};
    io::Table const counts =
        daily_counts(work.comm, all, {last_day_of(work), asset.trend_days, asset.trend_min_count});
    if (counts.range.total == 0) return {0, "no asset has interactions enough"};
    io::Table const trends = find_trends(work.comm, counts, asset.trend);
    save_table(work, "counts", config, counts);
    save_table(work, "trends", config, trends);
    return {trends.range.total, fmt::format("{} rising, {} falling", rows_with(work.comm, trends, "trend", "rising"),
                                            rows_with(work.comm, trends, "trend", "falling"))};
  };
  return step;
}

}  // namespace tidemill::drivers
