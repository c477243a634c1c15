#pragma once

#include <map>
#include <string>
#include <vector>

#include "io/tables/table.hpp"
#include "jobs/command.hpp"

namespace tidemill::jobs {

/// A result table with the name of its group in an HDF5 file.
struct NamedTable {
  std::string name;
  io::Table const& table;
};

/// Collective. Commits results to `path`: HDF5 with one group per table, or CSV (name ending in .csv) of the first
/// table, the others beside it as STEM.NAME.csv. Does nothing when `path` is empty.
void write_results(Context const& context, std::string const& path, std::vector<NamedTable> const& tables,
                   std::map<std::string, std::string> const& inputs);

/// Collective. All rows in global order, on rank 0, as a JSON array of objects; missing is null, cents are in major
/// units, dates YYYY-MM-DD. Other ranks get an empty text.
std::string json_rows(io::Comm const& comm, io::Table const& table);

/// Collective. Some columns as aligned text for people, on rank 0; at most `rows` rows, then how many there are more.
std::string text_rows(io::Comm const& comm, io::Table const& table, std::vector<std::string> const& columns,
                      std::int64_t rows);

}  // namespace tidemill::jobs
