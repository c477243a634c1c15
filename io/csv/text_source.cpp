#include "io/csv/text_source.hpp"

#include <omp.h>

#include <algorithm>
#include <span>
#include <utility>

#include "io/csv/dialect.hpp"
#include "io/csv/quotes.hpp"
#include "io/error.hpp"

namespace tidemill::io::csv {
namespace {

constexpr std::size_t head_limit = std::size_t{1} << 20;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// first .. end in equal pieces, each entered in a known state.
class Pieces {
 public:
  Pieces(std::string_view text, std::size_t first, std::size_t end, std::size_t count, char delimiter)
      : text_(text), delimiter_(delimiter) {
    for (std::size_t i = 0; i <= count; ++i) bounds_.push_back(first + (end - first) * i / count);
  }

  /// Follows the state from the first piece to the end of the last one and returns it. Threads guess that each piece
  /// is entered outside quotes; only after a wrong guess a piece is looked at again.
  QuoteState enter(QuoteState state) {
    auto const pieces = static_cast<std::ptrdiff_t>(bounds_.size()) - 1;
    std::vector<QuoteState> guesses(static_cast<std::size_t>(pieces));
#pragma omp parallel for schedule(static)
    for (std::ptrdiff_t i = 0; i < pieces; ++i) {
      guesses[static_cast<std::size_t>(i)] = after_piece(static_cast<std::size_t>(i), QuoteState::outside);
    }
    entry_.clear();
    for (std::size_t i = 0; i < guesses.size(); ++i) {
      entry_.push_back(state);
      state = state == QuoteState::outside ? guesses[i] : after_piece(i, state);
    }
    return state;
  }

  /// The first row start at or after each piece's start, once entered; in order, may repeat.
  std::vector<std::size_t> row_starts() const {
    std::vector<std::size_t> starts;
    for (std::size_t i = 0; i < entry_.size(); ++i) {
      // A row that reaches over whole pieces need not be searched to its end again and again.
      bool const known = !starts.empty() && starts.back() >= bounds_[i];
      starts.push_back(known ? starts.back() : next_row_start(text_, bounds_[i], entry_[i], delimiter_));
    }
    return starts;
  }

