#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace tidemill::io {

/// Where a row of a table that read_table read stands in its file, for messages: "line 7" of a text file (the line on
/// which the row begins, from 1), "row 5" (from 0) of an HDF5 table. Not collective; reads the file from its start.
std::string place_of_row(std::filesystem::path const& path, std::int64_t row);

}  // namespace tidemill::io
