#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "drivers/interactions/read_interactions.hpp"
#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// What reading interactions will take, judged by the sizes of the files and their first lines.
struct ReadingMemory {
  std::int64_t pairs = 0;           ///< about; 0: a file cannot be read, or is an HDF5 file that tidemill did not write
  std::int64_t bytes_per_rank = 0;  ///< added at the peak of read_interactions()
};

/// Collective, the same on every rank. Never throws for what is wrong with a file: reading it says so.
ReadingMemory expected_reading_memory(io::Comm const& comm, std::span<std::filesystem::path const> files,
                                      InteractionFormat const& format);

}  // namespace tidemill::drivers
