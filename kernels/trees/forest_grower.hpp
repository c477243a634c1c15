#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>

#include "kernels/random/philox.hpp"
#include "kernels/trees/forest_tree.hpp"

namespace tidemill::kernels {

/// Grows one tree depth first. Rows of a node are consecutive in `index_`; once a node is small its rows are copied
/// together, column by column, so that its whole subtree is grown inside the cache.
template <class Target>
class ForestGrower {
 public:
  ForestGrower(ForestRows const& data, ForestTreeParams const& params, std::int64_t tree, Target target)
      : data_(data), params_(params), tree_(tree), target_(target), width_(target.width) {
    out_.outputs = target_.outputs();
    total_.resize(width_);
    histogram_.resize(256 * width_);
    for (auto& cells : {&left_, &right_, &best_left_, &with_missing_}) cells->resize(width_);
    order_of_features_.resize(static_cast<std::size_t>(data.features));
    std::iota(order_of_features_.begin(), order_of_features_.end(), 0);
  }

  ForestTree grow() {
    draw_rows();
    Bins const all{data_.bins.data(), data_.stride, 1};
    grow_from(all, 0, static_cast<std::int32_t>(index_.size()), total_, 0, -1, false, true);
    return std::move(out_);
  }

 private:
  using Cell = typename Target::Cell;
  using Payload = typename Target::Payload;

  /// bin of (row, feature) = base[row * row_step + feature * feature_step]
  struct Bins {
    std::uint8_t const* base;
    std::int64_t row_step, feature_step;
    std::uint8_t const* column(std::int32_t feature) const { return base + feature * feature_step; }
  };
  struct Split {
    double score = -1;
    std::int32_t feature = -1, threshold = 0;
    bool missing_left = false, is_categorical = false;
    std::array<std::uint64_t, 4> set{};
  };
  struct Node {
    std::int32_t begin, end, depth, parent;
    bool is_left;
    std::vector<Cell> total;
  };
  static constexpr std::int32_t rows_in_cache = 8192;
  static constexpr std::uint32_t purpose_features = 0x66656174;

  void draw_rows() {
    target_.clear(total_.data());
    for (std::int64_t row = 0; row < data_.rows; ++row) {
      std::uint32_t const draws = params_.bootstrap ? forest_draws(params_.seed, row, tree_) : 1;
      auto const i = static_cast<std::size_t>(row);
      double const weight = data_.weight.empty() ? 1 : data_.weight[i];
      if (draws == 0 || weight == 0) continue;
      index_.push_back(static_cast<std::int32_t>(row));
      payload_.push_back(target_.payload(data_.target[i], weight, draws));
      target_.add(total_.data(), payload_.back());
    }
    index_buffer_.resize(index_.size());
    payload_buffer_.resize(payload_.size());
  }

  /// Depth first from rows begin .. end - 1, left child before right.
  void grow_from(Bins const& bins, std::int32_t begin, std::int32_t end, std::vector<Cell> const& total,
                 std::int32_t depth, std::int32_t parent, bool is_left, bool may_copy) {
    std::vector<Node> stack;
    stack.push_back({begin, end, depth, parent, is_left, total});
    while (!stack.empty()) {
      Node node = std::move(stack.back());
      stack.pop_back();
      if (may_copy && node.end - node.begin <= rows_in_cache) {
        grow_in_cache(bins, node);
        continue;
      }
      std::int32_t const id = add_node(node);
      if (!may_split(node)) continue;
      Split const split = find_split(bins, node, id);
      if (split.feature < 0) continue;
      std::int32_t const middle = partition(bins, node, split);
      set_split(id, split, node);
      std::vector<Cell> right(width_);
      target_.difference(node.total.data(), best_left_.data(), right.data());
      stack.push_back({middle, node.end, node.depth + 1, id, false, std::move(right)});
      stack.push_back({node.begin, middle, node.depth + 1, id, true, best_left_});
    }
  }

  void grow_in_cache(Bins const& bins, Node& node) {
    std::int32_t const rows = node.end - node.begin;
    // Totals come by subtraction from the root down; here the rounding of that ends.
    target_.clear(node.total.data());
    cache_.resize(static_cast<std::size_t>(rows) * static_cast<std::size_t>(data_.features));
    for (std::int32_t i = 0; i < rows; ++i) {
      std::uint8_t const* const from = bins.base + index_[static_cast<std::size_t>(node.begin + i)] * bins.row_step;
      for (std::int32_t f = 0; f < data_.features; ++f) {
        cache_[static_cast<std::size_t>(f) * static_cast<std::size_t>(rows) + static_cast<std::size_t>(i)] = from[f];
      }
      index_[static_cast<std::size_t>(node.begin + i)] = i;
      target_.add(node.total.data(), payload_[static_cast<std::size_t>(node.begin + i)]);
    }
    grow_from({cache_.data(), 1, rows}, node.begin, node.end, node.total, node.depth, node.parent, node.is_left, false);
  }

