#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "drivers/night/gate_record.hpp"
#include "drivers/night/night_steps.hpp"
#include "drivers/night/recommender_version.hpp"
#include "io/store/commit.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {
namespace {

/// Business date of the night: that of the sales where there are some.
std::string date_of_assets(StepWork const& work, bool is_beside_sales) {
  if (is_beside_sales) return read_gate_record(work.comm, work.folder_of("gate") / "gate.json").date;
  io::Table const overview = load_table(work, "interactions", "overview");
  std::int64_t newest = 0;
  for (std::int64_t const day : overview.at("last_day").integers) newest = std::max(newest, day);
  return io::date_text(work.comm.max(newest));
}

std::string in_use_json(RecommenderInUse const& found) {
  nlohmann::ordered_json const json{{"date", found.date},
                                    {"base", found.base},
                                    {"champion", found.used.champion},
                                    {"previous", found.used.previous},
                                    {"version", found.version},
                                    {"digest", found.digest}};
  return json.dump(2) + "\n";
}

}  // namespace

Step in_use_step(AssetNight const& params) {
  std::vector<std::string> after{"interactions"};
  if (params.asset.is_beside_sales) after.push_back("gate");
  Step step{"in_use", "Recommender in use", 1, after, "", {}, {}};
  step.run = [params](StepWork const& work) -> StepOutcome {
    RecommenderInUse const found = find_recommender(work.comm, work.progress, params.store / params.tenant,
                                                    date_of_assets(work, params.asset.is_beside_sales));
    io::commit_text(work.comm, work.folder / "in_use.json", work.comm.is_root() ? in_use_json(found) : "");
    if (found.version.empty()) return {0, "none: tonight's has nothing to be compared with but the baseline"};
    return {1, fmt::format("{} of night {}", found.version, found.base)};
  };
  // Nights before this one may have come or gone, or a person may have put another version in use.
  step.still_holds = [params](StepWork const& work) {
    StepWork const own{work.comm, work.progress, work.folder, work.key,
                       [&work](std::string const&) { return work.folder; }};
    RecommenderInUse const stored = recommender_in_use(own);
    return find_recommender(work.comm, work.progress, params.store / params.tenant, stored.date) == stored;
  };
  return step;
}

}  // namespace tidemill::drivers
