// Model files from elsewhere: one whose content does not have its digest is refused before anything in it is used, and
// one with a bad structure is refused whatever its digest says.
#include "io/store/commit.hpp"
#include "jobs/models.hpp"
#include "tests/fuzz/described_file.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace tidemill::tests {

void fuzz_one(std::string_view bytes) {
  std::filesystem::path const path = fuzz_folder() / "model.h5";
  expect_error_or_success([&] {
    if (is_raw_hdf5(bytes)) {
      fuzz_file("model.h5", bytes);
    } else {
      io::commit_hdf5(fuzz_comm(), path, {"model", "", 0, {}},
                      [&](io::Hdf5File& file) { write_described(file, bytes); });
    }
    io::verify_hdf5(fuzz_comm(), path);
  });
  expect_error_or_success([&] { jobs::load_model_file(fuzz_comm(), path); });
}

}  // namespace tidemill::tests
