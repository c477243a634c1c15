#pragma once

#include <filesystem>
#include <string>

#include "drivers/interactions/id_column.hpp"
#include "drivers/interactions/pair_rows.hpp"
#include "io/comm/comm.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// A file of ids in columns (users, items, segments), found by their names where the file has these, otherwise by their
/// places.
class IdFile {
 public:
  /// Collective. Throws DataError when the file is no table.
  IdFile(io::Comm const& comm, std::filesystem::path const& path);

  std::size_t columns() const { return table_.columns.size(); }
  bool has(std::string const& name) const { return table_.has(name); }
  io::RowRange range() const { return table_.range; }

  /// Collective. Throws DataError when there is neither the name nor the place, or when the column holds no ids.
  IdColumn ids(std::string const& name, std::size_t usual_place) const;
  /// Collective. Rows of the two columns, usually the first and the second.
  PairRows pairs(std::string const& first, std::string const& second) const;

 private:
  io::Comm comm_;
  std::string path_;
  io::Table table_;
};

}  // namespace tidemill::drivers
