#pragma once

#include <string>

namespace tidemill::drivers::report {

/// A figure with its name above and a note below, for the row of cards at the head of a chapter. `note` is HTML.
std::string card(std::string const& name, std::string const& value, std::string const& note);

}  // namespace tidemill::drivers::report
