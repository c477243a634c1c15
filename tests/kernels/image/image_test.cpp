#include <gtest/gtest.h>

#include <bit>
#include <random>

#include "kernels/image/appearance.hpp"
#include "kernels/image/filters.hpp"
#include "kernels/image/hashes.hpp"
#include "kernels/image/natural_scene.hpp"
#include "kernels/image/quality.hpp"
#include "kernels/image/signature.hpp"
#include "tests/reference/pictures.hpp"

namespace tidemill::kernels {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// Slopes, a few discs and some noise: not alike anywhere.
Bytes scene(int height, int width, unsigned seed, double noise = 4) {
  std::mt19937 engine(seed);
  auto const draw = [&] { return static_cast<double>(engine() % 10000) / 10000; };
  double const across = draw() * 80, down = draw() * 80;
  struct Disc {
    double y, x, radius, colour[3];
  };
  std::vector<Disc> discs;
  for (int d = 0; d < 5; ++d)
    discs.push_back({draw(), draw(), .1 + .2 * draw(), {200 * draw(), 200 * draw(), 200 * draw()}});
  Bytes rgb;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      double const v = (y + .5) / height, u = (x + .5) / width;
      for (int c = 0; c < 3; ++c) {
        double value = 40 + across * u + down * v + 10 * c;
        for (Disc const& disc : discs) {
          if (std::hypot(v - disc.y, u - disc.x) < disc.radius) value = disc.colour[c] + 30 * u;
        }
        rgb.push_back(static_cast<std::uint8_t>(std::clamp(value + noise * (2 * draw() - 1), 0.0, 255.0)));
      }
    }
  }
  return rgb;
}

Pixels pixels_of(Bytes const& rgb, int height, int width) { return to_pixels(Exec(), rgb.data(), height, width); }

reference::Grid grid_of(Plane const& plane) {
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), plane);
  reference::Grid grid{static_cast<int>(plane.extent(0)), static_cast<int>(plane.extent(1)), {}};
  for (std::size_t y = 0; y < plane.extent(0); ++y) {
    for (std::size_t x = 0; x < plane.extent(1); ++x) grid.value.push_back(host(y, x));
  }
  return grid;
}

Plane plane_of(Luma const& luma) {
  return resample(Exec(), luma, whole(luma.extent(0), luma.extent(1)), static_cast<int>(luma.extent(0)),
                  static_cast<int>(luma.extent(1)));
}

PictureHash hash_of(Bytes const& rgb, int height, int width) {
  Luma const luma = luma_of(Exec(), pixels_of(rgb, height, width));
  Window const window = whole(luma.extent(0), luma.extent(1));
  PictureHash hash;
  hash_windows(Exec(), luma, &window, 1, &hash);
  return hash;
}

TEST(Image, WorkedColourfulness) {
  Bytes const two{255, 0, 0, 0, 0, 255};
  EXPECT_NEAR(colourfulness_of(Exec(), pixels_of(two, 1, 2)), 272.618694, 5e-7);
  EXPECT_NEAR(colourfulness_of(Exec(), pixels_of(two, 2, 1)), 272.618694, 5e-7);
  EXPECT_EQ(colourfulness_of(Exec(), pixels_of(Bytes(30, 77), 2, 5)), 0);
}

TEST(Image, ResamplingIsTheReferenceForAnySize) {
  for (auto const& [height, width] : {std::pair{1, 1}, {1, 9}, {7, 5}, {33, 64}, {65, 31}}) {
    Luma const luma = luma_of(Exec(), pixels_of(scene(height, width, 3), height, width));
    reference::Grid const from = reference::luma(scene(height, width, 3), height, width);
    for (auto const& [h, w] : {std::pair{1, 1}, {8, 9}, {40, 70}}) {
      Window const window{.1 * width, 0, .9 * width, .95 * height};
      reference::Grid const ours = grid_of(resample(Exec(), luma, window, h, w));
      reference::Grid const theirs =
          reference::scaled(from, window.left, window.top, window.right, window.bottom, h, w);
      for (std::size_t i = 0; i < ours.value.size(); ++i) ASSERT_NEAR(ours.value[i], theirs.value[i], 1e-3);
    }
  }
}

TEST(Image, QualityIsTheReference) {
  for (auto const& [height, width] : {std::pair{3, 3}, {3, 40}, {65, 47}, {130, 64}}) {
    Bytes const rgb = scene(height, width, 5);
    reference::Grid const grid = reference::luma(rgb, height, width);
    Luma const luma = luma_of(Exec(), pixels_of(rgb, height, width));
    EXPECT_NEAR(noise_of(Exec(), luma), reference::noise(grid), 1e-9);
    double const sharpness = reference::sharpness(grid);
    EXPECT_NEAR(sharpness_of(Exec(), plane_of(luma)), sharpness, 1e-6 * sharpness);
  }
  Luma const narrow = luma_of(Exec(), pixels_of(Bytes(12, 9), 2, 2));
  EXPECT_TRUE(std::isnan(noise_of(Exec(), narrow)));
  EXPECT_TRUE(std::isnan(sharpness_of(Exec(), plane_of(narrow))));
}

