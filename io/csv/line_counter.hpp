#pragma once

#include <algorithm>
#include <cstdint>

#include "io/csv/text_source.hpp"

namespace tidemill::io::csv {

/// Lines of offsets that are asked for in ascending order, each character looked at once.
class LineCounter {
 public:
  explicit LineCounter(TextPart const& part) : part_(part), at_(part.begin()), line_(part.line_of(part.begin())) {}
  /// The line of the file, from 1, on which `offset` lies.
  std::int64_t line_of(std::size_t offset) {
    auto const begin = part_.text.begin();
    line_ += std::count(begin + static_cast<std::ptrdiff_t>(at_), begin + static_cast<std::ptrdiff_t>(offset), '\n');
    at_ = offset;
    return line_;
  }

 private:
  TextPart const& part_;
  std::size_t at_;
  std::int64_t line_;
};

}  // namespace tidemill::io::csv
