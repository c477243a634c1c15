#include "io/csv/text_pool.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "io/error.hpp"

namespace tidemill::io::csv {
namespace {

std::uint64_t load(char const* at, std::size_t bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, bytes);
  return word;
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  Wide const product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t hash_of(std::string_view text) {
  constexpr std::uint64_t k0 = 0xa0761d6478bd642fu, k1 = 0xe7037ed1a0b428dbu;
  char const* at = text.data();
  std::size_t left = text.size();
  std::uint64_t hash = mix(left ^ k0, k1);
  for (; left > 16; left -= 16, at += 16) hash = mix(load(at, 8) ^ hash, load(at + 8, 8) ^ k0);
  std::uint64_t a = 0, b = 0;
  if (left >= 8) {
    a = load(at, 8);
    b = load(at + left - 8, 8);
  } else if (left >= 4) {
    a = load(at, 4);
    b = load(at + left - 4, 4);
  } else if (left > 0) {
    a = static_cast<unsigned char>(at[0]) | static_cast<std::uint64_t>(static_cast<unsigned char>(at[left / 2])) << 8 |
        static_cast<std::uint64_t>(static_cast<unsigned char>(at[left - 1])) << 16;
  }
  return mix(a ^ k1 ^ hash, b ^ k0);
}

}  // namespace

TextPool::TextPool(std::vector<std::string> const& missing) : slots_(1024) {
  for (std::string const& marker : missing) code_of(marker);
  markers_ = entries_.size();
  for (Entry& entry : entries_) entry.code = -1;
}

std::int32_t TextPool::code_of(std::string_view text) {
  std::uint64_t const hash = hash_of(text);
  std::size_t const mask = slots_.size() - 1;
  for (std::size_t slot = hash & mask;; slot = (slot + 1) & mask) {
    if (slots_[slot] == 0) {
      slots_[slot] = add(hash, text) + 1;
      std::int32_t const code = entries_.back().code;
      if (entries_.size() * 2 > slots_.size()) grow();
      return code;
    }
    Entry const& entry = entries_[slots_[slot] - 1];
    if (entry.hash == hash && entry.text == text) return entry.code;
  }
}

std::uint32_t TextPool::add(std::uint64_t hash, std::string_view text) {
  auto const number = static_cast<std::uint32_t>(entries_.size());
  if (size() >= static_cast<std::size_t>(INT32_MAX)) throw DataError("more than 2^31 distinct texts in one column");
  if (!is_utf8(text)) bad_utf8_ = true;
  entries_.push_back({hash, keep(text), static_cast<std::int32_t>(number - markers_)});
  return number;
}

std::string_view TextPool::keep(std::string_view text) {
  if (text.empty()) return {};
  if (text.size() > room_ - used_) {
    room_ = std::max<std::size_t>(text.size(), std::size_t{1} << 16);
    used_ = 0;
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(room_));
  }
  char* const at = blocks_.back().get() + used_;
  std::memcpy(at, text.data(), text.size());
  used_ += text.size();
  return {at, text.size()};
}

void TextPool::grow() {
  slots_.assign(slots_.size() * 4, 0);
  std::size_t const mask = slots_.size() - 1;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    std::size_t slot = entries_[i].hash & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = static_cast<std::uint32_t>(i) + 1;
  }
}

bool is_utf8(std::string_view text) {
  auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (std::size_t i = 0; i < text.size();) {
    unsigned const lead = byte(i);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    std::size_t const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() - i < length) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((byte(i + k) & 0xc0u) != 0x80u) return false;
    }
    unsigned const second = byte(i + 1);
    // Overlong forms, surrogates and what lies above U+10FFFF.
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) || (lead == 0xf0 && second < 0x90) ||
        (lead == 0xf4 && second > 0x8f)) {
      return false;
    }
    i += length;
  }
  return true;
}

std::string utf8_from_latin1(std::string_view text) {
  std::string utf8;
  for (char const c : text) {
    auto const code = static_cast<unsigned char>(c);
    if (code < 0x80) {
      utf8 += c;
    } else {
      utf8 += static_cast<char>(0xc0 | code >> 6);
      utf8 += static_cast<char>(0x80 | (code & 0x3f));
    }
  }
  return utf8;
}

}  // namespace tidemill::io::csv
