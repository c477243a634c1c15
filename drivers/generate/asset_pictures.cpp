#include <algorithm>
#include <array>
#include <cmath>

#include "drivers/generate/asset_world.hpp"
#include "drivers/generate/draws.hpp"
#include "drivers/generate/png.hpp"

namespace tidemill::drivers {
namespace {

enum : std::uint32_t { picture_shapes = 43, picture_grain = 44 };

constexpr int width = 80, height = 60;

std::uint8_t clipped(double value) { return static_cast<std::uint8_t>(std::clamp(value + 0.5, 0.0, 255.0)); }

/// Soft-edged discs in the colours of the theme on a sloping ground, with a fine grain.
RgbPicture draw_original(AssetWorld const& world, std::int64_t asset) {
  Draws draws(world.seed, static_cast<std::uint64_t>(asset), picture_shapes);
  double const hue = 0.7 * static_cast<double>(world.theme_of_asset(asset));
  struct Disc {
    double x, y, radius, colour[3];
  };
  std::vector<Disc> discs;
  for (int d = 0; d < 14; ++d) {
    Disc disc{draws.between(0, width), draws.between(0, height), draws.between(4, 22), {}};
    double const own = hue + draws.between(0, 1.2);
    for (int c = 0; c < 3; ++c) disc.colour[c] = 128 + 100 * std::cos(own + 2.1 * c) + draws.between(-20, 20);
    discs.push_back(disc);
  }
  double const slope_x = draws.between(-0.6, 0.6), slope_y = draws.between(-0.6, 0.6);
  Draws grain(world.seed, static_cast<std::uint64_t>(asset), picture_grain);
  RgbPicture picture{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      double colour[3];
      for (int c = 0; c < 3; ++c) {
        colour[c] = 120 + 40 * std::cos(hue + 2.1 * c) + slope_x * (x - width / 2) + slope_y * (y - height / 2);
      }
      for (Disc const& disc : discs) {
        double const distance = std::sqrt((x - disc.x) * (x - disc.x) + (y - disc.y) * (y - disc.y));
        double const cover = std::clamp((disc.radius - distance) / 1.5 + 0.5, 0.0, 1.0);
        for (int c = 0; c < 3; ++c) colour[c] += cover * (disc.colour[c] - colour[c]);
      }
      double const speck = grain.between(-6, 6);
      for (double const value : colour) picture.rgb.push_back(clipped(value + speck));
    }
  }
  return picture;
}

template <class Change>
void change_values(RgbPicture& picture, Change const& change) {
  for (std::uint8_t& value : picture.rgb) value = clipped(change(static_cast<double>(value)));
}

/// Mean over squares of 2 reach + 1 pixels, as far as they lie inside.
RgbPicture blurred(RgbPicture const& picture, int reach) {
  RgbPicture result = picture;
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      for (int c = 0; c < 3; ++c) {
        int sum = 0, count = 0;
        for (int v = std::max(0, y - reach); v <= std::min(picture.height - 1, y + reach); ++v) {
          for (int u = std::max(0, x - reach); u <= std::min(picture.width - 1, x + reach); ++u, ++count) {
            sum += picture.rgb[static_cast<std::size_t>((v * picture.width + u) * 3 + c)];
          }
        }
        result.rgb[static_cast<std::size_t>((y * picture.width + x) * 3 + c)] = static_cast<std::uint8_t>(sum / count);
      }
    }
  }
  return result;
}

/// Three quarters of the size, by the nearest pixel of the blurred picture.
RgbPicture shrunk(RgbPicture const& picture) {
  RgbPicture const soft = blurred(picture, 1);
  RgbPicture result{picture.width * 3 / 4, picture.height * 3 / 4, {}};
  for (int y = 0; y < result.height; ++y) {
    for (int x = 0; x < result.width; ++x) {
      auto const at = static_cast<std::size_t>(((y * 4 / 3) * picture.width + x * 4 / 3) * 3);
      result.rgb.insert(result.rgb.end(), soft.rgb.begin() + static_cast<std::ptrdiff_t>(at),
                        soft.rgb.begin() + static_cast<std::ptrdiff_t>(at) + 3);
    }
  }
  return result;
}

void add_noise(RgbPicture& picture, AssetWorld const& world, std::int64_t asset) {
  Draws draws(world.seed, static_cast<std::uint64_t>(asset), picture_grain + 1);
  change_values(picture, [&](double value) { return value + 45 * draws.normal(); });
}

}  // namespace

std::string asset_picture(AssetWorld const& world, std::int64_t asset) {
  if (std::int64_t const original = world.picture_original(asset); original >= 0) {
    RgbPicture const picture = draw_original(world, original);
    if (asset % 2 == 0) return png_bytes(shrunk(picture));
    RgbPicture brighter = picture;
    change_values(brighter, [](double value) { return 1.08 * value + 6; });
    return png_bytes(brighter);
  }
  RgbPicture picture = draw_original(world, asset);
  switch (world.defect_of(asset)) {
    case PictureDefect::blurred:
      return png_bytes(blurred(blurred(picture, 4), 4));
    case PictureDefect::dark:
      change_values(picture, [](double value) { return 0.08 * value; });
      break;
    case PictureDefect::bright:
      change_values(picture, [](double value) { return 2.4 * value + 40; });
      break;
    case PictureDefect::noisy:
      add_noise(picture, world, asset);
      break;
    case PictureDefect::truncated: {
      std::string const bytes = png_bytes(picture);
      return bytes.substr(0, bytes.size() * 3 / 5);
    }
    default:
      break;
  }
  return png_bytes(picture);
}

}  // namespace tidemill::drivers
