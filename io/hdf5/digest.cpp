#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>
#include <vector>

#include "io/digest/sha256.hpp"
#include "io/error.hpp"
#include "io/hdf5/file.hpp"
#include "io/hdf5/handle.hpp"
#include "io/hdf5/inspection.hpp"
#include "io/store/failpoint.hpp"

namespace tidemill::io {
namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 20;

/// Everything of one object but its values, as text; and what is needed to read the values.
struct ObjectHead {
  std::string name;
  std::string description;
  bool is_dataset = false;
  std::size_t element_bytes = 0;
  hsize_t elements = 0;
};

[[noreturn]] void refuse(std::filesystem::path const& path, std::string const& object) {
  throw DataError(fmt::format("{}: cannot read '{}'; the file is damaged", path.string(), object));
}

std::string describe_type(hid_t type) {
  static constexpr char const* classes[] = {"integer", "real", "time", "text"};
  int const kind = H5Tget_class(type);
  bool const is_signed = kind == H5T_INTEGER && H5Tget_sign(type) == H5T_SGN_2;
  return fmt::format("{}{}{}", kind >= 0 && kind < 4 ? classes[kind] : "other", is_signed ? "s" : "u",
                     H5Tget_size(type) * 8);
}

void add_attributes(hid_t object, bool is_root, std::string& out, std::filesystem::path const& path) {
  std::vector<std::string> keys;
  auto const visit = [](hid_t, char const* name, H5A_info_t const*, void* names) -> herr_t {
    static_cast<std::vector<std::string>*>(names)->emplace_back(name);
    return 0;
  };
  if (H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, nullptr, visit, &keys) < 0) refuse(path, "attributes");
  std::sort(keys.begin(), keys.end());
  for (std::string const& key : keys) {
    if (is_root && key == "digest") continue;
    Handle const attribute(H5Aopen(object, key.c_str(), H5P_DEFAULT), H5Aclose);
    Handle const type(attribute.is_valid() ? H5Aget_type(attribute.get()) : -1, H5Tclose);
    if (!type.is_valid() || H5Tis_variable_str(type.get()) > 0) refuse(path, key);
    Handle const space(H5Aget_space(attribute.get()), H5Sclose);
    auto const count = static_cast<std::size_t>(std::max<hssize_t>(H5Sget_simple_extent_npoints(space.get()), 0));
    std::string value(H5Tget_size(type.get()) * count, '\0');
    if (H5Aread(attribute.get(), type.get(), value.data()) < 0) refuse(path, key);
    out += fmt::format("@{}:{}={}:{};", key, describe_type(type.get()), value.size(), value);
  }
}

ObjectHead read_head(hid_t file, std::string const& name, std::filesystem::path const& path) {
  ObjectHead head;
  head.name = name;
  Handle const object(H5Oopen(file, name.c_str(), H5P_DEFAULT), H5Oclose);
  if (!object.is_valid()) refuse(path, name);
  head.is_dataset = H5Iget_type(object.get()) == H5I_DATASET;
  head.description = name + "|";
  if (head.is_dataset) {
    Handle const type(H5Dget_type(object.get()), H5Tclose);
    Handle const space(H5Dget_space(object.get()), H5Sclose);
    hsize_t sizes[8] = {};
    int const dimensions = H5Sget_simple_extent_ndims(space.get());
    if (!type.is_valid() || dimensions < 0 || dimensions > 8 || H5Tis_variable_str(type.get()) > 0) refuse(path, name);
    H5Sget_simple_extent_dims(space.get(), sizes, nullptr);
    head.elements = 1;
    for (int d = 0; d < dimensions; ++d) {
      head.description += fmt::format("{}x", sizes[d]);
      head.elements *= sizes[d];
    }
    head.element_bytes = H5Tget_size(type.get());
    head.description += describe_type(type.get()) + "|";
  }
  add_attributes(object.get(), name == ".", head.description, path);
  return head;
}

std::vector<std::string> all_objects(hid_t file, std::filesystem::path const& path) {
  std::vector<std::string> names;
  auto const visit = [](hid_t, char const* name, H5O_info_t const*, void* out) -> herr_t {
    static_cast<std::vector<std::string>*>(out)->emplace_back(name);
    return 0;
  };
  if (H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, visit, &names, H5O_INFO_BASIC) < 0) refuse(path, "/");
  std::sort(names.begin(), names.end());
  return names;
}

