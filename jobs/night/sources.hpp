#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "drivers/night/night_params.hpp"
#include "io/comm/comm.hpp"

namespace tidemill::jobs {

/// Collective. The files that "ADAPTER: PATTERN [@ LOCATION]" lines name below `folder`, those of a line in byte order.
/// Throws ConfigError for a line of another form or an unknown adapter, DataError when no file fits a pattern.
std::vector<drivers::IngestSource> find_sources(io::Comm const& comm, std::vector<std::string> const& lines,
                                                std::filesystem::path const& folder);

}  // namespace tidemill::jobs
