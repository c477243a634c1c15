#include "io/hdf5/walk_file.hpp"

#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "io/error.hpp"
#include "io/hdf5/handle.hpp"

namespace tidemill::io {
namespace {

constexpr int deepest_group = 32;
constexpr int most_objects = 100'000;
constexpr std::size_t largest_value = std::size_t{1} << 20;
constexpr hsize_t largest_piece = hsize_t{1} << 30;
constexpr hsize_t block_of_walk = hsize_t{8} << 20;
/// Deflate makes at most 1032 bytes of one.
constexpr hsize_t most_expansion = 1100;
constexpr hsize_t small_dataset = hsize_t{1} << 20;

struct WalkState {
  hid_t file = -1;
  hsize_t file_bytes = 0;
  hsize_t stored_bytes = 0;  ///< of all datasets so far
  int objects = 0;
};

[[noreturn]] void refuse_object(std::string const& object, std::string const& why) {
  throw DataError(fmt::format("'{}' {}", object, why));
}

Handle checked_handle(hid_t id, Handle::Close close, std::string const& object) {
  if (id < 0) refuse_object(object, "cannot be read");
  return Handle(id, close);
}

/// Bytes of a value; 0 when values of the type are not read.
std::size_t value_bytes(hid_t type, std::string const& object) {
  bool const is_plain = H5Tdetect_class(type, H5T_VLEN) == 0 && H5Tis_variable_str(type) == 0 &&
                        H5Tdetect_class(type, H5T_REFERENCE) == 0;
  std::size_t const bytes = H5Tget_size(type);
  if (bytes == 0) refuse_object(object, "has a type that cannot be read");
  if (bytes > largest_value) refuse_object(object, fmt::format("has values of {} bytes each", bytes));
  return is_plain ? bytes : 0;
}

std::vector<hsize_t> shape_of_space(hid_t space, std::string const& object) {
  int const dimensions = H5Sget_simple_extent_ndims(space);
  if (dimensions < 0 || dimensions > H5S_MAX_RANK) refuse_object(object, "has no shape");
  std::vector<hsize_t> sizes(static_cast<std::size_t>(dimensions));
  if (H5Sget_simple_extent_dims(space, sizes.data(), nullptr) < 0) refuse_object(object, "has no shape");
  return sizes;
}

/// Bytes of all values; refuses what does not fit 62 bits.
hsize_t product_of(std::vector<hsize_t> const& sizes, hsize_t bytes, std::string const& object) {
  hsize_t product = bytes;
  for (hsize_t const size : sizes) {
    if (size != 0 && product > (hsize_t{1} << 62) / size) refuse_object(object, "claims a size beyond all bounds");
    product *= size;
  }
  return product;
}

void walk_attribute(hid_t object, char const* key, std::string const& owner) {
  std::string const name = owner + "@" + key;
  Handle const attribute = checked_handle(H5Aopen(object, key, H5P_DEFAULT), H5Aclose, name);
  Handle const type = checked_handle(H5Aget_type(attribute.get()), H5Tclose, name);
  Handle const space = checked_handle(H5Aget_space(attribute.get()), H5Sclose, name);
  std::size_t const bytes = value_bytes(type.get(), name);
  bool const has_values = H5Sget_simple_extent_type(space.get()) != H5S_NULL;
  hsize_t const all = has_values ? product_of(shape_of_space(space.get(), name), bytes, name) : 0;
  if (all > largest_piece) refuse_object(name, fmt::format("is an attribute of {} bytes", all));
  if (all == 0) return;
  std::vector<char> values(all);
  if (H5Aread(attribute.get(), type.get(), values.data()) < 0) refuse_object(name, "cannot be read");
}

void walk_attributes(hid_t object, std::string const& owner) {
  std::vector<std::string> keys;
  auto const visit = [](hid_t, char const* key, H5A_info_t const*, void* out) -> herr_t {
    static_cast<std::vector<std::string>*>(out)->emplace_back(key);
    return 0;
  };
  if (H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, nullptr, visit, &keys) < 0) {
    refuse_object(owner, "has attributes that cannot be listed");
  }
  for (std::string const& key : keys) walk_attribute(object, key.c_str(), owner);
}

void check_filters(hid_t creation, std::string const& name) {
  int const filters = H5Pget_nfilters(creation);
  if (filters < 0) refuse_object(name, "has filters that cannot be listed");
  for (int f = 0; f < filters; ++f) {
    unsigned flags = 0, config = 0;
    std::size_t parameters = 0;
    H5Z_filter_t const filter =
        H5Pget_filter2(creation, static_cast<unsigned>(f), &flags, &parameters, nullptr, 0, nullptr, &config);
    bool const is_built_in = filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_SHUFFLE ||
                             filter == H5Z_FILTER_FLETCHER32 || filter == H5Z_FILTER_SZIP ||
                             filter == H5Z_FILTER_NBIT || filter == H5Z_FILTER_SCALEOFFSET;
    if (!is_built_in) {
      refuse_object(name,
                    fmt::format("is stored through filter {}, which is a plug-in's: write it with gzip or without",
                                static_cast<int>(filter)));
    }
  }
}

/// Rows of a piece as it is stored: reading fewer would unpack the piece again and again.
hsize_t check_storage(hid_t creation, std::string const& name, std::size_t rank, hsize_t bytes) {
  if (H5Pget_external_count(creation) != 0) refuse_object(name, "keeps its values in other files");
  H5D_layout_t const layout = H5Pget_layout(creation);
  if (layout == H5D_VIRTUAL) refuse_object(name, "is a virtual dataset, made of other datasets");
  if (layout != H5D_CHUNKED) return 1;
  std::vector<hsize_t> chunk(std::max<std::size_t>(rank, 1));
  if (H5Pget_chunk(creation, static_cast<int>(rank), chunk.data()) != static_cast<int>(rank)) {
    refuse_object(name, "has pieces of no size");
  }
  if (product_of(chunk, bytes, name) > largest_piece) refuse_object(name, "is stored in pieces of more than 1 GiB");
  return std::max<hsize_t>(chunk.front(), 1);
}

void read_in_rows(hid_t dataset, hid_t type, std::vector<hsize_t> const& sizes, hsize_t row_bytes, hsize_t rows_at_once,
                  std::string const& name) {
  hsize_t const step =
      std::max(rows_at_once, block_of_walk / std::max<hsize_t>(row_bytes, 1) / rows_at_once * rows_at_once);
  Handle const file_space = checked_handle(H5Dget_space(dataset), H5Sclose, name);
  std::vector<hsize_t> start(sizes.size(), 0), count = sizes;
  std::vector<char> values;
  for (hsize_t first = 0; first < sizes.front(); first += step) {
    start[0] = first;
    count[0] = std::min(step, sizes.front() - first);
    values.resize(count[0] * row_bytes);
    Handle const memory =
        checked_handle(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr), H5Sclose, name);
    H5Sselect_hyperslab(file_space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
    if (H5Dread(dataset, type, memory.get(), file_space.get(), H5P_DEFAULT, values.data()) < 0) {
      refuse_object(name, "cannot be read: it is damaged");
    }
  }
}

void walk_dataset(WalkState& state, hid_t dataset, std::string const& name) {
  Handle const type = checked_handle(H5Dget_type(dataset), H5Tclose, name);
  Handle const space = checked_handle(H5Dget_space(dataset), H5Sclose, name);
  Handle const creation = checked_handle(H5Dget_create_plist(dataset), H5Pclose, name);
  std::size_t const bytes = value_bytes(type.get(), name);
  std::vector<hsize_t> const sizes = shape_of_space(space.get(), name);
  hsize_t const rows_at_once = check_storage(creation.get(), name, sizes.size(), std::max<std::size_t>(bytes, 1));
  check_filters(creation.get(), name);
  if (H5Sget_simple_extent_type(space.get()) == H5S_NULL || bytes == 0) return;
  hsize_t const all = product_of(sizes, bytes, name), stored = H5Dget_storage_size(dataset);
  state.stored_bytes += std::min(stored, state.file_bytes + 1);
  if (state.stored_bytes > state.file_bytes) refuse_object(name, "stores more than the file has bytes");
  if (all > small_dataset && all / most_expansion > stored) {
    refuse_object(name, fmt::format("claims {} bytes of which {} are stored", all, stored));
  }
  if (all == 0) return;
  if (sizes.empty()) {
    std::vector<char> value(all);
    if (H5Dread(dataset, type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, value.data()) < 0) {
      refuse_object(name, "cannot be read: it is damaged");
    }
    return;
  }
  hsize_t const row_bytes = all / sizes.front();
  if (row_bytes > largest_piece) refuse_object(name, fmt::format("has rows of {} bytes", row_bytes));
  read_in_rows(dataset, type.get(), sizes, row_bytes, rows_at_once, name);
}

struct LinkSeen {
  std::string name;
  H5L_type_t type;
};

std::vector<LinkSeen> links_of(hid_t group, std::string const& name) {
  std::vector<LinkSeen> links;
  auto const visit = [](hid_t, char const* link, H5L_info_t const* info, void* out) -> herr_t {
    auto* const seen = static_cast<std::vector<LinkSeen>*>(out);
    seen->push_back({link, info->type});
    return seen->size() > most_objects ? -1 : 0;
  };
  if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, visit, &links) < 0) {
    refuse_object(name, "has links that cannot be listed, or too many");
  }
  return links;
}

