#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "io/images/picture.hpp"

namespace tidemill::drivers {

/// Windows that are hashed and compared, cells of all their signatures (kernels/image/signature.hpp).
constexpr int picture_windows = 10;
constexpr int picture_signature_bytes = 5760;
constexpr int picture_feature_count = 68 + 36;

/// What is measured on the pixels of one picture (domain definitions, section "Assets"; kernels/image has each).
struct PictureMeasures {
  double sharpness = 0;      ///< variance of the Laplacian, long side scaled to 512; NaN below 3 pixels
  double dark_share = 0;     ///< of pixels with luma 4 and below
  double bright_share = 0;   ///< of pixels with luma 251 and above
  double luma_mean = 0;      ///< 0 to 255
  double luma_range = 0;     ///< 95th less 5th percentile
  double noise = 0;          ///< standard deviation after Immerkaer; NaN below 3 pixels
  double colourfulness = 0;  ///< Hasler & Susstrunk
  /// Colour and texture (long side 256), then the natural-scene features (long side at most 1024).
  std::array<double, picture_feature_count> features{};
  std::array<std::uint64_t, picture_windows> difference_hash{};
  std::array<std::uint64_t, picture_windows> frequency_hash{};
  /// Small copies of the windows' luma, for a closer look at pairs with similar hashes.
  std::array<std::uint8_t, picture_signature_bytes> signature{};
  bool is_flat = false;  ///< so little in it that hashes mean nothing: it is near-duplicate of none
};

PictureMeasures measure_picture(io::Picture const& picture);

/// Only the seven numbers of quality.
PictureMeasures measure_quality(io::Picture const& picture);

/// red_mean, ..., pattern_9, natural_0, ..., natural_35: what `features` holds.
std::vector<std::string> picture_feature_names();

}  // namespace tidemill::drivers
