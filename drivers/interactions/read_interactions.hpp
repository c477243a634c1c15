#pragma once

#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "drivers/interactions/interactions.hpp"
#include "drivers/interactions/pair_quarantine.hpp"
#include "drivers/interactions/pair_rows.hpp"
#include "io/comm/comm.hpp"

namespace tidemill::drivers {

enum class InteractionLayout {
  pairs,     ///< a table (CSV, TSV, HDF5) with one pair of user and item per row
  userlist,  ///< a line per user: user item item ..., blanks or tabs between them
};

/// How files of interactions are to be read. Columns by name, or by number from 1.
struct InteractionFormat {
  InteractionLayout layout = InteractionLayout::pairs;
  bool has_header = true;  ///< pairs: a first line of numbers is a row all the same; false: so is one of texts
  std::string user;        ///< empty: the column called user, otherwise the first
  std::string item;        ///< empty: the column called item, otherwise the second
  std::string value;
  std::string time;                                             ///< seconds since 1970-01-01, a date or a time
  double min_value = -std::numeric_limits<double>::infinity();  ///< pairs with smaller values are dropped
  bool value_as_weight = true;                                  ///< false: values serve the threshold only
  bool ordered = false;         ///< files have each user's items in the order of time: time = 0, 1, ... within the user
  double max_bad_share = 0.05;  ///< of a file's pairs; past it the file is refused
};

/// What became of the pairs of the files: read = kept + below_threshold + repeated + unknown + quarantined.
struct InteractionCounts {
  std::int64_t read = 0;
  std::int64_t kept = 0;
  std::int64_t below_threshold = 0;
  std::int64_t repeated = 0;     ///< added to another pair of the same user and item
  std::int64_t unknown = 0;      ///< of users or items that were not to be read
  std::int64_t quarantined = 0;  ///< that are no interactions
  PairQuarantine quarantine;     ///< where those stand and why
};

/// Collective. Reads files one after the other, each shared out by bytes over the ranks; users are then spread so that
/// every rank has about equal numbers of pairs. Numbers and order of users and items do not depend on ranks. Throws
/// DataError naming file, line or row, column and what to do: for a file that cannot be read, and for one of whose rows
/// more than the share of the format are bad. Other bad rows are set aside, for callers that ask for the counts:
/// without `counts` the first one ends the reading.
Interactions read_interactions(io::Comm const& comm, std::span<std::filesystem::path const> files,
                               InteractionFormat const& format, InteractionCounts* counts = nullptr);
inline Interactions read_interactions(io::Comm const& comm, std::filesystem::path const& file,
                                      InteractionFormat const& format, InteractionCounts* counts = nullptr) {
  return read_interactions(comm, std::span(&file, 1), format, counts);
}

/// Collective. The pairs of the files as they stand there, those below the threshold and bad ones left out (`counts`:
/// read, below_threshold, quarantined), for callers that number them in terms of something else.
PairRows read_pairs(io::Comm const& comm, std::span<std::filesystem::path const> files, InteractionFormat const& format,
                    InteractionCounts* counts = nullptr);

/// Collective. A file of pairs as a table with all its columns, without the rows that read_pairs sets aside: for what a
/// file says of its pairs beside users and items. `text_columns` are read as texts. How large the share of bad rows is
/// does not matter: read_pairs comes first. Throws DataError when the table as a whole cannot be read, ConfigError for
/// a line per user.
io::Table read_good_pairs(io::Comm const& comm, std::filesystem::path const& file, InteractionFormat const& format,
                          std::vector<std::string> const& text_columns);

}  // namespace tidemill::drivers
