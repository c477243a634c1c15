#include "jobs/lists.hpp"

#include <fmt/format.h>

#include <charconv>

#include "io/error.hpp"

namespace tidemill::jobs {

std::vector<std::string> split_list(std::string const& text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    std::size_t const end = std::min(text.find(',', at), text.size());
    std::string part = text.substr(at, end - at);
    part.erase(0, part.find_first_not_of(" \t"));
    part.erase(part.find_last_not_of(" \t") + 1);
    if (!part.empty()) parts.push_back(part);
    at = end + 1;
  }
  return parts;
}

std::vector<double> split_numbers(std::string const& option, std::string const& text) {
  std::vector<double> numbers;
  for (std::string const& part : split_list(text)) {
    double number = 0;
    auto const [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (error != std::errc() || end != part.data() + part.size()) {
      throw ConfigError(fmt::format("--{}: expected numbers with commas between them, found '{}'", option, part));
    }
    numbers.push_back(number);
  }
  return numbers;
}

}  // namespace tidemill::jobs
