#include "drivers/interactions/userlist.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "io/csv/dialect.hpp"
#include "io/csv/line_counter.hpp"
#include "io/csv/number.hpp"
#include "io/csv/text_pool.hpp"
#include "io/csv/text_source.hpp"
#include "io/error.hpp"

namespace tidemill::drivers {
namespace {

using io::csv::Parsed;
using io::csv::TextPart;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// Calls use(word, offset, place in the line) for each word of the part.
template <class Use>
void for_each_word(TextPart const& part, Use const& use) {
  std::string_view const text = part.text;
  std::size_t at = part.begin();
  std::int64_t place = 0;
  while (at < part.end()) {
    char const c = text[at];
    if (c == '\n') place = 0;
    if (c == '\n' || is_blank(c)) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < part.end() && text[end] != '\n' && !is_blank(text[end])) ++end;
    use(text.substr(at, end - at), at, place++);
    at = end;
  }
}

/// Why a word is no id; empty when it is one. Ids of this layout have no separators or quotes in them: those are marks
/// of other layouts.
struct WordFault {
  std::string shown, cure;
};

std::optional<WordFault> fault_of_word(std::string_view word) {
  if (!io::csv::is_utf8(word)) {
    return WordFault{"bytes that are no UTF-8", "ids are UTF-8 text; save the file as UTF-8"};
  }
  for (char const c : word) {
    if (c == ',' || c == ';' || c == '|' || c == '"') {
      return WordFault{std::string(word.substr(0, 40)),
                       fmt::format("a line per user has ids with blanks between them, found '{}'; write it so, or read "
                                   "a table with --format pairs",
                                   c)};
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      return WordFault{fmt::format("byte {:02x}", static_cast<unsigned char>(c)),
                       "a control character within an id; the file is not text or is damaged: export it again"};
    }
  }
  return std::nullopt;
}

/// Says of each word, in order, whether it is one of a pair that is read.
class WordGate {
 public:
  /// `bad`: see read_userlist.
  WordGate(TextPart const& part, std::vector<io::BadRow>* bad) : part_(part), lines_(part), bad_(bad) {}

  /// `is_id`: the word is known to be sound.
  bool lets_pass(std::string_view word, std::size_t offset, std::int64_t place, bool is_id) {
    if (place == 0) user_ = UserState::good;
    if (user_ != UserState::good) {
      // The first item stands for the pair that was set aside with the user.
      if (user_ == UserState::bad_with_items) set_aside(offset, place, "its user cannot be read");
      user_ = UserState::bad_with_items;
      return false;
    }
    std::optional<WordFault> const fault = is_id ? std::nullopt : fault_of_word(word);
    if (!fault) return true;
    if (bad_ == nullptr) {
      throw DataError(fmt::format("{}: line {}: column {} ('{}'): {}", part_.file_name, part_.line_of(offset),
                                  place + 1, fault->shown, fault->cure));
    }
    set_aside(offset, place, fault->cure);
    if (place == 0) user_ = UserState::bad;
    return false;
  }

 private:
  enum class UserState { good, bad, bad_with_items };
  void set_aside(std::size_t offset, std::int64_t place, std::string const& reason) {
    bad_->push_back({lines_.line_of(offset), std::to_string(place + 1), reason});
  }
  TextPart const& part_;
  io::csv::LineCounter lines_;
  std::vector<io::BadRow>* bad_;
  UserState user_ = UserState::good;
};

/// True when every word is an integer (of 64 bits).
bool read_integers(TextPart const& part, PairRows& rows, std::vector<io::BadRow>* bad) {
  WordGate gate(part, bad);
  bool all_integers = true;
  std::int64_t user = 0;
  bool has_items = true;
  auto const end_user = [&] {
    if (!has_items) rows.users_alone.integers.push_back(user);
  };
  for_each_word(part, [&](std::string_view word, std::size_t offset, std::int64_t place) {
    std::int64_t id = 0;
    bool const is_integer = io::csv::parse_integer(word, id) == Parsed::ok;
    if (!gate.lets_pass(word, offset, place, is_integer)) return;
    all_integers = all_integers && is_integer;
    if (place == 0) {
      end_user();
      user = id;
      has_items = false;
    } else {
      has_items = true;
      rows.user.integers.push_back(user);
      rows.item.integers.push_back(id);
    }
  });
  end_user();
  return all_integers;
}

class Codes {
 public:
  explicit Codes(IdColumn& column) : column_(column) { column_.is_text = true; }
  std::int32_t of(std::string_view word) {
    auto const [found, is_new] = codes_.try_emplace(std::string(word), static_cast<std::int32_t>(codes_.size()));
    if (is_new) column_.dictionary.emplace_back(word);
    return found->second;
  }

 private:
  IdColumn& column_;
  std::unordered_map<std::string, std::int32_t> codes_;
};

void read_texts(TextPart const& part, PairRows& rows, bool leaves_bad_out) {
  std::vector<io::BadRow> known;  // from the first reading
  WordGate gate(part, leaves_bad_out ? &known : nullptr);
  Codes users(rows.user), items(rows.item);
  std::int32_t user = 0;
  bool has_items = true;
  std::vector<std::int32_t> alone;
  for_each_word(part, [&](std::string_view word, std::size_t offset, std::int64_t place) {
    if (!gate.lets_pass(word, offset, place, !leaves_bad_out)) return;
    if (place == 0) {
      if (!has_items) alone.push_back(user);
      user = users.of(word);
      has_items = false;
    } else {
      has_items = true;
      rows.user.codes.push_back(user);
      rows.item.codes.push_back(items.of(word));
    }
  });
  if (!has_items) alone.push_back(user);
  rows.users_alone.is_text = true;
  rows.users_alone.codes = std::move(alone);
  rows.users_alone.dictionary = rows.user.dictionary;
}

}  // namespace

PairRows read_userlist(io::Comm const& comm, std::filesystem::path const& file, std::vector<io::BadRow>* bad) {
  io::csv::TextSource const source(comm, file);
  io::agree(comm, "read interactions", [&] { io::csv::check_is_text(source.head(), source.name()); });
  TextPart const part = source.split(comm, 0, ' ', false);
  PairRows rows;
  bool all_integers = true;
  io::agree(comm, "read interactions", [&] { all_integers = read_integers(part, rows, bad); });
  // One word that is no integer anywhere makes all of them texts, so that "7" and "007" stay two ids on every rank.
  if (comm.min(all_integers ? 1 : 0) == 0) {
    rows = {};
    io::agree(comm, "read interactions", [&] { read_texts(part, rows, bad != nullptr); });
  }
  std::int64_t const first = comm.sum_before(rows.size());
  for (std::int64_t i = 0; i < rows.size(); ++i) rows.order.push_back(first + i);
  return rows;
}

}  // namespace tidemill::drivers
