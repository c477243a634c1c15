#include "kernels/text/folded_text.hpp"

#include <array>

#include "kernels/text/unicode.hpp"

namespace tidemill::kernels {
namespace {

constexpr unsigned char beyond_ascii = 0xFF;

/// What a byte becomes in a word: its lower case, 0 when it ends a word, beyond_ascii when it must be decoded.
constexpr std::array<unsigned char, 256> make_byte_table() {
  std::array<unsigned char, 256> table{};
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = static_cast<unsigned char>(c);
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = static_cast<unsigned char>(c);
  for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] = static_cast<unsigned char>(c + 32);
  table['_'] = '_';
  for (unsigned c = 0x80; c < 0x100; ++c) table[c] = beyond_ascii;
  return table;
}
constexpr std::array<unsigned char, 256> byte_table = make_byte_table();

}  // namespace

void fold_text(std::string_view text, FoldedText& out) {
  out.words.clear();
  out.invalid_bytes = 0;
  // Folding never lengthens a character, and at least one byte lies between words.
  if (out.bytes.size() < text.size() + 10) out.bytes.resize(text.size() + 10);
  char* const base = out.bytes.data();
  char* to = base;
  *to++ = ' ';
  char* word = to;
  bool is_ascii = true;
  auto const end_word = [&] {
    if (to == word) return;
    out.words.push_back({static_cast<std::uint32_t>(word - base), static_cast<std::uint32_t>(to - base), is_ascii});
    *to++ = ' ';
    word = to;
    is_ascii = true;
  };
  for (std::size_t at = 0; at < text.size();) {
    unsigned char const folded = byte_table[static_cast<unsigned char>(text[at])];
    if (folded == 0) {
      end_word();
      ++at;
    } else if (folded != beyond_ascii) {
      *to++ = static_cast<char>(folded);
      ++at;
    } else {
      CodePoint const point = decode_utf8(text, at);
      at += static_cast<std::size_t>(point.bytes);
      if (!point.is_valid) ++out.invalid_bytes;
      if (!point.is_valid || !is_word_character(point.value)) {
        end_word();
        continue;
      }
      to += encode_utf8(fold_case(point.value), to);
      is_ascii = is_ascii && static_cast<unsigned char>(to[-1]) < 0x80;
    }
  }
  end_word();
}

}  // namespace tidemill::kernels
