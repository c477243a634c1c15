#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/comm/comm.hpp"

namespace tidemill::io {

/// What one check of the machine found.
struct Finding {
  enum class Grade { ok, warn, fail };
  std::string check;
  Grade grade = Grade::ok;
  std::string found;
  std::string cure;  ///< what to do; empty when ok
};
char const* name_of(Finding::Grade grade);

// All of these are collective, give the same findings on every rank, and never throw for what they find.

/// Ranks, whether sums and exchanges over them come out right, and ranks against cores of the machine.
std::vector<Finding> check_ranks(Comm const& comm);
/// Threads per rank against the cores that the rank may use, memory that is left, signals.
std::vector<Finding> check_process(Comm const& comm);
/// HDF5: version, and a file written by all ranks in the layout of the results, read back and verified, in `folder`;
/// whether files of others can be looked into.
std::vector<Finding> check_hdf5(Comm const& comm, std::filesystem::path const& folder);
/// A folder: there and writable, free space, exclusive creation, rename, sync, its clock, permissions. What it writes
/// is removed again.
std::vector<Finding> check_folder(Comm const& comm, std::filesystem::path const& folder);
/// Locks and leftovers of the tenants of a store.
std::vector<Finding> check_locks(Comm const& comm, std::filesystem::path const& store);

}  // namespace tidemill::io
