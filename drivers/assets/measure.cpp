#include "drivers/assets/measure.hpp"

#include <algorithm>

#include "kernels/image/appearance.hpp"
#include "kernels/image/hashes.hpp"
#include "kernels/image/natural_scene.hpp"
#include "kernels/image/quality.hpp"
#include "kernels/image/signature.hpp"

namespace tidemill::drivers {
namespace {

using kernels::Exec;
using kernels::Extent;
using kernels::Window;

constexpr int sharpness_side = 512, appearance_side = 256, natural_side = 1024;
/// Standard deviation of the signature below which a picture counts as flat.
constexpr double flat_deviation = 2.0;

struct Seen {
  kernels::Pixels pixels;
  kernels::Luma luma;
  Extent size;
  Window window;  ///< the whole
};

Seen look_at(Exec const& exec, io::Picture const& picture) {
  Seen seen;
  seen.pixels = kernels::to_pixels(exec, picture.rgb.data(), picture.height, picture.width);
  seen.luma = kernels::luma_of(exec, seen.pixels);
  seen.size = {picture.height, picture.width};
  seen.window = kernels::whole(seen.luma.extent(0), seen.luma.extent(1));
  return seen;
}

kernels::Plane luma_at(Exec const& exec, Seen const& seen, Extent size) {
  return kernels::resample(exec, seen.luma, seen.window, size.height, size.width);
}

void fill_quality(Exec const& exec, Seen const& seen, PictureMeasures& measures) {
  kernels::Exposure const exposure = kernels::exposure_of(exec, seen.luma);
  measures.dark_share = exposure.dark_share;
  measures.bright_share = exposure.bright_share;
  measures.luma_mean = exposure.mean;
  measures.luma_range = exposure.range;
  measures.sharpness = kernels::sharpness_of(exec, luma_at(exec, seen, kernels::scaled_to(seen.size, sharpness_side)));
  measures.noise = kernels::noise_of(exec, seen.luma);
  measures.colourfulness = kernels::colourfulness_of(exec, seen.pixels);
}

void measure_features(Exec const& exec, Seen const& seen, PictureMeasures& measures) {
  Extent const small = kernels::scaled_to(seen.size, appearance_side);
  auto const colour = [&](int c) {
    return kernels::resample(exec, seen.pixels, c, seen.window, small.height, small.width);
  };
  auto const appearance = kernels::appearance_of(exec, colour(0), colour(1), colour(2));
  bool const is_large = std::max(seen.size.height, seen.size.width) > natural_side;
  Extent const size = is_large ? kernels::scaled_to(seen.size, natural_side) : seen.size;
  auto const natural = kernels::natural_scene_features(exec, luma_at(exec, seen, size));
  static_assert(kernels::appearance_count + kernels::natural_scene_count == picture_feature_count);
  std::copy(appearance.begin(), appearance.end(), measures.features.begin());
  std::copy(natural.begin(), natural.end(), measures.features.begin() + kernels::appearance_count);
}

void measure_hashes(Exec const& exec, Seen const& seen, PictureMeasures& measures) {
  static_assert(kernels::signature_windows == picture_windows && kernels::signature_bytes == picture_signature_bytes);
  std::array<Window, picture_windows> windows;
  kernels::make_windows(seen.size, windows.data());
  std::array<kernels::PictureHash, picture_windows> hashes;
  kernels::hash_windows(exec, seen.luma, windows.data(), picture_windows, hashes.data());
  for (std::size_t w = 0; w < hashes.size(); ++w) {
    measures.difference_hash[w] = hashes[w].difference;
    measures.frequency_hash[w] = hashes[w].frequency;
  }
  kernels::make_signature(exec, seen.luma, measures.signature.data());
  std::int64_t sum = 0, squares = 0;
  for (std::size_t i = 0; i < kernels::signature_cells; ++i) {  // of the whole
    std::int64_t const value = measures.signature[i];
    sum += value;
    squares += value * value;
  }
  double const mean = static_cast<double>(sum) / kernels::signature_cells;
  double const variance = static_cast<double>(squares) / kernels::signature_cells - mean * mean;
  measures.is_flat = variance < flat_deviation * flat_deviation;
}

}  // namespace

PictureMeasures measure_picture(io::Picture const& picture) {
  Exec const exec;
  Seen const seen = look_at(exec, picture);
  PictureMeasures measures;
  fill_quality(exec, seen, measures);
  measure_features(exec, seen, measures);
  measure_hashes(exec, seen, measures);
  return measures;
}

PictureMeasures measure_quality(io::Picture const& picture) {
  Exec const exec;
  PictureMeasures measures;
  fill_quality(exec, look_at(exec, picture), measures);
  return measures;
}

std::vector<std::string> picture_feature_names() {
  std::vector<std::string> names = kernels::appearance_names();
  for (int i = 0; i < kernels::natural_scene_count; ++i) names.push_back("natural_" + std::to_string(i));
  return names;
}

}  // namespace tidemill::drivers
