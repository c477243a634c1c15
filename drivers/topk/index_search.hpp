#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "drivers/topk/vectors.hpp"
#include "io/hdf5/partial_file.hpp"

namespace tidemill::drivers {

/// An index file (see save_lists) of which only what a query needs is read: the digest of the file is not checked, but
/// each piece that is read carries its check sum. Every rank opens it for itself; nothing here is collective.
class VectorIndex {
 public:
  /// Throws DataError when the file is no index.
  explicit VectorIndex(std::filesystem::path const& path);

  std::int64_t count() const { return count_; }
  std::int64_t lists() const { return static_cast<std::int64_t>(start_.size()) - 1; }
  std::int32_t width() const { return width_; }
  Similarity similarity() const { return similarity_; }
  VectorNames const& names() const { return names_; }
  /// The vector of a number, as stored (of length one for cosines).
  std::vector<float> vector(std::int64_t number);

  /// The k most similar vectors among the `probes` lists whose centroids have the largest inner products with a query.
  /// With as many probes as lists the answer is exact. `skipped`: per query a number to leave out, or -1; empty: none.
  /// Throws ConfigError for k or probes below 1, or queries of another width.
  kernels::TopLists search(kernels::VectorRows const& queries, std::int32_t k, std::int64_t probes,
                           std::vector<std::int32_t> const& skipped);

 private:
  io::PartialFile file_;
  Similarity similarity_ = Similarity::cosine;
  std::int64_t count_ = 0;
  std::int32_t width_ = 0;
  std::vector<float> centroids_;
  std::vector<std::int64_t> start_;
  std::vector<std::int32_t> item_;  ///< by position
  VectorNames names_;
};

}  // namespace tidemill::drivers
