#include "io/images/format.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace tidemill::io {
namespace {

using namespace std::string_view_literals;

struct FormatNames {
  PictureFormat format;
  std::string_view name;
  std::array<std::string_view, 4> extensions;
};
constexpr std::array<FormatNames, 11> formats{{
    {PictureFormat::jpeg, "jpeg", {".jpg", ".jpeg", ".jpe", ".jfif"}},
    {PictureFormat::png, "png", {".png", ".apng"}},
    {PictureFormat::gif, "gif", {".gif"}},
    {PictureFormat::webp, "webp", {".webp"}},
    {PictureFormat::bmp, "bmp", {".bmp", ".dib"}},
    {PictureFormat::tiff, "tiff", {".tif", ".tiff"}},
    {PictureFormat::heif, "heif", {".heic", ".heif", ".hif"}},
    {PictureFormat::avif, "avif", {".avif"}},
    {PictureFormat::jpegxl, "jpegxl", {".jxl"}},
    {PictureFormat::icon, "icon", {".ico"}},
    {PictureFormat::photoshop, "photoshop", {".psd", ".psb"}},
}};

std::uint32_t big_endian(std::string_view bytes, std::size_t at, int count) {
  std::uint32_t value = 0;
  for (int i = 0; i < count; ++i)
    value = value << 8 | static_cast<std::uint8_t>(bytes[at + static_cast<std::size_t>(i)]);
  return value;
}

std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t count, bool little) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    value = value << 8 | static_cast<std::uint8_t>(bytes[at + (little ? count - 1 - i : i)]);
  }
  return value;
}

