#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "io/comm/comm.hpp"
#include "io/store/lease_file.hpp"

namespace tidemill::io {

/// A lease (see LeaseFile) that rank 0 holds for all ranks.
class Lease {
 public:
  /// Collective. Throws Error (exit code locked) naming the holder when another run lives. `on_lost` is called on rank
  /// 0, from another thread, when another run has taken the lease over.
  Lease(Comm const& comm, std::filesystem::path const& folder, std::function<void(std::string const&)> on_lost = {});

  /// Rank 0's; null on the others.
  LeaseFile const* file() const { return file_.get(); }
  /// The same on all ranks.
  std::int64_t number() const { return number_; }

 private:
  std::unique_ptr<LeaseFile> file_;
  std::int64_t number_ = 0;
};

}  // namespace tidemill::io
