#include "jobs/night/given_options.hpp"

#include "jobs/night/night_options.hpp"
#include "jobs/night/prefixed_options.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {

std::vector<std::pair<std::string, std::string>> given_night_options(po::variables_map const& values,
                                                                     std::uint64_t seed) {
  NightOptions unused;
  po::options_description known;
  add_night_options(known, unused);
  std::vector<std::pair<std::string, std::string>> given;
  for (std::string const& name : names_of(known)) {
    auto const found = values.find(name);
    if (found == values.end() || found->second.empty() || found->second.defaulted()) continue;
    if (auto const* list = boost::any_cast<std::vector<std::string>>(&found->second.value())) {
      for (std::string const& entry : *list) given.emplace_back(name, entry);
    } else {
      given.emplace_back(name, option_text(found->second));
    }
  }
  given.emplace_back("seed", std::to_string(seed));
  return given;
}

}  // namespace tidemill::jobs