TEST(Image, NoiseIsFoundAgain) {
  std::mt19937 engine(1);
  std::normal_distribution<double> normal(0, 6);
  Bytes rgb;
  for (int i = 0; i < 200 * 200; ++i) {
    auto const value = static_cast<std::uint8_t>(std::clamp(std::round(128 + normal(engine)), 0.0, 255.0));
    rgb.insert(rgb.end(), {value, value, value});
  }
  EXPECT_NEAR(noise_of(Exec(), luma_of(Exec(), pixels_of(rgb, 200, 200))), 6, .1);
}

TEST(Image, ExposureCountsPixels) {
  Bytes rgb;
  for (int i = 0; i < 100; ++i)
    rgb.insert(rgb.end(), 3, static_cast<std::uint8_t>(i < 10 ? 4 : i < 80 ? 100 : i < 97 ? 200 : 251));
  Exposure const exposure = exposure_of(Exec(), luma_of(Exec(), pixels_of(rgb, 4, 25)));
  EXPECT_DOUBLE_EQ(exposure.dark_share, .1);
  EXPECT_DOUBLE_EQ(exposure.bright_share, .03);
  EXPECT_DOUBLE_EQ(exposure.mean, (10 * 4 + 70 * 100 + 17 * 200 + 3 * 251) / 100.0);
  EXPECT_DOUBLE_EQ(exposure.range, 200 - 4);
}

TEST(Image, NaturalSceneFeaturesAreTheReference) {
  int const height = 60, width = 51;
  Plane const plane = plane_of(luma_of(Exec(), pixels_of(scene(height, width, 8), height, width)));
  auto const ours = natural_scene_features(Exec(), plane);
  reference::Grid const grid = grid_of(plane);
  std::vector<double> expected = reference::natural_scene(grid);
  std::vector<double> const half = reference::natural_scene(reference::scaled(grid, 0, 0, width, height, 30, 25));
  expected.insert(expected.end(), half.begin(), half.end());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    bool const is_shape = i % 18 == 0 || i % 18 % 4 == 2;  // steps of .001
    EXPECT_NEAR(ours[i], expected[i], is_shape ? .00201 : 2e-3 * std::abs(expected[i]) + 1e-6) << i;
  }
}

TEST(Image, FlatPicturesHaveFiniteFeatures) {
  for (auto const& [height, width] : {std::pair{1, 1}, {1, 7}, {20, 20}}) {
    auto const bytes = Bytes(static_cast<std::size_t>(3 * height * width), 90);
    Plane const plane = plane_of(luma_of(Exec(), pixels_of(bytes, height, width)));
    auto const features = natural_scene_features(Exec(), plane);
    for (double const value : features) EXPECT_TRUE(std::isfinite(value));
    EXPECT_EQ(features[0], 10);
    EXPECT_EQ(features[1], 0);
    for (double const value : appearance_of(Exec(), plane, plane, plane)) EXPECT_TRUE(std::isfinite(value));
  }
}

TEST(Image, HashesAreTheReference) {
  for (unsigned const seed : {1u, 2u, 3u, 4u}) {
    Bytes const rgb = scene(90, 71, seed);
    PictureHash const ours = hash_of(rgb, 90, 71);
    reference::Grid const grid = reference::luma(rgb, 90, 71);
    EXPECT_EQ(ours.difference, reference::difference_hash(grid));
    EXPECT_EQ(ours.frequency, reference::frequency_hash(grid));
  }
}

TEST(Image, HashesStayWithSizeAndLightAndPartWithContent) {
  Bytes const rgb = scene(180, 240, 7);
  PictureHash const hash = hash_of(rgb, 180, 240);
  Pixels const small = resized(Exec(), pixels_of(rgb, 180, 240), {90, 120});
  auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), small);
  PictureHash const half = hash_of(Bytes(host.data(), host.data() + host.size()), 90, 120);
  EXPECT_LE(std::popcount(hash.difference ^ half.difference), 3);
  EXPECT_LE(std::popcount(hash.frequency ^ half.frequency), 3);
  Bytes darker = rgb;
  for (std::uint8_t& value : darker) value = static_cast<std::uint8_t>(value * 3 / 4);
  EXPECT_LE(std::popcount(hash.difference ^ hash_of(darker, 180, 240).difference), 4);
  PictureHash const other = hash_of(scene(180, 240, 99), 180, 240);
  EXPECT_GE(std::popcount(hash.difference ^ other.difference), 10);
  EXPECT_GE(std::popcount(hash.frequency ^ other.frequency), 10);
}

