#include "kernels/text/unicode.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace tidemill::kernels {
namespace {

struct FoldRange {
  char32_t first, last;
  std::int32_t step;   ///< 1: every code point, 2: every second one from `first`
  std::int32_t shift;  ///< what to add
};

/// Ascending, without overlaps.
constexpr FoldRange folds[] = {
    {0x0041, 0x005A, 1, 32},   {0x00C0, 0x00D6, 1, 32}, {0x00D8, 0x00DE, 1, 32},   {0x0100, 0x012E, 2, 1},
    {0x0130, 0x0130, 1, -199}, {0x0132, 0x0136, 2, 1},  {0x0139, 0x0147, 2, 1},    {0x014A, 0x0176, 2, 1},
    {0x0178, 0x0178, 1, -121}, {0x0179, 0x017D, 2, 1},  {0x017F, 0x017F, 1, -268}, {0x01CD, 0x01DB, 2, 1},
    {0x01DE, 0x01EE, 2, 1},    {0x01F8, 0x021E, 2, 1},  {0x0222, 0x0232, 2, 1},    {0x0386, 0x0386, 1, 38},
    {0x0388, 0x038A, 1, 37},   {0x038C, 0x038C, 1, 64}, {0x038E, 0x038F, 1, 63},   {0x0391, 0x03A1, 1, 32},
    {0x03A3, 0x03AB, 1, 32},   {0x03C2, 0x03C2, 1, 1},  {0x0400, 0x040F, 1, 80},   {0x0410, 0x042F, 1, 32},
    {0x0460, 0x0480, 2, 1},    {0x048A, 0x04BE, 2, 1},  {0x04C0, 0x04C0, 1, 15},   {0x04C1, 0x04CD, 2, 1},
    {0x04D0, 0x052E, 2, 1},    {0x0531, 0x0556, 1, 48}, {0x1E00, 0x1E94, 2, 1},    {0x1E9E, 0x1E9E, 1, -7615},
    {0x1EA0, 0x1EFE, 2, 1},    {0xFF21, 0xFF3A, 1, 32},
};

struct Range {
  char32_t first, last;
};

/// Beyond ASCII: what is no part of a word. Ascending.
constexpr Range no_words[] = {
    {0x0080, 0x00A9},    {0x00AB, 0x00B1}, {0x00B4, 0x00B4}, {0x00B6, 0x00B8}, {0x00BB, 0x00BF}, {0x00D7, 0x00D7},
    {0x00F7, 0x00F7},    {0x037E, 0x037E}, {0x0387, 0x0387}, {0x055A, 0x055F}, {0x0589, 0x058F}, {0x05BE, 0x05BE},
    {0x05F3, 0x05F4},    {0x0600, 0x060F}, {0x061B, 0x061F}, {0x066A, 0x066D}, {0x06D4, 0x06D4}, {0x0964, 0x0965},
    {0x0E3F, 0x0E3F},    {0x1680, 0x1680}, {0x2000, 0x206F}, {0x20A0, 0x20CF}, {0x2100, 0x214F}, {0x2190, 0x2BFF},
    {0x2E00, 0x2E7F},    {0x3000, 0x3004}, {0x3008, 0x3020}, {0x3030, 0x3030}, {0x303D, 0x303F}, {0x30FB, 0x30FB},
    {0xD800, 0xF8FF},    {0xFD3E, 0xFD3F}, {0xFE10, 0xFE1F}, {0xFE30, 0xFE6F}, {0xFEFF, 0xFEFF}, {0xFF01, 0xFF0F},
    {0xFF1A, 0xFF20},    {0xFF3B, 0xFF3E}, {0xFF40, 0xFF40}, {0xFF5B, 0xFF65}, {0xFFE0, 0xFFFF}, {0x1F000, 0x1FAFF},
    {0xE0000, 0x10FFFF},
};

char32_t find_fold(char32_t value) {
  auto const* const found = std::upper_bound(std::begin(folds), std::end(folds), value,
                                             [](char32_t v, FoldRange const& range) { return v < range.first; });
  if (found == std::begin(folds)) return value;
  FoldRange const& range = *(found - 1);
  if (value > range.last || (value - range.first) % static_cast<char32_t>(range.step) != 0) return value;
  return static_cast<char32_t>(static_cast<std::int32_t>(value) + range.shift);
}

}  // namespace

CodePoint decode_utf8(std::string_view text, std::size_t at) {
  auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  unsigned const lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  if (lead < 0xC2 || lead > 0xF4) return {};
  int const bytes = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (at + static_cast<std::size_t>(bytes) > text.size()) return {};
  char32_t value = lead & (0x7Fu >> bytes);
  for (int i = 1; i < bytes; ++i) {
    unsigned const next = byte(static_cast<std::size_t>(i));
    if ((next & 0xC0) != 0x80) return {};
    value = value << 6 | (next & 0x3F);
  }
  bool const is_overlong = (bytes == 3 && value < 0x800) || (bytes == 4 && value < 0x10000);
  if (is_overlong || (value >= 0xD800 && value < 0xE000) || value > 0x10FFFF) return {};
  return {value, bytes, true};
}

int encode_utf8(char32_t value, char* out) {
  if (value < 0x80) {
    out[0] = static_cast<char>(value);
    return 1;
  }
  int const bytes = value < 0x800 ? 2 : value < 0x10000 ? 3 : 4;
  constexpr unsigned lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
  for (int i = bytes - 1; i > 0; --i) {
    out[i] = static_cast<char>(0x80 | (value & 0x3F));
    value >>= 6;
  }
  out[0] = static_cast<char>(lead[bytes] | value);
  return bytes;
}

char32_t fold_case(char32_t value) { return find_fold(value); }

bool is_word_character(char32_t value) {
  if (value < 0x80) {
    return (value >= '0' && value <= '9') || (value >= 'A' && value <= 'Z') || (value >= 'a' && value <= 'z') ||
           value == '_';
  }
  auto const* const found = std::upper_bound(std::begin(no_words), std::end(no_words), value,
                                             [](char32_t v, Range const& range) { return v < range.first; });
  return found == std::begin(no_words) || value > (found - 1)->last;
}

}  // namespace tidemill::kernels
