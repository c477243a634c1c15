#include "tests/fuzz/fuzz_target.hpp"

#include <mpi.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "io/error.hpp"
#include "io/hdf5/inspection.hpp"
#include "io/store/posix.hpp"

namespace tidemill::tests {
namespace {

std::filesystem::path made_folder() {
  // In memory where the system has such a place: a fuzzer writes thousands of files a second.
  std::filesystem::path const memory = "/dev/shm";
  std::filesystem::path const base =
      access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
  std::string name = (base / "tidemill-fuzz-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) std::abort();
  return name;
}

void remove_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(fuzz_folder(), ignored);
}

}  // namespace

io::Comm const& fuzz_comm() {
  static io::Comm const comm(MPI_COMM_WORLD);
  return comm;
}

std::filesystem::path const& fuzz_folder() {
  static std::filesystem::path const folder = made_folder();
  return folder;
}

std::filesystem::path fuzz_file(std::string_view name, std::string_view bytes) {
  std::filesystem::path path = fuzz_folder() / name;
  io::write_file(path, bytes);
  return path;
}

void expect_error_or_success(std::function<void()> const& read) {
  try {
    read();
  } catch (Error const& error) {
    promise(error.what()[0] != '\0', "an error says what is wrong");
  }
}

void promise(bool kept, char const* what) {
  if (kept) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

}  // namespace tidemill::tests

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  if (auto const code = tidemill::io::serve_inspection(*argc, *argv)) std::_Exit(*code);
  int provided = 0;
  MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided);
  tidemill::tests::start_kernels(*argc, *argv);
  tidemill::tests::fuzz_folder();
  std::atexit(tidemill::tests::remove_folder);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  tidemill::tests::fuzz_one({reinterpret_cast<char const*>(data), size});
  return 0;
}
