#pragma once

#include <string>
#include <vector>

#include "drivers/gate/gate.hpp"
#include "drivers/interactions/interactions.hpp"

namespace tidemill::drivers {

/// Lists of two models for the same users (this rank's) and items, and what the users really had. Times of lists are
/// places.
struct PairedLists {
  Interactions const& relevant;
  Interactions const& champion;
  Interactions const& challenger;
};

/// Collective. A row for each user with relevant items, who is a unit of their own: ranking metrics of the first k
/// places, by names of domain.md, section 9, that are means over users; the target first.
PairedRows paired_ranking(io::Comm const& comm, PairedLists const& lists, std::vector<std::string> const& metrics,
                          int k);

/// Throws ConfigError naming `option` and the nearest metric for names that paired_ranking does not know, and when
/// there are none.
void check_ranking_metrics(std::vector<std::string> const& metrics, std::string const& option);

}  // namespace tidemill::drivers