  std::int32_t add_node(Node const& node) {
    auto const id = static_cast<std::int32_t>(out_.feature.size());
    out_.feature.push_back(-1);
    for (auto* values : {&out_.threshold, &out_.left, &out_.right}) values->push_back(-1);
    out_.threshold.back() = 0;
    out_.missing_left.push_back(0);
    out_.is_categorical.push_back(0);
    out_.gain.push_back(0);
    out_.cover.push_back(target_.rows(node.total.data()));
    out_.mean.resize(out_.mean.size() + static_cast<std::size_t>(out_.outputs));
    target_.means(node.total.data(), &out_.mean[out_.mean.size() - static_cast<std::size_t>(out_.outputs)]);
    if (node.parent >= 0) (node.is_left ? out_.left : out_.right)[static_cast<std::size_t>(node.parent)] = id;
    return id;
  }

  void set_split(std::int32_t id, Split const& split, Node const& node) {
    auto const at = static_cast<std::size_t>(id);
    out_.feature[at] = split.feature;
    out_.threshold[at] = split.threshold;
    out_.missing_left[at] = split.missing_left;
    out_.is_categorical[at] = split.is_categorical;
    out_.gain[at] = split.score - target_.score(node.total.data());
    if (split.is_categorical) {
      out_.threshold[at] = static_cast<std::int32_t>(out_.sets.size() / 4);
      out_.sets.insert(out_.sets.end(), split.set.begin(), split.set.end());
    }
  }

  bool may_split(Node const& node) const {
    if (params_.max_depth > 0 && node.depth >= params_.max_depth) return false;
    return target_.rows(node.total.data()) >= 2 * params_.min_rows_in_leaf && !target_.is_pure(node.total.data());
  }

  /// Features in random order, until enough were looked at and one of them was not constant. The draw depends on the
  /// seed, the tree and the node's number only.
  Split find_split(Bins const& bins, Node const& node, std::int32_t id) {
    Split best;
    // A split that gains nothing beyond rounding is none.
    best.score = target_.score(node.total.data()) * (1 + 1e-12);
    auto const count = static_cast<std::uint32_t>(data_.features);
    std::iota(order_of_features_.begin(), order_of_features_.end(), 0);
    Philox::Block random{};
    bool has_varying = false;
    for (std::uint32_t drawn = 0; drawn < count; ++drawn) {
      if (drawn >= static_cast<std::uint32_t>(params_.features_per_node) && has_varying) break;
      if (drawn % 4 == 0) {
        random = Philox::block(params_.seed, static_cast<std::uint64_t>(tree_) << 32 | static_cast<std::uint32_t>(id),
                               drawn / 4, purpose_features);
      }
      std::uint64_t const scaled = static_cast<std::uint64_t>(random.word[drawn % 4]) * (count - drawn);
      std::swap(order_of_features_[drawn], order_of_features_[drawn + static_cast<std::uint32_t>(scaled >> 32)]);
      has_varying |= try_feature(bins, node, order_of_features_[drawn], best);
    }
    return best;
  }

  /// False when all rows of the node have the same bin.
  bool try_feature(Bins const& bins, Node const& node, std::int32_t feature, Split& best) {
    std::uint8_t const* const column = bins.column(feature);
    std::uint64_t used[4] = {0, 0, 0, 0};
    for (std::int32_t i = node.begin; i < node.end; ++i) {
      std::uint8_t const bin = column[index_[static_cast<std::size_t>(i)] * bins.row_step];
      used[bin >> 6] |= std::uint64_t{1} << (bin & 63);
      target_.add(&histogram_[bin * width_], payload_[static_cast<std::size_t>(i)]);
    }
    int occupied = 0;
    for (int word = 0; word < 4; ++word) {
      for (std::uint64_t bits = used[word]; bits != 0; bits &= bits - 1) {
        list_[static_cast<std::size_t>(occupied++)] = static_cast<std::uint8_t>(word * 64 + std::countr_zero(bits));
      }
    }
    if (occupied > 1) {
      if (data_.is_categorical[static_cast<std::size_t>(feature)] != 0) {
        scan_categories(node, feature, occupied, best);
      } else {
        scan_numbers(node, feature, occupied, best);
      }
    }
    for (int i = 0; i < occupied; ++i) target_.clear(&histogram_[list_[static_cast<std::size_t>(i)] * width_]);
    return occupied > 1;
  }

  /// True when the rows summed in `left` on one side make the best split so far; then their sum is kept.
  bool improves(Node const& node, Cell const* left, std::int32_t feature, Split const& best, double& score) {
    target_.difference(node.total.data(), left, right_.data());
    if (target_.rows(left) < params_.min_rows_in_leaf || target_.rows(right_.data()) < params_.min_rows_in_leaf) {
      return false;
    }
    score = target_.score(left) + target_.score(right_.data());
    // Features come in random order; of equal splits the first feature's wins, and the first of its thresholds.
    return score > best.score || (score == best.score && feature < best.feature);
  }

