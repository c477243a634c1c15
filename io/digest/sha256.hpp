#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace tidemill::io {

using Sha256Sum = std::array<unsigned char, 32>;

/// Streaming SHA-256.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  void add(std::span<std::byte const> bytes);
  void add(std::string_view text);
  /// Length first, so that ("ab","c") and ("a","bc") differ.
  void add_field(std::string_view text);
  Sha256Sum finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string hex(Sha256Sum const& sum);
std::string sha256_of(std::string_view text);
/// Of the bytes of a file; throws DataError when it cannot be read.
std::string sha256_of_file(std::filesystem::path const& path);

}  // namespace tidemill::io
