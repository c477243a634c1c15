#include "drivers/generate/png.hpp"

#include <algorithm>

namespace tidemill::drivers {
namespace {

void put_big_endian(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 255);
}

/// CRC-32 of ISO 3309, as PNG asks for.
std::uint32_t crc_of(std::string const& bytes) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (char const byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? 0xEDB88320u ^ crc >> 1 : crc >> 1;
  }
  return crc ^ 0xFFFFFFFFu;
}

void put_chunk(std::string& out, std::string const& kind, std::string const& data) {
  put_big_endian(out, static_cast<std::uint32_t>(data.size()));
  out += kind + data;
  put_big_endian(out, crc_of(kind + data));
}

/// A zlib stream of stored blocks.
std::string stored(std::string const& bytes) {
  constexpr std::size_t largest_block = 65535;
  std::string out("\x78\x01", 2);
  for (std::size_t at = 0; at < bytes.size(); at += largest_block) {
    std::size_t const size = std::min(largest_block, bytes.size() - at);
    out += static_cast<char>(at + size == bytes.size() ? 1 : 0);
    for (std::size_t const length : {size, ~size}) {
      out += static_cast<char>(length & 255);
      out += static_cast<char>(length >> 8 & 255);
    }
    out += bytes.substr(at, size);
  }
  std::uint32_t low = 1, high = 0;  // Adler-32
  for (char const byte : bytes) {
    low = (low + static_cast<unsigned char>(byte)) % 65521;
    high = (high + low) % 65521;
  }
  put_big_endian(out, high << 16 | low);
  return out;
}

}  // namespace

std::string png_bytes(RgbPicture const& picture) {
  std::string rows;
  auto const row_bytes = static_cast<std::size_t>(picture.width) * 3;
  for (int y = 0; y < picture.height; ++y) {
    rows += '\0';  // no filter
    auto const from = picture.rgb.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(y) * row_bytes);
    rows.append(from, from + static_cast<std::ptrdiff_t>(row_bytes));
  }
  std::string head;
  put_big_endian(head, static_cast<std::uint32_t>(picture.width));
  put_big_endian(head, static_cast<std::uint32_t>(picture.height));
  head += std::string("\x08\x02\x00\x00\x00", 5);  // 8 bits per channel, colour, no interlace
  std::string file("\x89PNG\r\n\x1A\n", 8);
  put_chunk(file, "IHDR", head);
  put_chunk(file, "IDAT", stored(rows));
  put_chunk(file, "IEND", "");
  return file;
}

}  // namespace tidemill::drivers
