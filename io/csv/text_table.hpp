#pragma once

#include <filesystem>

#include "io/comm/comm.hpp"
#include "io/tables/read_table.hpp"
#include "io/tables/table.hpp"

namespace tidemill::io::csv {

/// Collective. read_table for text files. `block_bytes` is how much text is taken at once; it changes nothing but
/// the speed.
Table read_text_table(Comm const& comm, std::filesystem::path const& path, TextFormat const& format,
                      std::size_t block_bytes = std::size_t{1} << 18);

}  // namespace tidemill::io::csv
