#include "io/store/place.hpp"

#include <fmt/chrono.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>

namespace tidemill::io {
namespace {

/// Blanks and control characters would break records apart.
std::string as_one_word(std::string word) {
  for (char& c : word) c = static_cast<unsigned char>(c) <= ' ' ? '_' : c;
  return word.empty() ? "-" : word.substr(0, 64);
}

}  // namespace

std::string host_name() {
  char name[256] = {};
  gethostname(name, sizeof(name) - 1);
  return as_one_word(name);
}

std::string job_name() {
  char const* const job = std::getenv("SLURM_JOB_ID");
  return as_one_word(job == nullptr ? "-" : job);
}

std::string user_name() {
  std::array<char, 4096> buffer{};
  struct passwd entry {};
  struct passwd* found = nullptr;
  getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found);
  return as_one_word(found == nullptr ? std::to_string(geteuid()) : found->pw_name);
}

std::string time_now_text() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))); }

}  // namespace tidemill::io
