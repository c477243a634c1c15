#include "io/csv/quotes.hpp"

#include <cstring>

#include "io/csv/separator_scan.hpp"

namespace tidemill::io::csv {
namespace {

/// A quote at `at`, known to be outside, opens a field.
bool opens_field(std::string_view text, std::size_t at, char delimiter) {
  while (at > 0 && is_blank(text[at - 1], delimiter)) --at;
  return at == 0 || text[at - 1] == delimiter || text[at - 1] == '\n';
}

QuoteState after_run(QuoteState before, bool opens, std::size_t length) {
  bool const odd = length % 2 == 1;
  if (before == QuoteState::inside) return odd ? QuoteState::outside : QuoteState::inside;
  return opens && odd ? QuoteState::inside : QuoteState::outside;
}

std::size_t run_end(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] == '"') ++at;
  return at;
}

std::size_t find(std::string_view text, char c, std::size_t from, std::size_t end) {
  if (from >= end) return end;
  void const* const found = std::memchr(text.data() + from, c, end - from);
  return found == nullptr ? end : static_cast<std::size_t>(static_cast<char const*>(found) - text.data());
}

/// The run that reaches over `from` from before belongs to the piece before.
std::size_t skip_begun_run(std::string_view text, std::size_t from) {
  return from > 0 && from < text.size() && text[from - 1] == '"' ? run_end(text, from) : from;
}

}  // namespace

QuoteEffect quote_effect(std::string_view text, std::size_t first, std::size_t end, char delimiter) {
  QuoteEffect effect;
  std::size_t at = find(text, '"', skip_begun_run(text, first), end);
  while (at < end) {
    std::size_t const stop = run_end(text, at);
    bool const opens = opens_field(text, at, delimiter);
    effect.from_outside = after_run(effect.from_outside, opens, stop - at);
    effect.from_inside = after_run(effect.from_inside, opens, stop - at);
    at = find(text, '"', stop, end);
  }
  return effect;
}

QuoteState state_after(std::string_view text, std::size_t first, std::size_t end, QuoteState before, char delimiter) {
  if (first >= end) return before;
  bool const cuts_a_run = (first > 0 && text[first - 1] == '"') || (end < text.size() && text[end] == '"');
  if (before == QuoteState::outside && !cuts_a_run) {
    bool const after_separator = first == 0 || text[first - 1] == delimiter || text[first - 1] == '\n';
    auto const scan_quotes = has_avx512() ? scan_quotes_avx512 : scan_quotes_portable;
    SeparatorScan const scan = scan_quotes(text.data() + first, end - first, delimiter, after_separator);
    if (scan.regular) return scan.ends_inside ? QuoteState::inside : QuoteState::outside;
  }
  return quote_effect(text, first, end, delimiter).apply(before);
}

std::size_t next_row_start(std::string_view text, std::size_t from, QuoteState state, char delimiter) {
  if (from == 0) return 0;
  // A line feed just before `from` starts a row here only when it lies outside, as `from` then does too.
  if (state == QuoteState::outside && text[from - 1] == '\n') return from;
  std::size_t at = skip_begun_run(text, from);
  while (at < text.size()) {
    if (state == QuoteState::inside) {
      at = find(text, '"', at, text.size());
      std::size_t const stop = run_end(text, at);
      state = after_run(state, false, stop - at);
      at = stop;
      continue;
    }
    std::size_t const line = find(text, '\n', at, text.size());
    std::size_t const quote = find(text, '"', at, line);
    if (quote == line) return line < text.size() ? line + 1 : text.size();
    std::size_t const stop = run_end(text, quote);
    state = after_run(state, opens_field(text, quote, delimiter), stop - quote);
    at = stop;
  }
  return text.size();
}

}  // namespace tidemill::io::csv
