#pragma once

#include <cmath>
#include <cstdint>
#include <string>

#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// The tables of a night on generated assets; null: the night has none of this kind.
struct AssetNightTables {
  io::Table const* recommendations = nullptr;
  io::Table const* similar = nullptr;
  io::Table const* trends = nullptr;
  io::Table const* quality = nullptr;
  io::Table const* duplicates = nullptr;
};

/// How much of what `generate --what assets` built in a night found. Unknown numbers are NaN.
struct AssetRecovery {
  double theme_share = NAN;    ///< of the first ten places of lists in the user's own theme
  double chance_share = NAN;   ///< the same for lists drawn from all assets alike
  double similar_share = NAN;  ///< of the first five neighbours in the asset's theme
  std::int64_t rising = 0, rising_found = 0, falling = 0, falling_found = 0;
  std::int64_t steady = 0, steady_called = 0;  ///< assets without a trend, and those called rising or falling
  std::int64_t copies = 0, copies_found = 0, copies_wrong = 0;  ///< pairs of pictures in one group
  std::int64_t truncated = 0, truncated_found = 0, mislabelled = 0, mislabelled_found = 0;
};

/// `truth_json` as `tidemill generate --what assets` writes it (anything else throws DataError). Tables are read whole
/// on the calling process.
AssetRecovery measure_asset_recovery(std::string const& truth_json, AssetNightTables const& night);

/// Whether it is the truth of generated assets, not of a chain.
bool is_asset_truth(std::string const& truth_json);

std::string asset_recovery_text(AssetRecovery const& recovery);
std::string asset_recovery_json(AssetRecovery const& recovery);

}  // namespace tidemill::drivers
