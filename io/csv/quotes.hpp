#pragma once

#include <cstddef>
#include <string_view>

namespace tidemill::io::csv {

/// Whether a position lies inside a quoted field.
enum class QuoteState : unsigned char { outside, inside };

/// What a piece of text does to the state: the state after it, for each state before it. Pieces compose, so ranks and
/// threads look at their pieces at once and a short product over pieces gives every piece its true start state.
struct QuoteEffect {
  QuoteState from_outside = QuoteState::outside;
  QuoteState from_inside = QuoteState::inside;
  QuoteState apply(QuoteState before) const { return before == QuoteState::outside ? from_outside : from_inside; }
};

/// The rules of quoting. A quote opens a field only where nothing but blanks stands between it and the field's start;
/// any other quote outside is an ordinary character (12" pizza). Inside, a doubled quote is a quote, a single one
/// closes. A run of quotes is never split: it belongs to the piece in which it begins.
QuoteEffect quote_effect(std::string_view text, std::size_t first, std::size_t end, char delimiter);

/// The state behind a piece that is entered in `before`: what quote_effect() says, mostly at the speed of memory.
QuoteState state_after(std::string_view text, std::size_t first, std::size_t end, QuoteState before, char delimiter);

/// The first row start at or after `from`, which is in `state` (an offset just behind a line feed that lies outside
/// quotes); text.size() when there is none. A row starting exactly at `from` counts.
std::size_t next_row_start(std::string_view text, std::size_t from, QuoteState state, char delimiter);

/// Blanks around values, which are no part of them. A tab is one unless it separates fields.
inline bool is_blank(char c, char delimiter) { return c == ' ' || (c == '\t' && delimiter != '\t'); }

}  // namespace tidemill::io::csv
