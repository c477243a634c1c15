#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "io/images/format.hpp"
#include "io/images/picture.hpp"
#include "io/progress/progress.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

enum class PictureOperation { resize, convert, reencode, denoise, sharpen };
/// Throws ConfigError naming the nearest known one.
PictureOperation picture_operation_named(std::string const& name);
std::vector<std::string> picture_operation_names();

struct OperationParams {
  PictureOperation operation = PictureOperation::resize;
  std::filesystem::path target;
  int side = 1024;  ///< resize: of the long side; smaller pictures keep their size
  io::PictureFormat format = io::PictureFormat::unknown;  ///< of the results; unknown: as the original's content
  int quality = 85;                                       ///< of JPEG, 1 to 100
  double strength = 0;                                    ///< sharpen: share added back (0: 0.6); denoise: tolerance in
                                                          ///< luma (0: three times the picture's own noise)
  io::PictureLimits limits;
};

/// What a run did, over all ranks.
struct OperationResult {
  /// One row per file below the folder: path, target (empty when nothing was written), status, problem, bytes, width,
  /// height, sharpness, noise, luma_mean, luma_range and colourfulness, each before and after.
  io::Table files;
  std::array<std::int64_t, io::picture_status_count> count{};
  std::int64_t written = 0;
};

/// Collective. Makes a changed copy of every picture below `folder` under `target`, same path below it; only the
/// extension follows the format. Many files at a time over the ranks. A result is written under a temporary name, read
/// back, decoded and measured, and then renamed; originals are only read. Pixels are sRGB upright: metadata and colour
/// profiles are not carried over. Files that are no whole pictures are counted and left out. Throws ConfigError when
/// one of folder and target lies in the other, or when two files would get one name.
OperationResult apply_operation(io::Comm const& comm, io::Progress& progress, std::filesystem::path const& folder,
                                OperationParams const& params);

}  // namespace tidemill::drivers
