#pragma once

#include <string>
#include <vector>

#include "drivers/interactions/interactions.hpp"
#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// Collective. Gives the interactions further items (ids of this rank's share, any order), such as those of a catalogue
/// that no one has had yet, and numbers all items anew: ascending integers when every id is one, else texts.
void add_items(io::Comm const& comm, Interactions& interactions, std::vector<std::string> const& ids);

}  // namespace tidemill::drivers
