#include <immintrin.h>

#include <limits>

#include "kernels/trees/split_scan.hpp"

namespace tidemill::kernels {
namespace {

/// Sums of eight features' left sides.
struct Left {
  __m512i gradient;
  __m512i hessian;
  __m512i count;
};

/// Packed cells are added as they are: their sum over a node's bins cannot overflow a field either.
class PackedReader {
 public:
  explicit PackedReader(HistogramView const& h)
      : cells_(h.cells),
        gradient_shift_(_mm_cvtsi32_si128(h.layout.gradient_shift)),
        hessian_shift_(_mm_cvtsi32_si128(h.layout.hessian_shift)),
        hessian_mask_(_mm512_set1_epi64(static_cast<std::int64_t>(h.layout.hessian_mask))),
        count_mask_(_mm512_set1_epi64(static_cast<std::int64_t>(h.layout.count_mask))),
        sum_(_mm512_setzero_si512()) {}
  void add(std::int64_t at) { sum_ = _mm512_add_epi64(sum_, _mm512_loadu_si512(cells_ + at)); }
  Left left() const {
    return {_mm512_sra_epi64(sum_, gradient_shift_),
            _mm512_and_si512(_mm512_srl_epi64(sum_, hessian_shift_), hessian_mask_),
            _mm512_and_si512(sum_, count_mask_)};
  }

 private:
  std::int64_t const* cells_;
  __m128i gradient_shift_;
  __m128i hessian_shift_;
  __m512i hessian_mask_;
  __m512i count_mask_;
  __m512i sum_;
};

class WideReader {
 public:
  explicit WideReader(HistogramView const& h)
      : gradients_(h.cells),
        hessians_(h.layout.has_hessian() ? h.cells + h.plane : nullptr),
        counts_(h.layout.has_count() ? h.cells + (h.layout.planes() - 1) * h.plane : nullptr),
        left_{_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512()} {}
  void add(std::int64_t at) {
    left_.gradient = _mm512_add_epi64(left_.gradient, _mm512_loadu_si512(gradients_ + at));
    if (hessians_ != nullptr) left_.hessian = _mm512_add_epi64(left_.hessian, _mm512_loadu_si512(hessians_ + at));
    if (counts_ != nullptr) left_.count = _mm512_add_epi64(left_.count, _mm512_loadu_si512(counts_ + at));
  }
  Left left() const { return left_; }

 private:
  std::int64_t const* gradients_;
  std::int64_t const* hessians_;
  std::int64_t const* counts_;
  Left left_;
};

template <class Reader, bool HasHessian, bool HasCount>
void scan(BlockScan const& scan, LaneBest& best) {
  SplitRules const& rules = scan.rules;
  __m512i const node_gradient = _mm512_set1_epi64(scan.node.gradient);
  __m512i const node_hessian = _mm512_set1_epi64(scan.node.hessian);
  __m512i const node_count = _mm512_set1_epi64(scan.node.count);
  __m512i const min_hessian = _mm512_set1_epi64(rules.min_hessian);
  __m512i const min_rows = _mm512_set1_epi64(rules.min_rows);
  __m512d const gradient_unit = _mm512_set1_pd(rules.gradient_unit);
  __m512d const hessian_unit = _mm512_set1_pd(rules.hessian_unit);
  __m512d const l2 = _mm512_set1_pd(rules.l2);
  __m512d best_score = _mm512_set1_pd(-std::numeric_limits<double>::infinity());
  __m512i best_bin = _mm512_setzero_si512();
  __m512i best_missing = _mm512_setzero_si512();

  Reader missing(scan.histogram);
  missing.add(scan.start);
  Left const m = missing.left();
  bool const any_missing = _mm512_test_epi64_mask(_mm512_or_si512(m.gradient, _mm512_or_si512(m.hessian, m.count)),
                                                  _mm512_set1_epi64(-1)) != 0;
  for (int missing_left = 0; missing_left < (any_missing ? 2 : 1); ++missing_left) {
    Reader reader = missing_left != 0 ? missing : Reader(scan.histogram);
    for (std::int64_t bin = 1; bin < scan.bins; ++bin) {
      reader.add(scan.start + bin * BinnedRows::block);
      Left const left = reader.left();
      __m512i const hl_units = HasHessian ? left.hessian : left.count;
      __m512i const hr_units = _mm512_sub_epi64(node_hessian, hl_units);
      __mmask8 allowed = _mm512_cmpge_epi64_mask(hl_units, min_hessian);
      allowed = _mm512_mask_cmpge_epi64_mask(allowed, hr_units, min_hessian);
      if constexpr (HasCount) {
        allowed = _mm512_mask_cmpge_epi64_mask(allowed, left.count, min_rows);
        allowed = _mm512_mask_cmpge_epi64_mask(allowed, _mm512_sub_epi64(node_count, left.count), min_rows);
      }
      if (allowed == 0) continue;
      __m512d const gl = _mm512_mul_pd(_mm512_cvtepi64_pd(left.gradient), gradient_unit);
      __m512d const gr =
          _mm512_mul_pd(_mm512_cvtepi64_pd(_mm512_sub_epi64(node_gradient, left.gradient)), gradient_unit);
      __m512d const hl = _mm512_add_pd(_mm512_mul_pd(_mm512_cvtepi64_pd(hl_units), hessian_unit), l2);
      __m512d const hr = _mm512_add_pd(_mm512_mul_pd(_mm512_cvtepi64_pd(hr_units), hessian_unit), l2);
      __m512d const over =
          _mm512_add_pd(_mm512_mul_pd(_mm512_mul_pd(gl, gl), hr), _mm512_mul_pd(_mm512_mul_pd(gr, gr), hl));
      __m512d const score = _mm512_div_pd(over, _mm512_mul_pd(hl, hr));
      __mmask8 const better = _mm512_mask_cmp_pd_mask(allowed, score, best_score, _CMP_GT_OQ);
      best_score = _mm512_mask_mov_pd(best_score, better, score);
      best_bin = _mm512_mask_set1_epi64(best_bin, better, bin);
      best_missing = _mm512_mask_set1_epi64(best_missing, better, missing_left);
    }
  }
  _mm512_storeu_pd(best.score, best_score);
  _mm512_storeu_si512(best.bin, best_bin);
  _mm512_storeu_si512(best.missing_left, best_missing);
}

template <class Reader>
void scan_fields(BlockScan const& work, LaneBest& best) {
  CellLayout const& layout = work.histogram.layout;
  if (!layout.has_hessian()) return scan<Reader, false, true>(work, best);
  if (!layout.has_count()) return scan<Reader, true, false>(work, best);
  scan<Reader, true, true>(work, best);
}

}  // namespace

void scan_block_avx512(BlockScan const& work, LaneBest& best) {
  if (work.histogram.is_wide) return scan_fields<WideReader>(work, best);
  scan_fields<PackedReader>(work, best);
}

}  // namespace tidemill::kernels
