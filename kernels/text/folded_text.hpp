#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill::kernels {

/// A text as case-folded words with one blank before and after each, so that " word " is one stretch of `bytes`:
///
///   text   Crème  BRÛLÉE!          bytes  " crème brûlée "
struct FoldedText {
  struct Word {
    std::uint32_t begin = 0;  ///< first byte of the word in `bytes`
    std::uint32_t end = 0;    ///< one past its last
    bool is_ascii = true;     ///< then every byte is a character
  };
  /// Folded words; eight more bytes may be read after the last blank.
  std::string bytes;
  std::vector<Word> words;
  std::int64_t invalid_bytes = 0;  ///< bytes that are no UTF-8; each ends a word
};

/// Words are longest runs of word characters (unicode.hpp). `out` is overwritten and keeps its memory. Texts must be
/// shorter than 4 GiB.
void fold_text(std::string_view text, FoldedText& out);

}  // namespace tidemill::kernels
