#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tidemill::drivers {

/// Builds rows of delimited text the way the exporting systems do.
class RowText {
 public:
  /// `line_end` is "\n" or "\r\n".
  explicit RowText(std::string_view line_end) : line_end_(line_end) {}
  RowText& cell(std::string_view text);  ///< quoted where RFC 4180 asks for it
  RowText& cell(std::int64_t number);
  RowText& money(std::int64_t cents);    ///< 1234.50, -3.00
  RowText& dollars(std::int64_t cents);  ///< $1,234.50, -$3.00
  void end_row();
  std::string& text() { return text_; }

 private:
  void separate();
  std::string line_end_;
  std::string text_;
  bool at_start_ = true;
};

/// 32 hexadecimal digits in the form of a GUID, a function of the two numbers.
std::string guid_of(std::uint64_t a, std::uint64_t b);

}  // namespace tidemill::drivers
