// HDF5 files that others made: a child process looks into each first, and one that it came through can be read here.
#include "io/hdf5/file.hpp"
#include "tests/fuzz/described_file.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace tidemill::tests {

void fuzz_one(std::string_view bytes) {
  std::filesystem::path const path = fuzz_file("foreign.h5", bytes);
  expect_error_or_success([&] {
    io::Hdf5File file = io::Hdf5File::open(fuzz_comm(), path);
    read_everything(file);
  });
  expect_error_or_success([&] { io::digest_hdf5(fuzz_comm(), path); });
}

}  // namespace tidemill::tests
