#pragma once

#include <filesystem>

#include "drivers/report/asset_data.hpp"
#include "io/hdf5/file.hpp"

namespace tidemill::drivers::report {

/// What the report shows of the asset half, from results.h5 of the results step. Not collective.
AssetReport read_assets(std::filesystem::path const& results_file);

/// The part about pictures.
void read_pictures(io::Hdf5File& file, PictureReport& pictures);

}  // namespace tidemill::drivers::report
