#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/comm/comm.hpp"

namespace tidemill::io {

/// The one place where HDF5 is called. Every member is collective over the communicator the file was opened with,
/// works on host memory, and throws with the path and the object's name: DataError when reading, Error when writing.
/// Layout: newest format, chunked (at most 4 MiB), fletcher32, no object times. A bit flip cannot go unseen.
/// T is one of: std::int8_t .. std::int64_t, std::uint8_t .. std::uint64_t, float, double.
class Hdf5File {
 public:
  static Hdf5File create(Comm const& comm, std::filesystem::path const& path);
  /// Checks what tidemill committed and inspects what it did not, see inspection.hpp; refuses what a newer tidemill
  /// wrote in a layout that this one does not know, see store/schema_version.hpp.
  static Hdf5File open(Comm const& comm, std::filesystem::path const& path);
  /// For adding to a file that is not yet published.
  static Hdf5File open_for_update(Comm const& comm, std::filesystem::path const& path);
  Hdf5File(Hdf5File&&) noexcept;
  Hdf5File& operator=(Hdf5File&&) noexcept;
  ~Hdf5File();
  /// Closes and reports errors; the destructor closes silently.
  void close();

  void create_group(std::string const& name);  ///< parents are made too; an existing group is fine

  /// Each rank writes its rows; `range` are this rank's rows, `width` the elements per row (1: a plain column).
  template <class T>
  void write_rows(std::string const& name, std::span<T const> mine, RowRange range, std::int64_t width = 1);
  /// The same values on every rank, written once.
  template <class T>
  void write_all(std::string const& name, std::span<T const> values);
  template <class T>
  void write_all(std::string const& name, std::vector<T> const& values) {
    write_all(name, std::span<T const>(values));
  }
  void write_texts(std::string const& name, std::vector<std::string> const& values);

  /// Rows first .. first+count (elements: times the dataset's width).
  template <class T>
  std::vector<T> read_rows(std::string const& name, std::int64_t first, std::int64_t count);
  template <class T>
  std::vector<T> read_all(std::string const& name);
  std::vector<std::string> read_texts(std::string const& name);

  bool has(std::string const& name);
  std::int64_t row_count(std::string const& name);
  std::int64_t row_width(std::string const& name);
  std::vector<std::string> datasets_in(std::string const& group);  ///< names, in byte order
  std::vector<std::string> groups_in(std::string const& group);

  /// Attributes of a group or dataset ("/" is the file). Texts are UTF-8.
  void set_attribute(std::string const& object, std::string const& key, std::string const& value);
  void set_attribute(std::string const& object, std::string const& key, std::int64_t value);
  void set_attribute(std::string const& object, std::string const& key, double value);
  bool has_attribute(std::string const& object, std::string const& key);
  std::vector<std::string> attributes_of(std::string const& object);  ///< keys, in byte order
  std::string text_attribute(std::string const& object, std::string const& key);
  std::int64_t integer_attribute(std::string const& object, std::string const& key);
  double real_attribute(std::string const& object, std::string const& key);

  std::filesystem::path const& path() const;

 private:
  struct State;
  explicit Hdf5File(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Who made the bytes of a file. Those of unknown origin are checked or inspected before they are read (see
/// inspection.hpp).
enum class FileOrigin { unknown, these_ranks };

/// Collective. SHA-256 (hex) over canonical content: per object in name order its name, shape, type, attributes in name
/// order and little-endian row-major values in blocks of 1 MiB. The same for any layout and any number of ranks.
/// The root attribute "digest" is left out, so a file may carry its own.
std::string digest_hdf5(Comm const& comm, std::filesystem::path const& path, FileOrigin origin = FileOrigin::unknown);

}  // namespace tidemill::io
