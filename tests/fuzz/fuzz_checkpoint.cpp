// Checkpoints: one that was damaged is passed over, and one that is whole can hold anything without harm.
#include "io/store/checkpoint.hpp"
#include "io/store/commit.hpp"
#include "io/store/posix.hpp"
#include "tests/fuzz/described_file.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace tidemill::tests {

void fuzz_one(std::string_view bytes) {
  std::filesystem::path const folder = fuzz_folder() / "checkpoints";
  io::make_folders(folder);
  std::string const key = "key";
  expect_error_or_success([&] {
    if (is_raw_hdf5(bytes)) {
      fuzz_file("checkpoints/checkpoint-2.h5", bytes);
    } else {
      io::commit_hdf5(fuzz_comm(), folder / "checkpoint-2.h5", {"checkpoint", key, 0, {}}, [&](io::Hdf5File& file) {
        file.set_attribute("/", "step", std::int64_t{2});
        write_described(file, bytes);
      });
    }
  });
  io::CheckpointStore const store(fuzz_comm(), folder, key, 0);
  auto const step = store.load_newest([](io::Hdf5File& file) { read_everything(file); });
  promise(!step || *step == 2, "the step is the one in the file's name");
  io::remove_tree(folder);
}

}  // namespace tidemill::tests
