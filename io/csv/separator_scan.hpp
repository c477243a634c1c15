#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace tidemill::io::csv {

/// What a scan of whole rows found. Offsets count from the scanned range's start.
struct SeparatorScan {
  std::size_t separators = 0;  ///< entries written
  std::size_t line_ends = 0;   ///< line feeds among them
  bool any_quote = false;
  bool regular = true;       ///< false: a quote stands where the short rules below do not cover it
  bool ends_inside = false;  ///< the range ends inside quotes
};

/// Finds all separators (delimiter or line feed, outside quotes) in `size` bytes that begin outside quotes and at a
/// row's start. `out` has room for size + 64 entries.
/// The short rules: quotes toggle, and one that opens stands right behind a separator (or is the second of a doubled
/// one). Where they do not hold, `regular` is false, what was written counts for nothing, and read_row() decides.
using ScanSeparators = SeparatorScan (*)(char const* text, std::size_t size, char delimiter, std::uint32_t* out);

SeparatorScan scan_separators_portable(char const* text, std::size_t size, char delimiter, std::uint32_t* out);
SeparatorScan scan_separators_avx512(char const* text, std::size_t size, char delimiter, std::uint32_t* out);
/// The fastest one that this processor has.
ScanSeparators best_separator_scan();

/// The same scan for a piece that begins anywhere outside quotes and writes nothing: only `regular` and `ends_inside`
/// count. `after_separator`: a separator or a quote stands right before the piece.
SeparatorScan scan_quotes_portable(char const* text, std::size_t size, char delimiter, bool after_separator);
SeparatorScan scan_quotes_avx512(char const* text, std::size_t size, char delimiter, bool after_separator);

/// Whether this processor runs the files named *_avx512.cpp.
bool has_avx512();

namespace detail {

/// Bit i of the result: the number of set bits at or below i is odd.
inline std::uint64_t running_parity(std::uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

/// The scan over blocks of 64 bytes. `Block` loads up to 64 bytes (the rest count as 0) and compares; `emit` writes the
/// positions of set bits and returns where the next ones go.
template <class Block, class Emit>
SeparatorScan scan_blocks(char const* text, std::size_t size, char delimiter, bool after_separator, std::uint32_t* out,
                          Emit const& emit) {
  SeparatorScan scan;
  std::uint64_t inside_before = 0;                           // all ones inside quotes
  std::uint64_t separator_before = after_separator ? 1 : 0;  // or a quote
  std::uint64_t stray = 0, any_quote = 0;
  std::uint32_t* at = out;
  for (std::size_t first = 0; first < size; first += 64) {
    Block const block(text + first, size - first < 64 ? size - first : 64);
    std::uint64_t const lines = block.equal('\n');
    std::uint64_t const quotes = block.equal('"');
    std::uint64_t separators = lines | block.equal(delimiter);
    if ((quotes | inside_before) != 0) {
      std::uint64_t const inside = running_parity(quotes) ^ inside_before;
      std::uint64_t const may_open = (separators | quotes) << 1 | separator_before;
      stray |= quotes & inside & ~may_open;
      any_quote |= quotes;
      inside_before = std::uint64_t{0} - (inside >> 63);
      separator_before = (separators | quotes) >> 63;
      separators &= ~inside;
      scan.line_ends += static_cast<std::size_t>(std::popcount(lines & ~inside));
    } else {
      separator_before = separators >> 63;
      scan.line_ends += static_cast<std::size_t>(std::popcount(lines));
    }
    at = emit(separators, static_cast<std::uint32_t>(first), at);
  }
  scan.separators = static_cast<std::size_t>(at - out);
  scan.any_quote = any_quote != 0;
  scan.regular = stray == 0;
  scan.ends_inside = inside_before != 0;
  return scan;
}

}  // namespace detail
}  // namespace tidemill::io::csv
