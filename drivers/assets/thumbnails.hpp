#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "io/images/picture.hpp"

namespace tidemill::drivers {

/// The picture with its long side scaled to `side` (never enlarged), as JPEG bytes.
std::string thumbnail_jpeg(io::Picture const& picture, int side, int quality = 80);

/// data:image/jpeg;base64,... for an HTML page that stands alone.
std::string jpeg_data_uri(std::string_view jpeg);

/// Not collective. Thumbnails of files (the members of a cluster, say) as data URIs, in their order; empty where a file
/// cannot be decoded. About 2 to 4 kB each at side 96.
std::vector<std::string> contact_sheet(std::filesystem::path const& folder, std::span<std::string const> paths,
                                       int side, io::PictureLimits const& limits);

}  // namespace tidemill::drivers
