#include "io/digest/sha256.hpp"

#include <openssl/evp.h>

#include "io/error.hpp"
#include "io/store/posix.hpp"

namespace tidemill::io {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  if (EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) != 1) throw Error("SHA-256 is not available");
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;

void Sha256::add(std::span<std::byte const> bytes) { EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()); }

void Sha256::add(std::string_view text) { add(std::as_bytes(std::span(text))); }

void Sha256::add_field(std::string_view text) {
  add(std::to_string(text.size()) + ":");
  add(text);
}

Sha256Sum Sha256::finish() {
  Sha256Sum sum{};
  unsigned int length = 0;
  EVP_DigestFinal_ex(state_->context, sum.data(), &length);
  return sum;
}

std::string hex(Sha256Sum const& sum) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (unsigned char const byte : sum) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string sha256_of(std::string_view text) {
  Sha256 hash;
  hash.add(text);
  return hex(hash.finish());
}

std::string sha256_of_file(std::filesystem::path const& path) {
  Sha256 hash;
  read_in_blocks(path, [&](std::string_view block) { hash.add(block); });
  return hex(hash.finish());
}

}  // namespace tidemill::io
