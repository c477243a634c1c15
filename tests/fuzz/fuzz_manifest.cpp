// The commit record of a night, night.json: whatever its bytes, a folder that does not match it is refused.
#include "io/store/night.hpp"
#include "io/store/posix.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace tidemill::tests {

void fuzz_one(std::string_view bytes) {
  io::make_folders(fuzz_folder() / "night" / "csv");
  fuzz_file("night/csv/menu.csv", "item,units\n1,2\n");
  fuzz_file("night/night.json", bytes);
  expect_error_or_success([] { io::verify_night(fuzz_comm(), fuzz_folder() / "night"); });
}

}  // namespace tidemill::tests
