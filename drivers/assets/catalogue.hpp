#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "drivers/assets/duplicates.hpp"
#include "io/images/picture.hpp"
#include "io/progress/progress.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

struct AssetParams {
  io::PictureLimits limits;
  DuplicateRule duplicates;
};

/// What is known of the files below a folder; tables are spread over the ranks, by path in byte order.
struct AssetCatalogue {
  /// One row per file: path, declared and detected format, consistent, truncated, status, problem, bytes, width,
  /// height, orientation, sha256; of decoded pictures the quality measures, hashes (hexadecimal) and the 104 numbers of
  /// picture_feature_names(); cluster, cluster_size, representative (row), copy (exact or near), similarity.
  io::Table files;
  /// The 104 numbers again as a matrix, row-major; NaN where nothing was decoded.
  std::vector<float> features;
  /// Near-duplicate pairs: rows first < second of `files`, similarity.
  io::Table pairs;
  std::array<std::int64_t, io::picture_status_count> count{};  ///< of files, by status, over all ranks
  std::int64_t clusters = 0;
  std::int64_t copies = 0;        ///< files in clusters beside the representatives
  std::int64_t inconsistent = 0;  ///< pictures of another format than their name says
  std::int64_t candidates = 0;    ///< pairs whose signatures were compared
  std::string content_digest;     ///< of all paths and contents
};

/// Collective. Reads, measures and compares all files below `folder`. The result does not depend on the ranks. What is
/// wrong with a file is a status of its row, never an error; a folder that is none throws DataError.
AssetCatalogue catalogue_assets(io::Comm const& comm, io::Progress& progress, std::filesystem::path const& folder,
                                AssetParams const& params);

/// Collective. The members of clusters, cluster by cluster, the representative first: cluster, path, copy
/// (representative, exact, near), similarity with it, bits by which the hashes differ from its, bytes, width, height.
io::Table duplicate_table(io::Comm const& comm, AssetCatalogue const& catalogue);

/// Collective. One JSON object per file and line: the columns of `files` but the 104 numbers; missing ones left out.
void write_metadata(io::Comm const& comm, std::filesystem::path const& path, AssetCatalogue const& catalogue);

/// Collective. HDF5: "table" (files), "pairs", and "features" with "feature_names". Returns the content digest.
std::string write_catalogue(io::Comm const& comm, std::filesystem::path const& path, AssetCatalogue const& catalogue,
                            std::string const& config, std::uint64_t seed);

}  // namespace tidemill::drivers
