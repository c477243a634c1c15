#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "io/comm/comm.hpp"
#include "io/csv/column_builder.hpp"
#include "io/csv/text_source.hpp"
#include "io/tables/read_table.hpp"
#include "io/tables/table.hpp"

namespace tidemill::io::csv {

/// Collective. read_table for text files. `block_bytes` is how much text is taken at once; it changes nothing but
/// the speed.
Table read_text_table(Comm const& comm, std::filesystem::path const& path, TextFormat const& format,
                      std::size_t block_bytes = std::size_t{1} << 18);

/// Collective. This rank's rows as they shall be read instead, whole rows each; called once on every rank.
using PartChange =
    std::function<TextPart(TextPart const& part, ValueRules const& rules, std::vector<std::string> const& names)>;
/// Collective. read_text_table of what `change` makes of each rank's rows. Types are those of the changed rows.
Table read_changed_table(Comm const& comm, std::filesystem::path const& path, TextFormat const& format,
                         PartChange const& change);

}  // namespace tidemill::io::csv