/// Digest of elements first .. first+count of a dataset of one or two dimensions, read row-wise.
Sha256Sum hash_block(hid_t dataset, ObjectHead const& head, hsize_t first, hsize_t count,
                     std::filesystem::path const& path) {
  Handle const type(H5Dget_type(dataset), H5Tclose);
  Handle const space(H5Dget_space(dataset), H5Sclose);
  hsize_t sizes[8] = {1, 1, 1, 1, 1, 1, 1, 1};
  int const dimensions = H5Sget_simple_extent_dims(space.get(), sizes, nullptr);
  hsize_t width = 1;
  for (int d = 1; d < dimensions; ++d) width *= sizes[d];
  std::vector<std::byte> values(count * head.element_bytes);
  // Blocks are whole rows (see rows_per_block), so one hyperslab is enough.
  hsize_t start[8] = {first / width};
  hsize_t extent[8] = {count / width};
  std::copy(sizes + 1, sizes + 8, extent + 1);
  if (dimensions > 0) H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start, nullptr, extent, nullptr);
  Handle const memory(H5Screate_simple(1, &count, nullptr), H5Sclose);
  auto const read = [&] { return H5Dread(dataset, type.get(), memory.get(), space.get(), H5P_DEFAULT, values.data()); };
  if (at_failpoint(read) < 0) refuse(path, head.name);
  Sha256 hash;
  hash.add(values);
  return hash.finish();
}

std::vector<Sha256Sum> hash_my_blocks(Comm const& comm, hid_t file, ObjectHead const& head, std::size_t& next_block,
                                      std::filesystem::path const& path) {
  std::vector<Sha256Sum> mine;
  Handle const dataset(H5Dopen2(file, head.name.c_str(), H5P_DEFAULT), H5Dclose);
  if (!dataset.is_valid()) refuse(path, head.name);
  Handle const space(H5Dget_space(dataset.get()), H5Sclose);
  hsize_t sizes[8] = {1, 1, 1, 1, 1, 1, 1, 1};
  H5Sget_simple_extent_dims(space.get(), sizes, nullptr);
  hsize_t const width = sizes[0] > 0 ? head.elements / sizes[0] : 1;
  hsize_t const rows_per_block = std::max<hsize_t>(block_bytes / std::max<hsize_t>(width * head.element_bytes, 1), 1);
  for (hsize_t first = 0; first < sizes[0] && head.elements > 0; first += rows_per_block, ++next_block) {
    if (static_cast<int>(next_block % static_cast<std::size_t>(comm.size())) != comm.rank()) continue;
    hsize_t const rows = std::min(rows_per_block, sizes[0] - first);
    mine.push_back(hash_block(dataset.get(), head, first * width, rows * width, path));
  }
  return mine;
}

}  // namespace

std::string digest_hdf5(Comm const& comm, std::filesystem::path const& path, FileOrigin origin) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  if (origin == FileOrigin::unknown) check_before_opening(comm, path);
  std::string heads;
  std::vector<Sha256Sum> mine;
  std::size_t blocks = 0;
  agree(comm, "digest", [&] {
    // Each rank reads its blocks through a handle of its own: nothing here is collective.
    Handle const access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    Handle const file(at_failpoint([&] { return H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()); }), H5Fclose);
    if (!file.is_valid()) {
      throw DataError(fmt::format("{} is missing, truncated or not an HDF5 file", path.string()));
    }
    for (std::string const& name : all_objects(file.get(), path)) {
      ObjectHead const head = read_head(file.get(), name, path);
      heads += head.description + "\n";
      if (!head.is_dataset) continue;
      std::vector<Sha256Sum> const sums = hash_my_blocks(comm, file.get(), head, blocks, path);
      mine.insert(mine.end(), sums.begin(), sums.end());
    }
  });
  // Rank r hashed blocks r, r + size, ...: put them back in order.
  std::vector<Sha256Sum> const gathered = comm.gather_all(std::span<Sha256Sum const>(mine));
  auto const ranks = static_cast<std::size_t>(comm.size());
  std::vector<Sha256Sum> ordered(blocks);
  std::size_t at = 0;
  for (std::size_t r = 0; r < ranks; ++r) {
    for (std::size_t block = r; block < blocks; block += ranks) ordered[block] = gathered[at++];
  }
  Sha256 hash;
  hash.add_field(heads);
  hash.add(std::as_bytes(std::span<Sha256Sum const>(ordered)));
  return hex(hash.finish());
}

}  // namespace tidemill::io
