#pragma once

#include <cstdint>
#include <string_view>

namespace tidemill::io {

/// Version of the layout of what this program writes: HDF5 files carry it as their attribute "schema_version", sealed
/// records (seal.hpp) as a key. To be raised when a program of before could misread what is written; all versions up to
/// it can be read.
inline constexpr std::int64_t schema_version = 1;

/// Throws DataError, naming `where`, when `found` is newer than this program knows. `program` is the version of the one
/// that wrote it, empty when it is not known.
void check_schema_version(std::int64_t found, std::string_view program, std::string_view where);

}  // namespace tidemill::io
