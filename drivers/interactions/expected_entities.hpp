#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <unordered_set>

#include "drivers/interactions/read_interactions.hpp"
#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// How many different values a column may have, judged by some of its rows.
///
/// Rows come in blocks, taken evenly from the whole. Where new values come as fast in later blocks as in earlier ones
/// (a file sorted by the column) they are taken to go on so; where they become rare, as draws from a set do. In between
/// lies in between.
class DistinctValues {
 public:
  void begin_block() { ++blocks_; }
  void add(std::string_view value);
  std::int64_t rows() const { return rows_; }
  /// Among `all_rows`, of which the rows added are a part; with all of them added it is the exact number.
  std::int64_t expected(std::int64_t all_rows) const;

 private:
  std::unordered_set<std::size_t> half_, all_;  ///< hashes; half: of every second block
  std::int64_t blocks_ = 0, half_rows_ = 0, rows_ = 0;
};

/// Users and items that files of interactions name, about.
struct ExpectedEntities {
  std::int64_t users = 0, items = 0;  ///< 0: not known
};

/// Collective, the same on every rank. Looks at no more than a few megabytes, and at all of a file that is smaller.
/// `pairs`: as expected_reading_memory() says. Not known: for HDF5 files, and for what cannot be read, which reading
/// it says.
ExpectedEntities expected_entities(io::Comm const& comm, std::span<std::filesystem::path const> files,
                                   InteractionFormat const& format, std::int64_t pairs);

}  // namespace tidemill::drivers
