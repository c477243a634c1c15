#pragma once

#include <filesystem>

namespace tidemill::io {

/// Not collective. Goes through all groups, attributes and values of an HDF5 file as readers would, within this
/// process: may crash or take for ever (see inspection.hpp). Throws DataError with the object's name for what leads out
/// of the file or makes readers do more than its size promises: links other than hard ones, external storage, virtual
/// datasets, filters that do not belong to the library, more than 100,000 objects, groups deeper than 32, values that
/// are not stored, pieces of more than 1 GiB. Values of variable length are not read, here or anywhere.
void walk_hdf5_file(std::filesystem::path const& path);

}  // namespace tidemill::io
