#pragma once

#include <filesystem>
#include <string>

#include "drivers/night/step_record.hpp"
#include "io/progress/progress.hpp"
#include "io/store/night.hpp"

namespace tidemill::drivers {

constexpr char const* publish_title = "Report and publish";

struct PublishParams {
  std::filesystem::path tenant;  ///< STORE/TENANT
  std::string title;
  std::string currency;
  double interval = 0.8;
  io::Lease const* lease = nullptr;  ///< of the tenant's store
};

/// Collective. The last stage of a run whose steps are done (`run.steps`): copies the files of the step "results",
/// adds report.html and record.json, and publishes all of it as the night of the newest business date. The same
/// results published before: nothing is drawn or written. Fills run.date, run.night_digest and a record of this stage.
io::PublishedNight publish_results(io::Comm const& comm, io::Progress& progress, PublishParams const& params,
                                   RunRecord& run);

/// The report of a published night, drawn anew from its files. Not collective.
std::string redraw_report(std::filesystem::path const& night);

}  // namespace tidemill::drivers
