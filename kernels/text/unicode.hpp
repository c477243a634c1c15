#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tidemill::kernels {

/// One code point of UTF-8 text. `bytes` is 1 for a byte that begins no valid sequence (is_valid false).
struct CodePoint {
  char32_t value = 0;
  int bytes = 1;
  bool is_valid = false;
};
/// Decodes at text[at] (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
CodePoint decode_utf8(std::string_view text, std::size_t at);
/// Writes the UTF-8 form of a valid code point to `out` (room for 4); returns its length.
int encode_utf8(char32_t value, char* out);

/// Simple case folding (one code point to one) of Latin, Greek, Cyrillic, Armenian and full-width letters, after the
/// Unicode CaseFolding table; others stay. The folded form is never longer in UTF-8.
char32_t fold_case(char32_t value);

/// Whether a code point is part of a word: letters, digits, marks and '_'. Everything beyond ASCII counts as a letter
/// except the blocks of punctuation, symbols, spaces, controls and pictographs.
bool is_word_character(char32_t value);

}  // namespace tidemill::kernels
