#include "drivers/recommend/id_file.hpp"

#include <fmt/format.h>

#include "io/error.hpp"
#include "io/tables/read_table.hpp"

namespace tidemill::drivers {

IdFile::IdFile(io::Comm const& comm, std::filesystem::path const& path)
    : comm_(comm), path_(path.string()), table_(io::read_table(comm, path)) {}

IdColumn IdFile::ids(std::string const& name, std::size_t usual_place) const {
  if (!table_.has(name) && usual_place >= columns()) {
    throw DataError(fmt::format("{}: no column '{}'; expected one, or {} columns", path_, name, usual_place + 1));
  }
  io::Column const& column = table_.has(name) ? table_.at(name) : table_.columns[usual_place];
  return id_column(comm_, column, table_.range.first, path_);
}

PairRows IdFile::pairs(std::string const& first, std::string const& second) const {
  PairRows rows;
  rows.user = ids(first, 0);
  rows.item = ids(second, 1);
  for (std::int64_t i = 0; i < table_.rows(); ++i) rows.order.push_back(table_.range.first + i);
  return rows;
}

}  // namespace tidemill::drivers