 private:
  QuoteState after_piece(std::size_t i, QuoteState before) const {
    return state_after(text_, bounds_[i], bounds_[i + 1], before, delimiter_);
  }
  std::string_view text_;
  char delimiter_;
  std::vector<std::size_t> bounds_;
  std::vector<QuoteState> entry_;
};

std::size_t thread_count() { return static_cast<std::size_t>(omp_get_max_threads()); }

std::vector<std::size_t> cuts_between(std::vector<std::size_t> starts, std::size_t begin, std::size_t end) {
  std::erase_if(starts, [&](std::size_t at) { return at <= begin || at >= end; });
  starts.insert(starts.begin(), begin);
  starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
  if (end > begin) starts.push_back(end);
  return starts;
}

/// Cuts for the threads of a text that begins and ends with whole rows.
std::vector<std::size_t> thread_cuts(std::string_view text, std::size_t begin, std::size_t end, char delimiter) {
  if (thread_count() == 1) return cuts_between({}, begin, end);
  Pieces pieces(text, begin, end, thread_count(), delimiter);
  pieces.enter(QuoteState::outside);
  return cuts_between(pieces.row_starts(), begin, end);
}

/// Collective. The state in which this rank's piece is entered. Ranks guess that theirs is entered outside; where the
/// guess was wrong a second round tells.
QuoteState entry_state(Comm const& comm, std::string_view text, std::size_t first, std::size_t end, char delimiter) {
  bool const is_last = comm.rank() + 1 == comm.size();
  QuoteEffect effect;
  if (!is_last) effect.from_outside = state_after(text, first, end, QuoteState::outside, delimiter);
  std::vector<QuoteEffect> effects = comm.gather_all(effect);
  bool const guess_holds = std::all_of(effects.begin(), effects.end() - 1,
                                       [](QuoteEffect e) { return e.from_outside == QuoteState::outside; });
  if (guess_holds) return QuoteState::outside;
  if (!is_last) effect.from_inside = state_after(text, first, end, QuoteState::inside, delimiter);
  effects = comm.gather_all(effect);
  QuoteState state = QuoteState::outside;
  for (int r = 0; r < comm.rank(); ++r) state = effects[static_cast<std::size_t>(r)].apply(state);
  return state;
}

}  // namespace

std::int64_t TextPart::line_of(std::size_t offset) const {
  std::string_view const before = text.substr(0, offset);
  return lines_before + 1 + std::count(before.begin(), before.end(), '\n');
}

TextSource::TextSource(Comm const& comm, std::filesystem::path const& path) : name_(path.string()) {
  std::int64_t head_is_all = 0;
  std::string head;
  agree(comm, "read " + name_, [&] {
    file_ = std::make_shared<FileBytes>(path);
    std::string_view text = file_->bytes();
    Packing const packing = packing_of(text);
    if (packing == Packing::hdf5) throw DataError(name_ + ": is an HDF5 file; a text table was expected");
    compressed_ = packing != Packing::plain;
    if (compressed_ && comm.is_root()) {
      unpacked_ = std::make_shared<std::string const>(unpack(text, packing, name_));
      text = *unpacked_;
    }
    if (compressed_) file_.reset();
    if (!comm.is_root()) return;
    if (text.empty()) throw DataError(name_ + ": line 1: the file is empty; export it again");
    skipped_ = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
    text.remove_prefix(skipped_);
    head = text.substr(0, head_limit);
    head_is_all = head.size() == text.size() ? 1 : 0;
  });
  head_ = comm.broadcast(head);
  head_is_all_ = comm.max(head_is_all) == 1;
  skipped_ = comm.max(static_cast<std::uint64_t>(skipped_));
}

TextPart TextSource::split(Comm const& comm, std::size_t first_row, char delimiter, bool blanks) const {
  char const separator = blanks ? ' ' : delimiter;
  TextPart part = compressed_ ? split_unpacked(comm, first_row, separator) : split_mapped(comm, first_row, separator);
  part.file_name = name_;
  if (!blanks) return part;
  auto tabbed =
      std::make_shared<std::string const>(with_tabs(part.text.substr(part.begin(), part.end() - part.begin())));
  part.lines_before = part.line_of(part.begin()) - 1;
  part.text = *tabbed;
  part.owner = tabbed;
  part.delimiter = '\t';
  part.cuts = thread_cuts(part.text, 0, part.text.size(), '\t');
  return part;
}

TextPart TextSource::split_mapped(Comm const& comm, std::size_t first_row, char delimiter) const {
  TextPart part;
  part.owner = file_;
  part.text = file_->bytes().substr(skipped_);
  part.delimiter = delimiter;
  RowRange const share = even_share(static_cast<std::int64_t>(part.text.size() - first_row), comm.rank(), comm.size());
  std::size_t const first = first_row + static_cast<std::size_t>(share.first);
  std::size_t const end = first + static_cast<std::size_t>(share.count);
  file_->will_need(skipped_ + first, skipped_ + end);
  // All starts are in order, so a share in which no row begins begins and ends where the next one begins.
  QuoteState const state = entry_state(comm, part.text, first, end, delimiter);
  std::uint64_t const mine = next_row_start(part.text, first, state, delimiter);
  std::vector<std::uint64_t> const begins = comm.gather_all(mine);
  auto const next = static_cast<std::size_t>(comm.rank()) + 1;
  part.cuts = thread_cuts(part.text, mine, next < begins.size() ? begins[next] : part.text.size(), delimiter);
  return part;
}

TextPart TextSource::split_unpacked(Comm const& comm, std::size_t first_row, char delimiter) const {
  auto const ranks = static_cast<std::size_t>(comm.size());
  std::vector<std::vector<char>> outgoing(ranks);
  std::vector<std::int64_t> lines(ranks, 0);
  auto mine = std::make_shared<std::string>();
  if (comm.is_root()) {
    std::string_view const text = std::string_view(*unpacked_).substr(skipped_);
    Pieces pieces(text, first_row, text.size(), ranks, delimiter);
    pieces.enter(QuoteState::outside);
    std::vector<std::size_t> starts = pieces.row_starts();
    starts.push_back(text.size());
    std::int64_t line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(first_row), '\n');
    for (std::size_t r = 0; r < ranks; ++r) {
      std::string_view const rows = text.substr(starts[r], starts[r + 1] - starts[r]);
      lines[r] = line;
      line += std::count(rows.begin(), rows.end(), '\n');
      if (r == 0) {
        *mine = rows;
      } else {
        outgoing[r].assign(rows.begin(), rows.end());
      }
    }
  }
  std::vector<std::vector<char>> const received = comm.exchange(outgoing);
  comm.broadcast(std::span<std::int64_t>(lines));
  if (!comm.is_root()) mine->assign(received[0].begin(), received[0].end());
  TextPart part;
  part.lines_before = lines[static_cast<std::size_t>(comm.rank())];
  part.text = *mine;
  part.owner = mine;
  part.delimiter = delimiter;
  part.cuts = thread_cuts(part.text, 0, part.text.size(), delimiter);
  return part;
}

}  // namespace tidemill::io::csv