  void scan_numbers(Node const& node, std::int32_t feature, int occupied, Split& best) {
    bool const has_missing = list_[0] == 0;
    target_.clear(left_.data());
    for (int i = has_missing ? 1 : 0; i < occupied; ++i) {
      std::int32_t const bin = list_[static_cast<std::size_t>(i)];
      bool const is_last = i + 1 == occupied;
      target_.accumulate(left_.data(), &histogram_[static_cast<std::size_t>(bin) * width_]);
      // Between two occupied bins the border in the middle is as good as any.
      std::int32_t const threshold = is_last ? bin : (bin + list_[static_cast<std::size_t>(i) + 1] - 1) / 2;
      double score = 0;
      if ((!is_last || has_missing) && improves(node, left_.data(), feature, best, score)) {
        bool const to_larger = 2 * target_.rows(left_.data()) >= target_.rows(node.total.data());
        keep(best, {score, feature, threshold, !has_missing && to_larger, false, {}}, left_);
      }
      if (!has_missing || is_last) continue;
      with_missing_ = left_;
      target_.accumulate(with_missing_.data(), &histogram_[0]);
      if (improves(node, with_missing_.data(), feature, best, score)) {
        keep(best, {score, feature, threshold, true, false, {}}, with_missing_);
      }
    }
  }

  /// Categories in the order of their mean (several classes: of the share of the node's largest class); for two sides
  /// and one number per row the best set is a prefix of that order (Fisher 1958).
  void scan_categories(Node const& node, std::int32_t feature, int occupied, Split& best) {
    std::size_t const by_class = target_.ordering_class(node.total.data());
    std::array<double, 256> key;
    for (int i = 0; i < occupied; ++i) {
      std::uint8_t const bin = list_[static_cast<std::size_t>(i)];
      key[bin] = target_.order(&histogram_[bin * width_], by_class);
    }
    std::array<std::uint8_t, 256> sorted = list_;
    std::sort(sorted.begin(), sorted.begin() + occupied,
              [&](std::uint8_t a, std::uint8_t b) { return key[a] != key[b] ? key[a] < key[b] : a < b; });
    target_.clear(left_.data());
    std::array<std::uint64_t, 4> set{};
    for (int i = 0; i + 1 < occupied; ++i) {
      std::uint8_t const bin = sorted[static_cast<std::size_t>(i)];
      target_.accumulate(left_.data(), &histogram_[bin * width_]);
      set[bin >> 6] |= std::uint64_t{1} << (bin & 63);
      double score = 0;
      if (improves(node, left_.data(), feature, best, score)) {
        keep(best, {score, feature, 0, (set[0] & 1) != 0, true, set}, left_);
      }
    }
  }

  void keep(Split& best, Split const& found, std::vector<Cell> const& left) {
    best = found;
    best_left_ = left;
  }

  /// Moves the node's rows that go left to its front, order kept on both sides; returns the first row of the right.
  std::int32_t partition(Bins const& bins, Node const& node, Split const& split) {
    std::uint8_t const* const column = bins.column(split.feature);
    std::array<std::uint8_t, 256> goes_left;
    for (std::int32_t bin = 0; bin < 256; ++bin) {
      goes_left[static_cast<std::size_t>(bin)] =
          split.is_categorical ? (split.set[bin >> 6] >> (bin & 63) & 1) != 0 : bin <= split.threshold;
    }
    goes_left[0] = split.missing_left;
    auto left = static_cast<std::size_t>(node.begin);
    std::size_t right = 0;
    for (auto i = static_cast<std::size_t>(node.begin); i < static_cast<std::size_t>(node.end); ++i) {
      std::int32_t const row = index_[i];
      Payload const payload = payload_[i];
      bool const to_left = goes_left[column[row * bins.row_step]] != 0;
      index_[left] = row;
      payload_[left] = payload;
      index_buffer_[right] = row;
      payload_buffer_[right] = payload;
      left += to_left;
      right += !to_left;
    }
    std::copy_n(index_buffer_.begin(), right, index_.begin() + static_cast<std::ptrdiff_t>(left));
    std::copy_n(payload_buffer_.begin(), right, payload_.begin() + static_cast<std::ptrdiff_t>(left));
    return static_cast<std::int32_t>(left);
  }

  ForestRows const& data_;
  ForestTreeParams const& params_;
  std::int64_t tree_;
  Target target_;
  std::size_t width_;
  ForestTree out_;
  std::vector<std::int32_t> index_, index_buffer_;
  std::vector<Payload> payload_, payload_buffer_;
  std::vector<std::uint8_t> cache_;
  std::vector<Cell> total_, histogram_, left_, right_, best_left_, with_missing_;
  std::vector<std::int32_t> order_of_features_;
  std::array<std::uint8_t, 256> list_{};
};

}  // namespace tidemill::kernels
