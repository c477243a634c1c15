#include "kernels/trees/split_scan.hpp"

#include <algorithm>
#include <limits>

namespace tidemill::kernels {
namespace {

struct Lanes {
  std::int64_t gradient[8] = {};
  std::int64_t hessian[8] = {};
  std::int64_t count[8] = {};

  /// Adds the cells of one bin.
  void add(HistogramView const& h, std::int64_t at) {
    for (int lane = 0; lane < 8; ++lane) {
      std::int64_t const cell = h.cells[at + lane];
      if (!h.is_wide) {
        gradient[lane] += h.layout.gradient(cell);
        hessian[lane] += h.layout.hessian(cell);
        count[lane] += h.layout.count(cell);
        continue;
      }
      gradient[lane] += cell;
      std::int64_t plane = h.plane;
      if (h.layout.has_hessian()) {
        hessian[lane] += h.cells[plane + at + lane];
        plane += h.plane;
      }
      if (h.layout.has_count()) count[lane] += h.cells[plane + at + lane];
    }
  }
};

void take_better(BlockScan const& scan, Lanes const& left, std::int64_t bin, std::int64_t missing_left,
                 LaneBest& best) {
  SplitRules const& rules = scan.rules;
  bool const has_hessian = scan.histogram.layout.has_hessian();
  bool const has_count = scan.histogram.layout.has_count();
  for (int lane = 0; lane < 8; ++lane) {
    std::int64_t const left_hessian = has_hessian ? left.hessian[lane] : left.count[lane];
    std::int64_t const right_hessian = scan.node.hessian - left_hessian;
    if (left_hessian < rules.min_hessian || right_hessian < rules.min_hessian) continue;
    if (has_count && (left.count[lane] < rules.min_rows || scan.node.count - left.count[lane] < rules.min_rows)) {
      continue;
    }
    double const gl = static_cast<double>(left.gradient[lane]) * rules.gradient_unit;
    double const gr = static_cast<double>(scan.node.gradient - left.gradient[lane]) * rules.gradient_unit;
    double const hl = static_cast<double>(left_hessian) * rules.hessian_unit + rules.l2;
    double const hr = static_cast<double>(right_hessian) * rules.hessian_unit + rules.l2;
    double const score = (gl * gl * hr + gr * gr * hl) / (hl * hr);
    if (score > best.score[lane]) {
      best.score[lane] = score;
      best.bin[lane] = bin;
      best.missing_left[lane] = missing_left;
    }
  }
}

}  // namespace

void scan_block_portable(BlockScan const& scan, LaneBest& best) {
  std::fill_n(best.score, 8, -std::numeric_limits<double>::infinity());
  std::fill_n(best.bin, 8, 0);
  std::fill_n(best.missing_left, 8, 0);
  Lanes missing;
  missing.add(scan.histogram, scan.start);
  bool const any_missing = std::any_of(missing.gradient, missing.gradient + 8, [](std::int64_t g) { return g != 0; }) ||
                           std::any_of(missing.hessian, missing.hessian + 8, [](std::int64_t h) { return h != 0; }) ||
                           std::any_of(missing.count, missing.count + 8, [](std::int64_t c) { return c != 0; });
  for (int missing_left = 0; missing_left < (any_missing ? 2 : 1); ++missing_left) {
    Lanes left = missing_left != 0 ? missing : Lanes{};
    for (std::int64_t bin = 1; bin < scan.bins; ++bin) {
      left.add(scan.histogram, scan.start + bin * BinnedRows::block);
      take_better(scan, left, bin, missing_left, best);
    }
  }
}

}  // namespace tidemill::kernels
