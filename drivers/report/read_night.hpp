#pragma once

#include <filesystem>

#include "drivers/report/report_data.hpp"

namespace tidemill::drivers::report {

/// What the report shows of a night: tables from `results_file` (results.h5 of the results step), the
/// gate's verdict from gate.json beside it, the rest from `run`.
/// Not collective: reads on the calling process alone.
ReportData read_night(std::filesystem::path const& results_file, RunRecord const& run);

}  // namespace tidemill::drivers::report
