#include "io/hdf5/file_image.hpp"

#include <fmt/format.h>
#include <hdf5.h>

#include <cstdint>

#include "io/hdf5/file_sum.hpp"
#include "io/store/file_reader.hpp"

namespace tidemill::io {
namespace {

/// As much as the largest chunk: below it the library has nothing to gain from reading a part.
constexpr std::int64_t largest_image = std::int64_t{4} << 20;

std::string read_if_small(std::filesystem::path const& path) {
  std::error_code missing;
  if (!std::filesystem::is_regular_file(path, missing)) return "";
  FileReader const file(path);
  return file.size() <= largest_image ? file.read(0, static_cast<std::size_t>(file.size())) : "";
}

}  // namespace

std::string read_small_file(Comm const& comm, std::filesystem::path const& path) {
  std::string bytes;
  agree(comm, "read " + path.string(), [&] {
    if (comm.is_root()) bytes = read_if_small(path);
  });
  return comm.broadcast(bytes);
}

std::string read_small_committed(Comm const& comm, std::filesystem::path const& path) {
  std::string bytes = read_small_file(comm, path);
  bool const is_committed = !bytes.empty() && check_sum_within(path, bytes);
  return is_committed ? bytes : "";
}

Handle open_image(std::filesystem::path const& path, std::string_view bytes) {
  // The library takes two files in memory of the same name for one.
  static std::uint64_t opened = 0;
  std::string const name = fmt::format("{}#{}", path.string(), opened++);
  constexpr std::size_t growth = 65'536;
  Handle const access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_libver_bounds(access.get(), H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  H5Pset_fapl_core(access.get(), growth, 0);
  // The library's interface is not const; it copies.
  H5Pset_file_image(access.get(), const_cast<char*>(bytes.data()), bytes.size());
  return Handle(H5Fopen(name.c_str(), H5F_ACC_RDONLY, access.get()), close_hdf5_file);
}

}  // namespace tidemill::io
