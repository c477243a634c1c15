#pragma once

#include <filesystem>
#include <string>

#include "io/hdf5/file.hpp"
#include "io/tables/table.hpp"

namespace tidemill::io {

/// Collective. Writes a table as group `group` of an open file: one dataset per column, attributes `type`, `unit`,
/// `description`; text columns hold codes and name their dictionary dataset `GROUP/dictionaries/COLUMN` in the
/// attribute `dictionary` (an attribute cannot hold more than 64 KiB of categories). Group attribute `rows`.
void write_table(Hdf5File& file, std::string const& group, Table const& table);

/// Collective. Reads this rank's even share of the rows.
Table read_table_group(Comm const& comm, Hdf5File& file, std::string const& group);

/// Collective. Reads the table of an HDF5 file: the group "table", or the only group that is a table.
Table read_table_file(Comm const& comm, std::filesystem::path const& path);

}  // namespace tidemill::io
