#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill::io::csv {

/// Distinct texts and their codes, 0, 1, 2 in order of first appearance. Some texts stand for "missing" (code -1).
class TextPool {
 public:
  explicit TextPool(std::vector<std::string> const& missing);

  std::int32_t code_of(std::string_view text);

  std::size_t size() const { return entries_.size() - markers_; }
  std::string_view text(std::size_t code) const { return entries_[code + markers_].text; }
  bool has_bad_utf8() const { return bad_utf8_; }

 private:
  struct Entry {
    std::uint64_t hash;
    std::string_view text;
    std::int32_t code;
  };
  std::uint32_t add(std::uint64_t hash, std::string_view text);
  std::string_view keep(std::string_view text);
  void grow();

  std::vector<std::uint32_t> slots_;  // entry number + 1; 0: free
  std::vector<Entry> entries_;
  std::size_t markers_ = 0;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t used_ = 0;
  std::size_t room_ = 0;
  bool bad_utf8_ = false;
};

bool is_utf8(std::string_view text);
std::string utf8_from_latin1(std::string_view text);

}  // namespace tidemill::io::csv
