#pragma once

#include <cstdint>
#include <span>

namespace tidemill::drivers {

/// The items of the largest scores, best first, equal scores by the smaller item; items of score -infinity or NaN are
/// left out. `item` and `score` have k places each; places that are left get item -1 and score 0.
void select_top(std::span<float const> scores, std::span<std::int32_t> item, std::span<float> score);

}  // namespace tidemill::drivers
