#include <type_traits>

#include "io/hdf5/file.hpp"
#include "io/hdf5/file_state.hpp"
#include "io/store/failpoint.hpp"

namespace tidemill::io {
namespace {

constexpr hsize_t largest_chunk_bytes = hsize_t{4} << 20;

template <class T>
hid_t file_type() {
  if constexpr (std::is_same_v<T, double>) return H5T_IEEE_F64LE;
  if constexpr (std::is_same_v<T, float>) return H5T_IEEE_F32LE;
  if constexpr (std::is_same_v<T, std::int8_t>) return H5T_STD_I8LE;
  if constexpr (std::is_same_v<T, std::int16_t>) return H5T_STD_I16LE;
  if constexpr (std::is_same_v<T, std::int32_t>) return H5T_STD_I32LE;
  if constexpr (std::is_same_v<T, std::int64_t>) return H5T_STD_I64LE;
  if constexpr (std::is_same_v<T, std::uint8_t>) return H5T_STD_U8LE;
  if constexpr (std::is_same_v<T, std::uint16_t>) return H5T_STD_U16LE;
  if constexpr (std::is_same_v<T, std::uint32_t>) return H5T_STD_U32LE;
  if constexpr (std::is_same_v<T, std::uint64_t>) return H5T_STD_U64LE;
}

enum class Transfer { alone, together };

/// Several ranks write and read together; one has no MPI-IO beneath the library (see file.cpp), nor has a file in
/// memory. Each moves its own bytes, which lie side by side anyway: a rank that fails then leaves no other waiting
/// inside MPI-IO.
Handle transfer_list(Transfer transfer) {
  Handle list(H5Pcreate(H5P_DATASET_XFER), H5Pclose);
  if (transfer == Transfer::together) {
    H5Pset_dxpl_mpio(list.get(), H5FD_MPIO_COLLECTIVE);
    H5Pset_dxpl_mpio_collective_opt(list.get(), H5FD_MPIO_INDIVIDUAL_IO);
  }
  return list;
}

struct Extent {
  hsize_t rows = 0;
  hsize_t width = 1;
};

Extent extent_of(hid_t dataset) {
  Handle const space(H5Dget_space(dataset), H5Sclose);
  hsize_t sizes[2] = {0, 1};
  if (H5Sget_simple_extent_ndims(space.get()) > 2) return {};
  H5Sget_simple_extent_dims(space.get(), sizes, nullptr);
  return {sizes[0], sizes[1]};
}

/// Creates one dataset of `rows` x `width` values in our layout.
Handle create_dataset(Hdf5File& owner, hid_t file, std::string const& name, hid_t type, hsize_t rows, hsize_t width) {
  std::size_t const slash = name.rfind('/');
  if (slash != std::string::npos && slash > 0) owner.create_group(name.substr(0, slash));
  hsize_t const sizes[2] = {rows, width};
  int const dimensions = width == 1 ? 1 : 2;
  Handle const space(H5Screate_simple(dimensions, sizes, nullptr), H5Sclose);
  Handle const creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(creation.get(), 0);
  H5Pset_fill_time(creation.get(), H5D_FILL_TIME_NEVER);
  if (rows > 0 && width > 0) {
    hsize_t const row_bytes = std::max<hsize_t>(H5Tget_size(type) * width, 1);
    hsize_t const chunk[2] = {std::clamp<hsize_t>(largest_chunk_bytes / row_bytes, 1, rows), width};
    H5Pset_chunk(creation.get(), dimensions, chunk);
    H5Pset_fletcher32(creation.get());
  }
  return Handle(H5Dcreate2(file, name.c_str(), type, space.get(), H5P_DEFAULT, creation.get(), H5P_DEFAULT), H5Dclose);
}

/// Memory and file selections for `count` rows from `first`; a rank without rows selects nothing but still takes part.
struct Selection {
  Handle memory;
  Handle file;
  Selection(hid_t dataset, hsize_t first, hsize_t count, hsize_t width) {
    file = Handle(H5Dget_space(dataset), H5Sclose);
    // Of the same form as in the file: otherwise the library goes from element to element.
    hsize_t const memory_size[2] = {count, width};
    memory = Handle(H5Screate_simple(H5Sget_simple_extent_ndims(file.get()), memory_size, nullptr), H5Sclose);
    if (count == 0) {
      H5Sselect_none(memory.get());
      H5Sselect_none(file.get());
      return;
    }
    hsize_t const start[2] = {first, 0};
    hsize_t const size[2] = {count, width};
    H5Sselect_hyperslab(file.get(), H5S_SELECT_SET, start, nullptr, size, nullptr);
  }
};

Transfer transfer_of(Comm const& comm) { return comm.size() > 1 ? Transfer::together : Transfer::alone; }

herr_t write_selected(Comm const& comm, hid_t dataset, hid_t type, Selection const& part, void const* values) {
  Handle const transfer = transfer_list(transfer_of(comm));
  herr_t const status = H5Dwrite(dataset, type, part.memory.get(), part.file.get(), transfer.get(), values);
  return passes_failpoint() ? status : -1;
}

/// What is read; by itself all of a dataset.
struct Part {
  hid_t memory = H5S_ALL, file = H5S_ALL;
};

herr_t read_selected(Comm const& comm, bool is_image, hid_t dataset, hid_t type, Part const& part, void* values) {
  Handle const transfer = transfer_list(is_image ? Transfer::alone : transfer_of(comm));
  herr_t const status = H5Dread(dataset, type, part.memory, part.file, transfer.get(), values);
  return is_image || passes_failpoint(CallKind::read) ? status : -1;
}

}  // namespace

template <class T>
void Hdf5File::write_rows(std::string const& name, std::span<T const> mine, RowRange range, std::int64_t width) {
  auto const w = static_cast<hsize_t>(width);
  Handle created =
      create_dataset(*this, state_->file.get(), name, file_type<T>(), static_cast<hsize_t>(range.total), w);
  hid_t const dataset = created.get();
  state_->check_on_all(created.is_valid(), name, "create dataset");
  state_->keep(name, std::move(created));
  if (range.total == 0 || width == 0) return;
  Selection const part(dataset, static_cast<hsize_t>(range.first), static_cast<hsize_t>(range.count), w);
  state_->check_on_all(write_selected(state_->comm, dataset, file_type<T>(), part, mine.data()) >= 0, name, "write");
}

template <class T>
void Hdf5File::write_all(std::string const& name, std::span<T const> values) {
  auto const total = static_cast<std::int64_t>(values.size());
  bool const writes = state_->comm.is_root();
  write_rows<T>(name, writes ? values : std::span<T const>(), RowRange{0, writes ? total : 0, total});
}

void Hdf5File::write_texts(std::string const& name, std::vector<std::string> const& values) {
  std::size_t longest = 1;
  for (std::string const& value : values) longest = std::max(longest, value.size());
  Handle const type = text_type(longest);
  Handle created = create_dataset(*this, state_->file.get(), name, type.get(), values.size(), 1);
  hid_t const dataset = created.get();
  state_->check_on_all(created.is_valid(), name, "create dataset");
  state_->keep(name, std::move(created));
  if (values.empty()) return;
  bool const writes = state_->comm.is_root();
  std::string packed(writes ? longest * values.size() : 0, '\0');
  if (writes) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i].copy(packed.data() + i * longest, longest);
  }
  Selection const part(dataset, 0, writes ? values.size() : 0, 1);
  state_->check_on_all(write_selected(state_->comm, dataset, type.get(), part, packed.data()) >= 0, name, "write");
}

