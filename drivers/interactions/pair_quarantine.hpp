#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/comm/comm.hpp"
#include "io/tables/good_rows.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// What was set aside of files of interactions: this rank's rows, file after file in the order in which they were read.
struct PairQuarantine {
  struct File {
    std::string name;
    std::vector<io::BadRow> rows;  ///< ascending, before those of the next rank
  };
  std::vector<File> files;  ///< the same files on every rank

  /// Collective. Columns file, line, column, reason: all files' rows in the order of files and lines, spread evenly;
  /// the same for any number of ranks.
  io::Table table(io::Comm const& comm) const;
};

}  // namespace tidemill::drivers
