#pragma once

#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "io/error.hpp"
#include "io/hdf5/file.hpp"
#include "io/hdf5/handle.hpp"
#include "io/hdf5/write_failures.hpp"

namespace tidemill::io {

/// What the files behind Hdf5File share: the open file, and errors that name path and object.
struct Hdf5File::State {
  Comm comm;
  std::filesystem::path path;
  bool reading;
  Handle file;
  /// Every rank has all bytes in memory (see file_image.hpp): nothing is done together, and no call can fail on one
  /// alone.
  bool is_image = false;
  /// The object used last: what is asked of a column is asked in a row, and a look-up by name takes long.
  std::string last_name = {};
  Handle last_object = {};
  bool closed_well = true;  ///< all objects before it

  [[noreturn]] void fail(std::string const& object, std::string_view what) const {
    if (reading) {
      throw DataError(
          fmt::format("{}: cannot {} '{}'; the file is damaged or not one of tidemill's", path.string(), what, object));
    }
    throw Error(fmt::format("{}: cannot {} '{}'; check free space and permissions", path.string(), what, object));
  }
  Handle own(hid_t id, Handle::Close close, std::string const& object, std::string_view what) const {
    if (id < 0) fail(object, what);
    return Handle(id, close);
  }
  /// A group or dataset, open until the next one is asked for.
  hid_t object(std::string const& name) {
    if (!last_object.is_valid() || name != last_name) {
      keep(name, own(H5Oopen(file.get(), name.c_str(), H5P_DEFAULT), H5Oclose, name, "open"));
    }
    return last_object.get();
  }
  hid_t dataset(std::string const& name) {
    hid_t const found = object(name);
    if (H5Iget_type(found) != H5I_DATASET) fail(name, "open");
    return found;
  }
  void keep(std::string const& name, Handle opened) {
    bool const is_closed = last_object.reset() >= 0;
    last_object = std::move(opened);
    check_closed(is_closed, std::exchange(last_name, name));
  }
  /// Of several ranks one alone must not stop; they find out together when the file is closed.
  void check_closed(bool is_closed, std::string const& name) {
    closed_well = closed_well && is_closed;
    if (!closed_well && !reading && comm.size() == 1) fail(name, "close");
  }
  void check(herr_t status, std::string const& object, std::string_view what) const {
    if (status < 0) fail(object, what);
  }
  /// Collective. For calls that all ranks make together: a rank that failed alone would close the file, which is
  /// collective too, while the others wait for it in the next call.
  void check_on_all(bool is_well, std::string const& object, std::string_view what) const {
    if (is_image) {
      if (!is_well) fail(object, what);
      return;
    }
    bool const is_written = !take_write_failure();
    if (comm.min(is_well && is_written ? 1 : 0) == 0) fail(object, what);
  }
};

/// A fixed-length UTF-8 type: variable-length texts can be neither written in parallel nor check-summed.
inline Handle text_type(std::size_t length) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.get(), std::max<std::size_t>(length, 1));
  H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  return type;
}

}  // namespace tidemill::io
