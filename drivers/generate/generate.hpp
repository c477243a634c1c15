#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "drivers/generate/chain.hpp"
#include "io/comm/comm.hpp"
#include "io/progress/progress.hpp"

namespace tidemill::drivers {

/// Collective. All files of a demo chain under `folder`: exports in toast/, square/ and clover/, costs.csv,
/// promotions.csv, truth.json and truth_forecast.csv. The same bytes for the same (size, seed), whatever the number of
/// ranks. Returns a summary for people.
std::string generate_chain(io::Comm const& comm, io::Progress& progress, DemoSize size, std::uint64_t seed,
                           std::filesystem::path const& folder);

/// Numbers to take instead of those of a size; 0: those of the size.
struct AssetCounts {
  std::int64_t assets = 0, users = 0;
};

/// Collective. An asset catalogue (catalogue.csv: id,name,category,tags,text,picture), its pictures (pictures/), what
/// users did with it (interactions.csv: user,item,value,time,channel), what they like and block (likes.csv, blocks.csv:
/// user,item), messages (messages.csv: id,text,intent) and what is built into all of it (truth.json;
/// asset_world.hpp). Throws ConfigError for counts that cannot be.
std::string generate_assets(io::Comm const& comm, DemoSize size, std::uint64_t seed,
                            std::filesystem::path const& folder, AssetCounts const& counts = {});

struct SyntheticTable {
  std::int64_t rows = 0;  ///< of train; test has a tenth of them
  int features = 28;
  bool binary = false;         ///< classification instead of regression
  double missing_share = 0.0;  ///< of the feature cells
  bool hdf5 = false;           ///< table files instead of CSV
};

/// Collective. train.csv and test.csv (or .h5) with features f1 .. fM uniform in [0, 1) and a target y that is a known
/// function of the first ten plus noise, and truth.json; regression: with the best RMSE there is, the noise itself.
std::string generate_table(io::Comm const& comm, SyntheticTable const& table, std::uint64_t seed,
                           std::filesystem::path const& folder);

}  // namespace tidemill::drivers
