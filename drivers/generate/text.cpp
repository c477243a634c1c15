#include "drivers/generate/text.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <iterator>

namespace tidemill::drivers {
namespace {

/// Mixes the bits of a number so that neighbours look unrelated (the finaliser of MurmurHash3).
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdULL;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33);
}

}  // namespace

void RowText::separate() {
  if (!at_start_) text_ += ',';
  at_start_ = false;
}

RowText& RowText::cell(std::string_view text) {
  separate();
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    text_ += text;
    return *this;
  }
  text_ += '"';
  for (char const c : text) {
    if (c == '"') text_ += '"';
    text_ += c;
  }
  text_ += '"';
  return *this;
}

RowText& RowText::cell(std::int64_t number) {
  separate();
  fmt::format_to(std::back_inserter(text_), "{}", number);
  return *this;
}

RowText& RowText::money(std::int64_t cents) {
  separate();
  fmt::format_to(std::back_inserter(text_), "{}{}.{:02}", cents < 0 ? "-" : "", std::abs(cents) / 100,
                 std::abs(cents) % 100);
  return *this;
}

RowText& RowText::dollars(std::int64_t cents) {
  std::string digits = std::to_string(std::abs(cents) / 100);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return cell(fmt::format("{}${}.{:02}", cents < 0 ? "-" : "", digits, std::abs(cents) % 100));
}

void RowText::end_row() {
  text_ += line_end_;
  at_start_ = true;
}

std::string guid_of(std::uint64_t a, std::uint64_t b) {
  std::uint64_t const high = mix(a * 0x9E3779B97F4A7C15ULL + b);
  std::uint64_t const low = mix(high ^ (b * 0xD1B54A32D192ED03ULL + a));
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff, high & 0xffff, low >> 48,
                     low & 0xffffffffffffULL);
}

}  // namespace tidemill::drivers