/// Tag 0x0112 of the first directory of an Exif block; 1 when there is none that makes sense.
int exif_orientation(std::string_view exif) {
  if (!exif.starts_with("Exif\0\0"sv) || exif.size() < 14) return 1;
  std::string_view const tiff = exif.substr(6);
  bool const little = tiff.starts_with("II"sv);
  if (!little && !tiff.starts_with("MM"sv)) return 1;
  std::size_t const directory = number_at(tiff, 4, 4, little);
  if (directory + 2 > tiff.size()) return 1;
  std::size_t const entries = number_at(tiff, directory, 2, little);
  for (std::size_t entry = 0; entry < entries; ++entry) {
    std::size_t const at = directory + 2 + 12 * entry;
    if (at + 12 > tiff.size()) return 1;
    if (number_at(tiff, at, 2, little) != 0x0112) continue;
    auto const value = static_cast<int>(number_at(tiff, at + 8, 2, little));
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

bool is_frame(std::uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/// First marker at or after `at` in coded data, where FF 00 is a stuffed byte and FF D0..D7 restart it.
std::size_t end_of_scan(std::string_view bytes, std::size_t at) {
  for (; at + 1 < bytes.size(); ++at) {
    at = bytes.find('\xFF', at);
    if (at == std::string_view::npos || at + 1 >= bytes.size()) return bytes.size();
    auto const next = static_cast<std::uint8_t>(bytes[at + 1]);
    if (next != 0x00 && next != 0xFF && (next < 0xD0 || next > 0xD7)) return at;
  }
  return bytes.size();
}

PictureStructure check_jpeg(std::string_view bytes) {
  PictureStructure found;
  bool has_scan = false;
  for (std::size_t at = 2; at + 1 < bytes.size();) {
    if (bytes[at] != '\xFF') {
      found.problem = "no marker where one must stand";
      return found;
    }
    auto const marker = static_cast<std::uint8_t>(bytes[at + 1]);
    if (marker == 0xFF) {  // fill byte
      ++at;
      continue;
    }
    at += 2;
    if (marker == 0xD9) {
      found.complete = true;
      found.valid = has_scan && found.width > 0 && found.height > 0;
      if (!found.valid) found.problem = has_scan ? "no size" : "no picture data";
      return found;
    }
    if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7)) continue;
    if (at + 2 > bytes.size()) break;
    std::size_t const length = big_endian(bytes, at, 2);
    if (length < 2 || marker == 0x00 || marker == 0xD8) {
      found.problem = "a segment without a length, or a marker that may not stand here";
      return found;
    }
    if (at + length > bytes.size()) break;
    std::string_view const segment = bytes.substr(at + 2, length - 2);
    if (is_frame(marker) && segment.size() >= 6) {
      found.height = static_cast<int>(big_endian(segment, 1, 2));
      found.width = static_cast<int>(big_endian(segment, 3, 2));
    }
    if (marker == 0xE1 && found.orientation == 1) found.orientation = exif_orientation(segment);
    at += length;
    if (marker == 0xDA) {
      has_scan = true;
      at = end_of_scan(bytes, at);
    }
  }
  found.valid = true;  // as far as it goes
  found.problem = "ends before the end marker";
  return found;
}

PictureStructure check_png(std::string_view bytes) {
  PictureStructure found;
  bool has_data = false, first = true;
  for (std::size_t at = 8; at + 12 <= bytes.size();) {
    std::size_t const length = big_endian(bytes, at, 4);
    std::string_view const type = bytes.substr(at + 4, 4);
    bool const letters =
        std::all_of(type.begin(), type.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
    if (!letters || length > 0x7FFFFFFF) {
      found.problem = "a chunk without a name of four letters, or too long";
      return found;
    }
    if (first != (type == "IHDR") || (first && length != 13)) {
      found.problem = "the header chunk is not first, or of a wrong length";
      return found;
    }
    if (at + 12 + length > bytes.size()) break;
    if (first) {
      found.width = static_cast<int>(std::min(big_endian(bytes, at + 8, 4), 0x7FFFFFFFu));
      found.height = static_cast<int>(std::min(big_endian(bytes, at + 12, 4), 0x7FFFFFFFu));
    }
    auto const* const start = reinterpret_cast<Bytef const*>(bytes.data() + at + 4);
    bool const is_critical = type[0] >= 'A' && type[0] <= 'Z';
    if (is_critical && crc32_z(0, start, length + 4) != big_endian(bytes, at + 8 + length, 4)) {
      found.problem = "wrong check sum of chunk " + std::string(type);
      return found;
    }
    first = false;
    has_data |= type == "IDAT";
    at += 12 + length;
    if (type == "IEND") {
      found.complete = true;
      found.valid = has_data && found.width > 0 && found.height > 0;
      if (!found.valid) found.problem = has_data ? "no size" : "no picture data";
      return found;
    }
  }
  found.valid = true;  // as far as it goes
  found.problem = "ends before the end chunk";
  return found;
}

}  // namespace

std::string name_of(PictureFormat format) {
  for (FormatNames const& entry : formats) {
    if (entry.format == format) return std::string(entry.name);
  }
  return "unknown";
}

PictureFormat declared_format(std::filesystem::path const& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  for (FormatNames const& entry : formats) {
    for (std::string_view const known : entry.extensions) {
      if (!known.empty() && known == extension) return entry.format;
    }
  }
  return PictureFormat::unknown;
}

PictureFormat detected_format(std::string_view bytes) {
  auto const begins = [&](std::string_view magic) { return bytes.starts_with(magic); };
  if (begins("\xFF\xD8\xFF"sv)) return PictureFormat::jpeg;
  if (begins("\x89PNG\r\n\x1A\n"sv)) return PictureFormat::png;
  if (begins("GIF87a"sv) || begins("GIF89a"sv)) return PictureFormat::gif;
  if (begins("RIFF"sv) && bytes.substr(0, 12).ends_with("WEBP"sv)) return PictureFormat::webp;
  if (begins("II*\0"sv) || begins("MM\0*"sv)) return PictureFormat::tiff;
  if (begins("8BPS\0"sv)) return PictureFormat::photoshop;
  if (begins("\xFF\x0A"sv) || begins("\0\0\0\x0CJXL \r\n\x87\n"sv)) return PictureFormat::jpegxl;
  if (begins("\0\0\1\0"sv) && bytes.size() >= 22) return PictureFormat::icon;
  // Two letters alone are no proof: the reserved words of a bitmap are 0.
  if (begins("BM"sv) && bytes.size() >= 26 && big_endian(bytes, 6, 4) == 0) return PictureFormat::bmp;
  if (bytes.size() >= 12 && bytes.substr(4, 4) == "ftyp"sv) {
    std::string_view const brand = bytes.substr(8, 4);
    if (brand == "avif"sv || brand == "avis"sv) return PictureFormat::avif;
    for (std::string_view const heif : {"heic"sv, "heix"sv, "hevc"sv, "mif1"sv, "msf1"sv}) {
      if (brand == heif) return PictureFormat::heif;
    }
  }
  return PictureFormat::unknown;
}

PictureStructure check_structure(std::string_view bytes, PictureFormat format) {
  if (format == PictureFormat::jpeg) return check_jpeg(bytes);
  if (format == PictureFormat::png) return check_png(bytes);
  return {false, false, 0, 0, 1, "not a format whose parts are known here"};
}

}  // namespace tidemill::io