template <class T>
std::vector<T> Hdf5File::read_rows(std::string const& name, std::int64_t first, std::int64_t count) {
  hid_t const dataset = state_->dataset(name);
  Extent const extent = extent_of(dataset);
  if (first < 0 || count < 0 || static_cast<hsize_t>(first) + static_cast<hsize_t>(count) > extent.rows) {
    state_->fail(name, fmt::format("find rows {} to {} of {} in", first, first + count, extent.rows));
  }
  std::vector<T> values(static_cast<std::size_t>(count) * extent.width);
  if (extent.rows == 0) return values;
  Selection const part(dataset, static_cast<hsize_t>(first), static_cast<hsize_t>(count), extent.width);
  herr_t const status = read_selected(state_->comm, state_->is_image, dataset, file_type<T>(),
                                      {part.memory.get(), part.file.get()}, values.data());
  state_->check_on_all(status >= 0, name, "read");
  return values;
}

template <class T>
std::vector<T> Hdf5File::read_all(std::string const& name) {
  return read_rows<T>(name, 0, row_count(name));
}

std::vector<std::string> Hdf5File::read_texts(std::string const& name) {
  hid_t const dataset = state_->dataset(name);
  Handle const stored(H5Dget_type(dataset), H5Tclose);
  if (H5Tget_class(stored.get()) != H5T_STRING || H5Tis_variable_str(stored.get()) > 0)
    state_->fail(name, "read texts of");
  std::size_t const length = H5Tget_size(stored.get());
  Extent const extent = extent_of(dataset);
  if (extent.width != 1) state_->fail(name, "read one text per row of");
  hsize_t const rows = extent.rows;
  std::vector<std::string> values(rows);
  if (rows == 0) return values;
  std::string packed(length * rows, '\0');
  Handle const type = text_type(length);
  herr_t const status = read_selected(state_->comm, state_->is_image, dataset, type.get(), {}, packed.data());
  state_->check_on_all(status >= 0, name, "read");
  for (std::size_t i = 0; i < rows; ++i) {
    std::string_view const cell(packed.data() + i * length, length);
    values[i] = cell.substr(0, std::min(cell.find('\0'), length));
  }
  return values;
}

std::int64_t Hdf5File::row_count(std::string const& name) {
  hid_t const dataset = state_->dataset(name);
  return static_cast<std::int64_t>(extent_of(dataset).rows);
}

std::int64_t Hdf5File::row_width(std::string const& name) {
  hid_t const dataset = state_->dataset(name);
  return static_cast<std::int64_t>(extent_of(dataset).width);
}

#define TIDEMILL_ELEMENT(T)                                                                              \
  template void Hdf5File::write_rows<T>(std::string const&, std::span<T const>, RowRange, std::int64_t); \
  template void Hdf5File::write_all<T>(std::string const&, std::span<T const>);                          \
  template std::vector<T> Hdf5File::read_rows<T>(std::string const&, std::int64_t, std::int64_t);        \
  template std::vector<T> Hdf5File::read_all<T>(std::string const&);
TIDEMILL_ELEMENT(std::int8_t)
TIDEMILL_ELEMENT(std::int16_t)
TIDEMILL_ELEMENT(std::int32_t)
TIDEMILL_ELEMENT(std::int64_t)
TIDEMILL_ELEMENT(std::uint8_t)
TIDEMILL_ELEMENT(std::uint16_t)
TIDEMILL_ELEMENT(std::uint32_t)
TIDEMILL_ELEMENT(std::uint64_t)
TIDEMILL_ELEMENT(float)
TIDEMILL_ELEMENT(double)
#undef TIDEMILL_ELEMENT

}  // namespace tidemill::io
