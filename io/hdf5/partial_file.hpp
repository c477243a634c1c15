#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace tidemill::io {

/// One process's look into a large HDF5 file of which it reads little; nothing here is collective. Opening it does not
/// read the file: the sum over all its bytes (see Hdf5File::open) is not checked, but every piece that is read, and the
/// library's own structures, carry a check sum of their own. A file that was not committed by tidemill is inspected
/// (see inspection.hpp). Members throw DataError with the path and the object's name. T is one of std::int32_t,
/// std::int64_t, float.
class PartialFile {
 public:
  explicit PartialFile(std::filesystem::path const& path);
  PartialFile(PartialFile&&) noexcept;
  PartialFile& operator=(PartialFile&&) noexcept;
  ~PartialFile();

  std::filesystem::path const& path() const;
  bool has(std::string const& name) const;
  /// Whether a dataset holds texts.
  bool holds_texts(std::string const& dataset) const;
  std::int64_t row_count(std::string const& dataset) const;
  std::int64_t row_width(std::string const& dataset) const;
  /// Rows first .. first + count (elements: times the dataset's width).
  template <class T>
  std::vector<T> read_rows(std::string const& dataset, std::int64_t first, std::int64_t count) const;
  template <class T>
  std::vector<T> read_all(std::string const& dataset) const {
    return read_rows<T>(dataset, 0, row_count(dataset));
  }
  std::vector<std::string> read_texts(std::string const& dataset) const;
  std::string text_attribute(std::string const& object, std::string const& key) const;
  std::int64_t integer_attribute(std::string const& object, std::string const& key) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tidemill::io
