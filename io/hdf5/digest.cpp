#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>
#include <array>
#include <vector>

#include "io/digest/sha256.hpp"
#include "io/error.hpp"
#include "io/hdf5/file.hpp"
#include "io/hdf5/file_image.hpp"
#include "io/hdf5/file_sum.hpp"
#include "io/hdf5/handle.hpp"
#include "io/hdf5/inspection.hpp"
#include "io/store/failpoint.hpp"

namespace tidemill::io {
namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 20;

/// A file that this rank reads by itself; nothing of that is collective.
struct OpenedFile {
  std::filesystem::path path;
  Handle file;
  bool is_image = false;
};

/// One object, open; everything of it but its values, as text; and what is needed to read the values.
struct ObjectHead {
  Handle object;
  Handle type;
  Handle space;
  std::string name;
  std::string description;
  bool is_dataset = false;
  std::size_t element_bytes = 0;
  hsize_t elements = 0;
  std::array<hsize_t, 8> sizes = {1, 1, 1, 1, 1, 1, 1, 1};
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

void describe_dataset(ObjectHead& head, std::filesystem::path const& path) {
  head.type = Handle(H5Dget_type(head.object.get()), H5Tclose);
  head.space = Handle(H5Dget_space(head.object.get()), H5Sclose);
  int const dimensions = H5Sget_simple_extent_ndims(head.space.get());
  bool const is_sound = head.type.is_valid() && dimensions >= 0 && dimensions <= 8;
  if (!is_sound || H5Tis_variable_str(head.type.get()) > 0) refuse(path, head.name);
  H5Sget_simple_extent_dims(head.space.get(), head.sizes.data(), nullptr);
  head.elements = 1;
  for (int d = 0; d < dimensions; ++d) {
    hsize_t const size = head.sizes[static_cast<std::size_t>(d)];
    head.description += fmt::format("{}x", size);
    head.elements *= size;
  }
  head.element_bytes = H5Tget_size(head.type.get());
  head.description += describe_type(head.type.get()) + "|";
}

ObjectHead read_head(hid_t file, std::string const& name, std::filesystem::path const& path) {
  ObjectHead head;
  head.name = name;
  head.object = Handle(H5Oopen(file, name.c_str(), H5P_DEFAULT), H5Oclose);
  if (!head.object.is_valid()) refuse(path, name);
  head.is_dataset = H5Iget_type(head.object.get()) == H5I_DATASET;
  head.description = name + "|";
  if (head.is_dataset) describe_dataset(head, path);
  add_attributes(head.object.get(), name == ".", head.description, path);
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

/// Digest of `rows` rows from `first` of a dataset, read row-wise.
Sha256Sum hash_block(OpenedFile const& opened, ObjectHead const& head, hsize_t first, hsize_t rows) {
  std::array<hsize_t, 8> const start = {first};
  std::array<hsize_t, 8> extent = head.sizes;
  extent[0] = rows;
  hsize_t const count = head.elements / head.sizes[0] * rows;
  std::vector<std::byte> values(count * head.element_bytes);
  // Blocks are whole rows, so one hyperslab is enough.
  bool const is_scalar = H5Sget_simple_extent_ndims(head.space.get()) == 0;
  if (!is_scalar) {
    H5Sselect_hyperslab(head.space.get(), H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr);
  }
  Handle const memory(H5Screate_simple(1, &count, nullptr), H5Sclose);
  auto const read = [&] {
    return H5Dread(head.object.get(), head.type.get(), memory.get(), head.space.get(), H5P_DEFAULT, values.data());
  };
  herr_t const status = opened.is_image ? read() : at_failpoint(read, CallKind::read);
  if (status < 0) refuse(opened.path, head.name);
  Sha256 hash;
  hash.add(values);
  return hash.finish();
}

std::vector<Sha256Sum> hash_my_blocks(Comm const& comm, OpenedFile const& opened, ObjectHead const& head,
                                      std::size_t& next_block) {
  std::vector<Sha256Sum> mine;
  hsize_t const all_rows = head.sizes[0];
  hsize_t const width = all_rows > 0 ? head.elements / all_rows : 1;
  hsize_t const rows_per_block = std::max<hsize_t>(block_bytes / std::max<hsize_t>(width * head.element_bytes, 1), 1);
  for (hsize_t first = 0; first < all_rows && head.elements > 0; first += rows_per_block, ++next_block) {
    if (static_cast<int>(next_block % static_cast<std::size_t>(comm.size())) != comm.rank()) continue;
    mine.push_back(hash_block(opened, head, first, std::min(rows_per_block, all_rows - first)));
  }
  return mine;
}

/// `bytes` are the file's, or empty when it is to be read from the disk.
OpenedFile open_alone(std::filesystem::path const& path, std::string const& bytes) {
  auto const open = [&] { return H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT); };
  bool const is_image = !bytes.empty();
  OpenedFile opened{
      path, is_image ? open_image(path, bytes) : Handle(at_failpoint(open, CallKind::read), close_hdf5_file), is_image};
  if (!opened.file.is_valid()) {
    throw DataError(fmt::format("{} is missing, truncated or not an HDF5 file", path.string()));
  }
  return opened;
}

/// The file's own attribute "digest", empty when there is none.
std::string digest_attribute(OpenedFile const& opened) {
  auto const& [path, file, is_image] = opened;
  if (H5Aexists(file.get(), "digest") <= 0) return "";
  Handle const attribute(H5Aopen(file.get(), "digest", H5P_DEFAULT), H5Aclose);
  Handle const type(attribute.is_valid() ? H5Aget_type(attribute.get()) : -1, H5Tclose);
  bool const is_text = type.is_valid() && H5Tget_class(type.get()) == H5T_STRING && H5Tis_variable_str(type.get()) == 0;
  if (!is_text) refuse(path, "digest");
  std::string digest(H5Tget_size(type.get()), '\0');
  if (H5Aread(attribute.get(), type.get(), digest.data()) < 0) refuse(path, "digest");
  return digest;
}

}  // namespace

std::string digest_hdf5(Comm const& comm, std::filesystem::path const& path, FileOrigin origin) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  std::string const bytes =
      origin == FileOrigin::unknown ? read_small_committed(comm, path) : read_small_file(comm, path);
  if (bytes.empty() && origin == FileOrigin::unknown) check_before_opening(comm, path);
  std::string heads;
  std::vector<Sha256Sum> mine;
  std::size_t blocks = 0;
  agree(comm, "digest", [&] {
    OpenedFile const opened = open_alone(path, bytes);
    for (std::string const& name : all_objects(opened.file.get(), path)) {
      ObjectHead const head = read_head(opened.file.get(), name, path);
      heads += head.description + "\n";
      if (!head.is_dataset) continue;
      std::vector<Sha256Sum> const sums = hash_my_blocks(comm, opened, head, blocks);
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

std::string carried_digest(Comm const& comm, std::filesystem::path const& path) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  std::string const bytes = read_small_committed(comm, path);
  if (bytes.empty() && !check_file_sum(comm, path)) return "";
  std::string digest;
  agree(comm, "read the digest of " + path.string(), [&] {
    if (comm.is_root()) digest = digest_attribute(open_alone(path, bytes));
  });
  return comm.broadcast(digest);
}

}  // namespace tidemill::io
