#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tidemill::kernels {

// What a forest's split search adds up, per kind of target. `Cell` is a sum over rows; `Payload` one row's share of it.
// A score is sum over classes of (class sum)^2 / weight: the larger the sum of both sides' scores, the smaller the
// remaining variance (Gini index).

/// Two classes, every row counted a whole number of times: both counts in one word, one addition per row.
struct BinaryTarget {
  using Cell = std::uint64_t;  ///< rows in the high half, rows of class 1 in the low half
  using Payload = std::uint64_t;
  static constexpr std::size_t width = 1;  ///< cells per bin

  Payload payload(double target, double, std::uint32_t draws) const {
    return static_cast<std::uint64_t>(draws) << 32 | (target > 0.5 ? draws : 0);
  }
  void add(Cell* cell, Payload payload) const { *cell += payload; }
  static std::int64_t rows(Cell const* cell) { return static_cast<std::int64_t>(*cell >> 32); }
  static double score(Cell const* cell) {
    auto const n = static_cast<double>(*cell >> 32), s = static_cast<double>(*cell & 0xFFFFFFFF);
    return s * s / n;
  }
  static bool is_pure(Cell const* cell) { return (*cell & 0xFFFFFFFF) == 0 || (*cell & 0xFFFFFFFF) == *cell >> 32; }
  static double order(Cell const* cell, std::size_t) {
    return static_cast<double>(*cell & 0xFFFFFFFF) / static_cast<double>(*cell >> 32);
  }
  std::size_t ordering_class(Cell const*) const { return 0; }
  void means(Cell const* cell, double* out) const { out[0] = order(cell, 0); }
  std::int32_t outputs() const { return 1; }
  void accumulate(Cell* to, Cell const* from) const { *to += *from; }
  void difference(Cell const* total, Cell const* part, Cell* out) const { *out = *total - *part; }
  void clear(Cell* cell) const { *cell = 0; }
};

struct MeanCell {
  double weight = 0, sum = 0, squares = 0;
  std::int64_t rows = 0;
};

/// Numbers, or two classes with weights.
struct MeanTarget {
  using Cell = MeanCell;
  struct Payload {
    double weight, target;
    std::int64_t rows;
  };
  static constexpr std::size_t width = 1;

  Payload payload(double target, double weight, std::uint32_t draws) const { return {weight * draws, target, draws}; }
  void add(Cell* cell, Payload const& p) const {
    cell->weight += p.weight;
    cell->sum += p.weight * p.target;
    cell->squares += p.weight * p.target * p.target;
    cell->rows += p.rows;
  }
  static std::int64_t rows(Cell const* cell) { return cell->rows; }
  static double score(Cell const* cell) { return cell->weight > 0 ? cell->sum * cell->sum / cell->weight : 0; }
  static bool is_pure(Cell const* cell) { return !(cell->squares - score(cell) > 1e-14 * cell->squares); }
  static double order(Cell const* cell, std::size_t) { return cell->weight > 0 ? cell->sum / cell->weight : 0; }
  std::size_t ordering_class(Cell const*) const { return 0; }
  void means(Cell const* cell, double* out) const { out[0] = order(cell, 0); }
  std::int32_t outputs() const { return 1; }
  void accumulate(Cell* to, Cell const* from) const {
    to->weight += from->weight;
    to->sum += from->sum;
    to->squares += from->squares;
    to->rows += from->rows;
  }
  void difference(Cell const* total, Cell const* part, Cell* out) const {
    *out = {total->weight - part->weight, total->sum - part->sum, total->squares - part->squares,
            total->rows - part->rows};
  }
  void clear(Cell* cell) const { *cell = {}; }
};

/// Three and more classes. A cell is `width` numbers: rows drawn, then the weight of each class.
class ClassTarget {
 public:
  using Cell = double;
  struct Payload {
    double weight;
    std::uint32_t at, rows;
  };
  explicit ClassTarget(std::int32_t classes) : width(static_cast<std::size_t>(classes) + 1) {}
  std::size_t width;

  Payload payload(double target, double weight, std::uint32_t draws) const {
    return {weight * draws, 1 + static_cast<std::uint32_t>(target), draws};
  }
  void add(Cell* cell, Payload const& p) const {
    cell[0] += p.rows;
    cell[p.at] += p.weight;
  }
  static std::int64_t rows(Cell const* cell) { return static_cast<std::int64_t>(cell[0]); }
  double score(Cell const* cell) const {
    double weight = 0, squares = 0;
    for (std::size_t c = 1; c < width; ++c) {
      weight += cell[c];
      squares += cell[c] * cell[c];
    }
    return weight > 0 ? squares / weight : 0;
  }
  bool is_pure(Cell const* cell) const {
    int present = 0;
    for (std::size_t c = 1; c < width; ++c) present += cell[c] > 0;
    return present <= 1;
  }
  double order(Cell const* cell, std::size_t of_class) const {
    double weight = 0;
    for (std::size_t c = 1; c < width; ++c) weight += cell[c];
    return weight > 0 ? cell[of_class] / weight : 0;
  }
  std::size_t ordering_class(Cell const* total) const {
    std::size_t best = 1;
    for (std::size_t c = 2; c < width; ++c) best = total[c] > total[best] ? c : best;
    return best;
  }
  void means(Cell const* cell, double* out) const {
    for (std::size_t c = 1; c < width; ++c) out[c - 1] = order(cell, c);
  }
  std::int32_t outputs() const { return static_cast<std::int32_t>(width) - 1; }
  void accumulate(Cell* to, Cell const* from) const {
    for (std::size_t c = 0; c < width; ++c) to[c] += from[c];
  }
  void difference(Cell const* total, Cell const* part, Cell* out) const {
    for (std::size_t c = 0; c < width; ++c) out[c] = total[c] - part[c];
  }
  void clear(Cell* cell) const {
    for (std::size_t c = 0; c < width; ++c) cell[c] = 0;
  }
};

}  // namespace tidemill::kernels
