#pragma once

#include <functional>
#include <string>

#include "io/store/commit.hpp"
#include "io/tables/table_file.hpp"
#include "tests/support/world.hpp"

namespace tidemill::tests {

/// Collective over `comm`. Content digest of a table, whatever its distribution.
inline std::string digest_of_table(io::Comm const& comm, io::Table const& table, std::filesystem::path const& file) {
  return io::commit_hdf5(comm, file, {"table", "", 1, {}},
                         [&](io::Hdf5File& out) { io::write_table(out, "table", table); });
}

/// Collective over the world. True when `make` gives the same table over all ranks and on rank 0 alone.
inline bool same_on_any_number_of_ranks(std::function<io::Table(io::Comm const&)> const& make) {
  ScratchFolder const folder;
  std::string const together = digest_of_table(world(), make(world()), folder / "together.h5");
  std::string alone;
  if (world().is_root()) {
    io::Comm const self = io::Comm::self();
    alone = digest_of_table(self, make(self), folder / "alone.h5");
  }
  return world().broadcast(alone) == together;
}

/// Collective. All values of a numeric column in global order, on every rank.
inline std::vector<double> all_numbers(io::Comm const& comm, io::Table const& table, std::string const& name) {
  std::vector<double> mine;
  for (std::int64_t row = 0; row < table.rows(); ++row) mine.push_back(table.at(name).number(row));
  return comm.gather_all(std::span<double const>(mine));
}

/// Collective. All values of a text column in global order, on every rank.
inline std::vector<std::string> all_texts(io::Comm const& comm, io::Table const& table, std::string const& name) {
  io::Column const& column = table.at(name);
  std::vector<std::string> texts;
  for (std::int32_t const code : comm.gather_all(std::span<std::int32_t const>(column.codes))) {
    texts.push_back(code < 0 ? std::string() : column.dictionary[static_cast<std::size_t>(code)]);
  }
  return texts;
}

}  // namespace tidemill::tests
