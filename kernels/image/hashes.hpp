#pragma once

#include "kernels/image/resample.hpp"

namespace tidemill::kernels {

/// Two 64-bit summaries of what a picture looks like; alike pictures differ in few bits.
struct PictureHash {
  /// dHash: bit 8 y + x of the luma scaled to 9 x 8 says whether the place right of (y, x) is brighter.
  std::uint64_t difference = 0;
  /// pHash (Zauner 2010): bit 8 v + u says whether coefficient (v, u) of the orthonormal DCT of the luma scaled to
  /// 32 x 32 is above the median of the low 8 x 8 without (0, 0).
  std::uint64_t frequency = 0;
};

/// Hashes of parts of a picture, window by window; host memory. `luma` may be the whole picture or a smaller copy.
void hash_windows(Exec const& exec, Luma const& luma, Window const* windows, int count, PictureHash* hashes);

}  // namespace tidemill::kernels
