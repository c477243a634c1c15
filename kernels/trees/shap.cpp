#include "kernels/trees/shap.hpp"

#include <algorithm>

namespace tidemill::kernels {
namespace {

bool contains(std::uint64_t const* set, std::uint8_t bin) { return (set[bin >> 6] >> (bin & 63) & 1) != 0; }

/// Weights of the numbers of known features along a path (Lundberg et al. 2018, algorithm 2): weight[k] belongs to k
/// known ones; `absent` and `present` are the shares in which the path is followed without and with each feature.
class PathWeights {
 public:
  void start() {
    length_ = 0;
    extend(1, 1);
  }
  void extend(double absent, double present) {
    if (weight_.size() <= length_) weight_.resize(length_ + 1);
    weight_[length_] = length_ == 0 ? 1 : 0;
    auto const n = static_cast<double>(length_ + 1);
    for (std::size_t i = length_; i-- > 0;) {
      weight_[i + 1] += present * weight_[i] * static_cast<double>(i + 1) / n;
      weight_[i] *= absent * static_cast<double>(length_ - i) / n;
    }
    ++length_;
  }
  /// Sum of the weights of the path without one of its features.
  double sum_without(double absent, double present) const {
    std::size_t const last = length_ - 1;
    auto const n = static_cast<double>(length_);
    double next = weight_[last], total = 0;
    for (std::size_t j = last; j-- > 0;) {
      auto const later = static_cast<double>(last - j);
      if (present != 0) {
        double const part = next * n / (static_cast<double>(j + 1) * present);
        total += part;
        next = weight_[j] - part * absent * later / n;
      } else {
        total += weight_[j] * n / (absent * later);
      }
    }
    return total;
  }

 private:
  std::vector<double> weight_;
  std::size_t length_ = 0;
};

}  // namespace

TreePaths::TreePaths(TreeEnsemble const& ensemble, std::int64_t tree, std::span<double const> value,
                     std::int32_t outputs)
    : outputs_(outputs), mean_(static_cast<std::size_t>(outputs), 0.0) {
  auto const root = static_cast<std::size_t>(ensemble.tree_start[static_cast<std::size_t>(tree)]);
  std::vector<Element> path;
  walk(ensemble, value, root, path);
}

/// Bins of `allowed` that go on to one side of a node.
std::size_t TreePaths::narrowed(TreeEnsemble const& ensemble, std::size_t node, bool to_left, std::size_t allowed) {
  std::uint64_t left[4];
  std::int32_t const threshold = ensemble.threshold[node];
  for (std::int32_t word = 0; word < 4; ++word) {
    if (ensemble.is_categorical[node] != 0) {
      left[word] = ensemble.sets[static_cast<std::size_t>(threshold * 4 + word)];
      continue;
    }
    std::int32_t const below = std::clamp(threshold + 1 - word * 64, 0, 64);  // bins 0 .. threshold
    left[word] = below == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << below) - 1;
  }
  left[0] = (left[0] & ~std::uint64_t{1}) | (ensemble.missing_left[node] != 0 ? 1 : 0);
  std::size_t const result = allowed_.size();
  for (std::size_t word = 0; word < 4; ++word) {
    allowed_.push_back((to_left ? left[word] : ~left[word]) & allowed_[allowed + word]);
  }
  return result;
}

void TreePaths::walk(TreeEnsemble const& ensemble, std::span<double const> value, std::size_t node,
                     std::vector<Element>& path) {
  if (ensemble.feature[node] < 0) {
    double share = 1;
    for (Element const& element : path) share *= element.absent_share;
    leaves_.push_back({elements_.size(), elements_.size() + path.size()});
    elements_.insert(elements_.end(), path.begin(), path.end());
    for (std::int32_t k = 0; k < outputs_; ++k) {
      double const leaf = value[node * static_cast<std::size_t>(outputs_) + static_cast<std::size_t>(k)];
      leaf_value_.push_back(leaf);
      mean_[static_cast<std::size_t>(k)] += share * leaf;
    }
    return;
  }
  auto const known = std::find_if(path.begin(), path.end(),
                                  [&](Element const& element) { return element.feature == ensemble.feature[node]; });
  bool const is_new = known == path.end();
  auto const at = static_cast<std::size_t>(known - path.begin());
  if (is_new) {
    path.push_back({ensemble.feature[node], 1, allowed_.size()});
    allowed_.insert(allowed_.end(), 4, ~std::uint64_t{0});
  }
  Element const before = path[at];
  std::int32_t const children[2] = {ensemble.left[node], ensemble.right[node]};
  for (int side = 0; side < 2; ++side) {
    auto const child = static_cast<std::size_t>(children[side]);
    path[at].absent_share =
        before.absent_share * static_cast<double>(ensemble.cover[child]) / static_cast<double>(ensemble.cover[node]);
    path[at].allowed = narrowed(ensemble, node, side == 0, before.allowed);
    walk(ensemble, value, child, path);
  }
  path[at] = before;
  if (is_new) path.pop_back();
}

void TreePaths::add_contributions(std::uint8_t const* bins, std::int32_t features,
                                  std::span<double> contribution) const {
  auto const width = static_cast<std::size_t>(features) + 1;
  auto const outputs = static_cast<std::size_t>(outputs_);
  PathWeights weights;
  std::vector<double> present;
  for (std::size_t leaf = 0; leaf < leaves_.size(); ++leaf) {
    weights.start();
    present.clear();
    for (std::size_t e = leaves_[leaf].begin; e < leaves_[leaf].end; ++e) {
      Element const& element = elements_[e];
      present.push_back(contains(&allowed_[element.allowed], bins[element.feature]) ? 1 : 0);
      weights.extend(element.absent_share, present.back());
    }
    for (std::size_t e = leaves_[leaf].begin; e < leaves_[leaf].end; ++e) {
      Element const& element = elements_[e];
      double const is_present = present[e - leaves_[leaf].begin];
      double const weight = weights.sum_without(element.absent_share, is_present) * (is_present - element.absent_share);
      for (std::size_t k = 0; k < outputs; ++k) {
        contribution[k * width + static_cast<std::size_t>(element.feature)] += weight * leaf_value_[leaf * outputs + k];
      }
    }
  }
  for (std::size_t k = 0; k < outputs; ++k) contribution[k * width + width - 1] += mean_[k];
}

}  // namespace tidemill::kernels