std::vector<double> similarities(std::vector<std::pair<Bytes, Extent>> const& pictures,
                                 std::vector<std::pair<int, int>> const& pairs) {
  Signatures const signatures("signatures", pictures.size(), signature_bytes);
  auto const host = Kokkos::create_mirror_view(signatures);
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    auto const& [rgb, size] = pictures[i];
    make_signature(Exec(), luma_of(Exec(), pixels_of(rgb, size.height, size.width)), &host(i, 0));
  }
  Kokkos::deep_copy(signatures, host);
  Array<std::int64_t> const first("first", pairs.size()), second("second", pairs.size());
  Array<double> const similarity("similarity", pairs.size());
  auto const host_first = Kokkos::create_mirror_view(first), host_second = Kokkos::create_mirror_view(second);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    host_first(i) = pairs[i].first;
    host_second(i) = pairs[i].second;
  }
  Kokkos::deep_copy(first, host_first);
  Kokkos::deep_copy(second, host_second);
  compare_signatures(Exec(), signatures, first, second, similarity);
  auto const result = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), similarity);
  return {result.data(), result.data() + result.size()};
}

TEST(Image, SignaturesSeeThroughLightCutsAndCaptions) {
  int const height = 120, width = 160;
  Bytes const rgb = scene(height, width, 7);
  Bytes dark = rgb, captioned = rgb, cut;
  for (std::uint8_t& value : dark) value = static_cast<std::uint8_t>(10 + value * 6 / 10);
  for (int y = 100; y < 112; ++y) {
    for (int i = 3 * 20; i < 3 * 75; ++i) captioned[static_cast<std::size_t>(3 * width * y + i)] = 255;
  }
  for (int y = 6; y < height; ++y) {
    for (int i = 3 * 2; i < 3 * 154; ++i) cut.push_back(rgb[static_cast<std::size_t>(3 * width * y + i)]);
  }
  std::vector<double> const similarity = similarities({{rgb, {height, width}},
                                                       {dark, {height, width}},
                                                       {captioned, {height, width}},
                                                       {cut, {114, 152}},
                                                       {scene(height, width, 99), {height, width}},
                                                       {Bytes(rgb.size(), 50), {height, width}}},
                                                      {{0, 0}, {0, 1}, {0, 2}, {0, 3}, {3, 0}, {0, 4}, {0, 5}, {5, 5}});
  EXPECT_EQ(similarity[0], 1);
  for (std::size_t i = 1; i < 5; ++i) EXPECT_GT(similarity[i], .965) << i;
  EXPECT_LT(similarity[5], .9);
  EXPECT_EQ(similarity[6], 0);  // flat
  EXPECT_EQ(similarity[7], 0);
}

TEST(Image, AppearanceAddsUpAndNamesColours) {
  Bytes rgb;
  for (int i = 0; i < 64; ++i) rgb.insert(rgb.end(), {0, 200, 0});
  Pixels const pixels = pixels_of(rgb, 8, 8);
  auto const colour = [&](int c) { return resample(Exec(), pixels, c, whole(8, 8), 8, 8); };
  auto const green = appearance_of(Exec(), colour(0), colour(1), colour(2));
  EXPECT_NEAR(green[1], 200.0 / 255, 1e-6);
  EXPECT_EQ(green[6 + 4], 1);  // 120 degrees
  ASSERT_EQ(appearance_names().size(), static_cast<std::size_t>(appearance_count));
  Pixels const busy = pixels_of(scene(64, 48, 2), 64, 48);
  auto const plane = [&](int c) { return resample(Exec(), busy, c, whole(64, 48), 64, 48); };
  auto const values = appearance_of(Exec(), plane(0), plane(1), plane(2));
  for (auto const& [begin, end] : {std::pair{6, 18}, {18, 26}, {26, 58}, {58, 68}}) {
    double sum = 0;
    for (int i = begin; i < end; ++i) sum += values[static_cast<std::size_t>(i)];
    EXPECT_NEAR(sum, 1, 1e-12);
  }
}

TEST(Image, FiltersDoWhatTheySay) {
  Pixels const pixels = pixels_of(scene(96, 128, 4, 12), 96, 128);
  auto const noise = [](Pixels const& p) { return noise_of(Exec(), luma_of(Exec(), p)); };
  auto const sharpness = [](Pixels const& p) { return sharpness_of(Exec(), plane_of(luma_of(Exec(), p))); };
  EXPECT_LT(noise(denoised(Exec(), pixels, 20)), .6 * noise(pixels));
  EXPECT_GT(sharpness(sharpened(Exec(), pixels, .6)), 1.2 * sharpness(pixels));
  Pixels const flat = pixels_of(Bytes(300, 255), 10, 10);
  for (Pixels const& result :
       {denoised(Exec(), flat, 10), sharpened(Exec(), flat, 1), resized(Exec(), flat, {5, 17})}) {
    auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), result);
    for (std::size_t i = 0; i < host.size(); ++i) ASSERT_EQ(host.data()[i], 255);
  }
  Extent const size = scaled_to({333, 500}, 512);
  EXPECT_EQ(size.width, 512);
  EXPECT_EQ(size.height, 341);
  EXPECT_EQ(scaled_to({1, 5000}, 512).height, 1);
}

}  // namespace
}  // namespace tidemill::kernels
