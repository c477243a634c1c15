#pragma once

#include <hdf5.h>

#include <utility>

namespace tidemill::io {

/// Owns one HDF5 identifier; the closing function fits its kind.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle() = default;
  Handle(hid_t id, Close close) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Handle() { reset(); }
  hid_t get() const { return id_; }
  bool is_valid() const { return id_ >= 0; }
  /// Closes now; negative when the library reports an error (late write errors show here).
  herr_t reset() {
    hid_t const id = std::exchange(id_, -1);
    return id >= 0 ? close_(id) : 0;
  }

 private:
  hid_t id_ = -1;
  Close close_ = nullptr;
};

/// H5Fclose. After a failure, as on a full disk, HDF5 1.10 keeps the identifier of a file that it has freed and dies
/// over it when it is ended (SIGSEGV in H5F__close_cb, instead of our exit code): from then on it is not ended in this
/// process. What the process has committed does not depend on that.
herr_t close_hdf5_file(hid_t file);

/// An attribute that is a list would be read over what stands behind the one value that is asked for.
inline bool holds_one_value(hid_t attribute) {
  Handle const space(H5Aget_space(attribute), H5Sclose);
  return H5Sget_simple_extent_npoints(space.get()) == 1;
}

}  // namespace tidemill::io