void walk_object(WalkState& state, hid_t object, std::string const& name, int depth) {
  if (++state.objects > most_objects) refuse_object(name, fmt::format("comes after {} others", most_objects));
  if (depth > deepest_group) refuse_object(name, fmt::format("lies more than {} groups deep", deepest_group));
  walk_attributes(object, name);
  H5I_type_t const kind = H5Iget_type(object);
  if (kind == H5I_DATASET) walk_dataset(state, object, name);
  if (kind != H5I_GROUP) return;
  for (LinkSeen const& link : links_of(object, name)) {
    std::string const child = name == "/" ? link.name : name + "/" + link.name;
    if (link.type != H5L_TYPE_HARD) {
      refuse_object(child, link.type == H5L_TYPE_EXTERNAL ? "is a link into another file"
                           : link.type == H5L_TYPE_SOFT   ? "is a symbolic link: store the dataset itself"
                                                          : "is a link of a kind that is a plug-in's");
    }
    Handle const opened = checked_handle(H5Oopen(object, link.name.c_str(), H5P_DEFAULT), H5Oclose, child);
    walk_object(state, opened.get(), child, depth + 1);
  }
}

}  // namespace

void walk_hdf5_file(std::filesystem::path const& path) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5PLset_loading_state(0);
  WalkState state;
  Handle const file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!file.is_valid()) throw DataError("it is truncated, damaged or of a newer format");
  state.file = file.get();
  state.file_bytes = std::filesystem::file_size(path);
  Handle const root = checked_handle(H5Gopen2(file.get(), "/", H5P_DEFAULT), H5Gclose, "/");
  walk_object(state, root.get(), "/", 0);
  // The digest goes through the objects this way, on which some damages make the library crash.
  auto const pass = [](hid_t, char const*, H5O_info_t const*, void*) -> herr_t { return 0; };
  if (H5Ovisit2(file.get(), H5_INDEX_NAME, H5_ITER_INC, pass, nullptr, H5O_INFO_BASIC) < 0) {
    refuse_object("/", "has objects that cannot be listed");
  }
}

}  // namespace tidemill::io
