#pragma once

#include <string>
#include <vector>

namespace tidemill::jobs {

/// "a, b,c" as its parts, without blanks around them; empty parts are dropped.
std::vector<std::string> split_list(std::string const& text);
/// The same as numbers; throws ConfigError naming the option and the part that is none.
std::vector<double> split_numbers(std::string const& option, std::string const& text);

}  // namespace tidemill::jobs
