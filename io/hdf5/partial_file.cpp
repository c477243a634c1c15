#include "io/hdf5/partial_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <type_traits>

#include "io/error.hpp"
#include "io/hdf5/file_sum.hpp"
#include "io/hdf5/handle.hpp"
#include "io/hdf5/inspection.hpp"

namespace tidemill::io {
namespace {

template <class T>
hid_t native_type() {
  if constexpr (std::is_same_v<T, float>) return H5T_NATIVE_FLOAT;
  if constexpr (std::is_same_v<T, std::int32_t>) return H5T_NATIVE_INT32;
  if constexpr (std::is_same_v<T, std::int64_t>) return H5T_NATIVE_INT64;
}

struct RowsAndWidth {
  hsize_t rows = 0, width = 1;
};

RowsAndWidth shape_of(hid_t dataset) {
  Handle const space(H5Dget_space(dataset), H5Sclose);
  hsize_t sizes[2] = {0, 1};
  if (H5Sget_simple_extent_ndims(space.get()) > 2) return {};
  H5Sget_simple_extent_dims(space.get(), sizes, nullptr);
  return {sizes[0], sizes[1]};
}

}  // namespace

struct PartialFile::State {
  std::filesystem::path path;
  Handle file;

  [[noreturn]] void fail(std::string const& object, std::string const& what) const {
    throw DataError(
        fmt::format("{}: cannot {} '{}'; the file is damaged or not one of tidemill's", path.string(), what, object));
  }
  Handle open(std::string const& dataset) const {
    Handle found(H5Dopen2(file.get(), dataset.c_str(), H5P_DEFAULT), H5Dclose);
    if (!found.is_valid()) fail(dataset, "open");
    return found;
  }
};

PartialFile::PartialFile(std::filesystem::path const& path) : state_(std::make_unique<State>(State{path, {}})) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  if (!has_file_sum(path)) inspect_foreign_file(path);
  Handle const access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_libver_bounds(access.get(), H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  state_->file = Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()), close_hdf5_file);
  if (!state_->file.is_valid()) {
    throw DataError(fmt::format("{} is missing, truncated or not an HDF5 file", path.string()));
  }
}
PartialFile::PartialFile(PartialFile&&) noexcept = default;
PartialFile& PartialFile::operator=(PartialFile&&) noexcept = default;
PartialFile::~PartialFile() = default;
std::filesystem::path const& PartialFile::path() const { return state_->path; }

bool PartialFile::has(std::string const& name) const {
  // Every component must be asked for: H5Lexists fails on a missing parent.
  for (std::size_t slash = name.find('/', 1);; slash = name.find('/', slash + 1)) {
    if (H5Lexists(state_->file.get(), name.substr(0, slash).c_str(), H5P_DEFAULT) <= 0) return false;
    if (slash == std::string::npos) return true;
  }
}

bool PartialFile::holds_texts(std::string const& dataset) const {
  Handle const type(H5Dget_type(state_->open(dataset).get()), H5Tclose);
  return H5Tget_class(type.get()) == H5T_STRING;
}

std::int64_t PartialFile::row_count(std::string const& dataset) const {
  return static_cast<std::int64_t>(shape_of(state_->open(dataset).get()).rows);
}

std::int64_t PartialFile::row_width(std::string const& dataset) const {
  return static_cast<std::int64_t>(shape_of(state_->open(dataset).get()).width);
}

template <class T>
std::vector<T> PartialFile::read_rows(std::string const& name, std::int64_t first, std::int64_t count) const {
  Handle const dataset = state_->open(name);
  RowsAndWidth const shape = shape_of(dataset.get());
  if (first < 0 || count < 0 || static_cast<hsize_t>(first + count) > shape.rows) {
    state_->fail(name, fmt::format("find rows {} to {} of {} in", first, first + count, shape.rows));
  }
  std::vector<T> values(static_cast<std::size_t>(count) * shape.width);
  if (values.empty()) return values;
  Handle const space(H5Dget_space(dataset.get()), H5Sclose);
  hsize_t const start[2] = {static_cast<hsize_t>(first), 0}, extent[2] = {static_cast<hsize_t>(count), shape.width};
  // Of the same form as in the file: otherwise the library goes from element to element.
  Handle const memory(H5Screate_simple(H5Sget_simple_extent_ndims(space.get()), extent, nullptr), H5Sclose);
  H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start, nullptr, extent, nullptr);
  if (H5Dread(dataset.get(), native_type<T>(), memory.get(), space.get(), H5P_DEFAULT, values.data()) < 0) {
    state_->fail(name, "read");
  }
  return values;
}

template std::vector<std::int32_t> PartialFile::read_rows(std::string const&, std::int64_t, std::int64_t) const;
template std::vector<std::int64_t> PartialFile::read_rows(std::string const&, std::int64_t, std::int64_t) const;
template std::vector<float> PartialFile::read_rows(std::string const&, std::int64_t, std::int64_t) const;

std::vector<std::string> PartialFile::read_texts(std::string const& name) const {
  Handle const dataset = state_->open(name);
  Handle const type(H5Dget_type(dataset.get()), H5Tclose);
  if (H5Tget_class(type.get()) != H5T_STRING || H5Tis_variable_str(type.get()) > 0) state_->fail(name, "read texts of");
  std::size_t const length = H5Tget_size(type.get());
  RowsAndWidth const shape = shape_of(dataset.get());
  if (shape.width != 1) state_->fail(name, "read one text per row of");
  std::vector<std::string> values(shape.rows);
  std::string packed(length * values.size(), '\0');
  if (!values.empty() && H5Dread(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, packed.data()) < 0) {
    state_->fail(name, "read");
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::string_view const cell(packed.data() + i * length, length);
    values[i] = cell.substr(0, std::min(cell.find('\0'), length));
  }
  return values;
}

std::string PartialFile::text_attribute(std::string const& object, std::string const& key) const {
  Handle const attribute(H5Aopen_by_name(state_->file.get(), object.c_str(), key.c_str(), H5P_DEFAULT, H5P_DEFAULT),
                         H5Aclose);
  if (!attribute.is_valid()) state_->fail(object + "@" + key, "find attribute");
  Handle const type(H5Aget_type(attribute.get()), H5Tclose);
  bool const is_text =
      H5Tget_class(type.get()) == H5T_STRING && H5Tis_variable_str(type.get()) == 0 && holds_one_value(attribute.get());
  std::string value(is_text ? H5Tget_size(type.get()) : 0, '\0');
  if (!is_text || H5Aread(attribute.get(), type.get(), value.data()) < 0)
    state_->fail(object + "@" + key, "read attribute");
  value.resize(std::min(value.find('\0'), value.size()));
  return value;
}

std::int64_t PartialFile::integer_attribute(std::string const& object, std::string const& key) const {
  Handle const attribute(H5Aopen_by_name(state_->file.get(), object.c_str(), key.c_str(), H5P_DEFAULT, H5P_DEFAULT),
                         H5Aclose);
  std::int64_t value = 0;
  if (!attribute.is_valid() || !holds_one_value(attribute.get()) ||
      H5Aread(attribute.get(), H5T_NATIVE_INT64, &value) < 0) {
    state_->fail(object + "@" + key, "read integer attribute");
  }
  return value;
}

}  // namespace tidemill::io
