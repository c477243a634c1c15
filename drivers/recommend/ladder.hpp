#pragma once

#include <cstdint>
#include <vector>

#include "drivers/popularity/popularity.hpp"
#include "drivers/recommend/audience.hpp"
#include "drivers/recommend/recommender.hpp"
#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// The rungs below a model: popularity among the user's segment where that has enough users, then among all.
class Ladder {
 public:
  struct Params {
    PopularityParams popularity;
    std::int64_t min_segment_users = 50;
  };
  /// Collective. `trained` are the histories in the model's file, `segment` their users' segments (numbers below
  /// `segments`, -1: none; empty: nobody has one).
  Ladder(io::Comm const& comm, Interactions const& trained, std::vector<std::int32_t> const& segment,
         std::int64_t segments, Params const& params);

  /// Not collective. Replaces the lists of users without history, and fills the places that the model left empty.
  /// `segment` are the segments of the audience's users. Sets the rungs.
  void complete(Audience const& audience, std::vector<std::int32_t> const& segment, RankedLists& lists) const;

 private:
  struct Step {
    PopularityModel popularity;
    Rung rung;
  };
  void fill(Step const& step, std::span<std::int32_t const> removed, std::size_t first, RankedLists& lists) const;

  std::vector<Step> steps_;                    // segments with enough users, then all
  std::vector<std::int32_t> step_of_segment_;  // -1: too few users
};

}  // namespace tidemill::drivers
