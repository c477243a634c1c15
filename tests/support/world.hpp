#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

#include "io/comm/comm.hpp"

namespace tidemill::tests {

/// All ranks the test runs on (1, 2, 3 or 4).
io::Comm const& world();

/// Collective. An empty folder for one test, the same on all ranks, removed at the end of the scope.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name;
    if (world().is_root()) {
      name = (std::filesystem::temp_directory_path() / "tidemill-XXXXXX").string();
      if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a scratch folder");
    }
    path_ = world().broadcast(name);
  }
  ~ScratchFolder() {
    world().barrier();
    std::error_code ignored;
    if (world().is_root()) std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(ScratchFolder const&) = delete;
  ScratchFolder& operator=(ScratchFolder const&) = delete;
  std::filesystem::path const& path() const { return path_; }
  std::filesystem::path operator/(std::string const& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace tidemill::tests
