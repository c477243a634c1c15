#pragma once

#include <boost/program_options.hpp>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tidemill::jobs {

/// Options of `nightly` that were given, by flag or config, as (name, value) in the order of --help; an option given
/// several times has several entries. As flags they make the same night without the config. The seed is the last.
std::vector<std::pair<std::string, std::string>> given_night_options(
    boost::program_options::variables_map const& values, std::uint64_t seed);

}  // namespace tidemill::jobs
