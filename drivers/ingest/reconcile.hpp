#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "drivers/ingest/ingest.hpp"
#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// What one item sums to in an aggregated report.
struct ReportedItem {
  std::string item_key, item_name;
  std::int64_t net = 0;
};

/// Collective. Whether the file is an aggregated report; then `items` holds its rows and nothing is stored.
bool read_report(io::Comm const& comm, std::filesystem::path const& path, IngestOptions const& options,
                 std::vector<ReportedItem>& items);

/// How an aggregated report agrees with the lines (neither void nor deferred) of the files in `stored`.
struct Reconciliation {
  std::int64_t items = 0, matched = 0;
  std::int64_t net_reported = 0, net_of_lines = 0;
  std::vector<std::string> differences;  ///< at most twenty, for people
};
/// Collective. Items are known by any of their keys or by name.
Reconciliation reconcile(io::Comm const& comm, std::vector<ReportedItem> const& items,
                         std::vector<std::filesystem::path> const& stored);

}  // namespace tidemill::drivers
