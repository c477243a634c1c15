#include "io/store/lease.hpp"

#include <span>

namespace tidemill::io {

Lease::Lease(Comm const& comm, std::filesystem::path const& folder, std::function<void(std::string const&)> on_lost) {
  agree(comm, "lock " + folder.string(), [&] {
    if (comm.is_root()) file_ = std::make_unique<LeaseFile>(folder, std::move(on_lost));
  });
  if (file_) number_ = file_->number();
  comm.broadcast(std::span(&number_, 1));
}

}  // namespace tidemill::io
