#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "io/comm/comm.hpp"

namespace tidemill::io {

/// A check sum over all bytes of an HDF5 file, behind its end, where the library and other programs do not look. The
/// library finds a changed byte by check sums of its own, but may crash over it; so it is not let near one.
/// Layout: 8 bytes "TIDEMSUM", the number of bytes before them (64 bits), the CRC-32 of those (32 bits) and the CRC-32
/// of the 20 bytes so far (32 bits), little-endian.

/// Not collective. For a finished file, once.
void append_file_sum(std::filesystem::path const& path);

/// Not collective, and quick: whether there is a whole trailer behind `path`'s end. The bytes before it are not read.
bool has_file_sum(std::filesystem::path const& path);

/// Not collective. What check_file_sum says of a file with these bytes.
bool check_sum_within(std::filesystem::path const& path, std::string_view bytes);

/// Collective; every rank reads its share. Throws DataError unless the bytes are those that were summed. False for a
/// file without a sum that ends where its superblock says, and for a missing one: it was not committed by tidemill.
bool check_file_sum(Comm const& comm, std::filesystem::path const& path);

/// Collective. The root attribute "digest" of a file whose check sum is found right: what commit_hdf5 computed from the
/// values that it had read back, without computing it again. Empty when the file has no check sum or no digest. Throws
/// DataError when its bytes were changed.
std::string carried_digest(Comm const& comm, std::filesystem::path const& path);

}  // namespace tidemill::io
