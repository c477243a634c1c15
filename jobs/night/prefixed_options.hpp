#pragma once

#include <boost/program_options.hpp>
#include <filesystem>
#include <string>
#include <vector>

namespace tidemill::jobs {

/// Adds the options of `from` to `out` under names that begin with `prefix`, such as asset.factors for factors. Names
/// that `out` has already are left out. They go on setting the variables that `from` was given.
void add_prefixed(boost::program_options::options_description& out, std::string const& prefix,
                  boost::program_options::options_description const& from);

/// Long names of the options.
std::vector<std::string> names_of(boost::program_options::options_description const& options);

/// FOLDER/FILE; an empty path for no file.
std::filesystem::path below(std::string const& folder, std::string const& file);

}  // namespace tidemill::jobs
