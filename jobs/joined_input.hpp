#pragma once

#include <map>
#include <string>

#include "io/tables/table.hpp"

namespace tidemill::jobs {

struct JoinedInput {
  io::Table table;
  std::map<std::string, std::string> digests;  ///< of the files, for provenance
};

/// Collective. A table with the columns of side tables added by key; `join` is FILE:KEY,FILE:KEY or empty.
JoinedInput read_joined(io::Comm const& comm, std::string const& file, std::string const& join);

}  // namespace tidemill::jobs
