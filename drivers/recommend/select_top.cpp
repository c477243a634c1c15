#include "drivers/recommend/select_top.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace tidemill::drivers {
namespace {

struct Candidate {
  float score;
  std::int32_t item;
};
bool is_better(Candidate const& a, Candidate const& b) {
  return a.score != b.score ? a.score > b.score : a.item < b.item;
}

}  // namespace

void select_top(std::span<float const> scores, std::span<std::int32_t> item, std::span<float> score) {
  std::size_t const k = item.size();
  std::size_t const room = 2 * k + 64;
  std::vector<Candidate> best;
  best.reserve(room);
  // Items come in ascending order: one that only equals the k-th best so far cannot get past it.
  float threshold = -std::numeric_limits<float>::infinity();
  for (std::size_t i = 0; i < scores.size() && k > 0; ++i) {
    if (!(scores[i] > threshold)) continue;
    best.push_back({scores[i], static_cast<std::int32_t>(i)});
    if (best.size() < room) continue;
    std::nth_element(best.begin(), best.begin() + static_cast<std::ptrdiff_t>(k) - 1, best.end(), is_better);
    best.resize(k);
    threshold = best.back().score;
  }
  std::size_t const found = std::min(best.size(), k);
  std::partial_sort(best.begin(), best.begin() + static_cast<std::ptrdiff_t>(found), best.end(), is_better);
  for (std::size_t place = 0; place < k; ++place) {
    item[place] = place < found ? best[place].item : -1;
    score[place] = place < found ? best[place].score : 0;
  }
}

}  // namespace tidemill::drivers
