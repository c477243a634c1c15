#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "io/comm/comm.hpp"
#include "io/hdf5/file.hpp"

namespace tidemill::io {

/// What made a file; stored inside it. Nothing here may depend on the number of ranks, on time or on place.
struct Provenance {
  std::string kind;    ///< "table", "model", "checkpoint", "result"
  std::string config;  ///< the options that made it, as canonical text
  std::uint64_t seed = 0;
  std::map<std::string, std::string> inputs;  ///< name -> digest
};

/// Collective. Calls `write` on NAME.tmp, closes, reads everything back for the digest, stores provenance and digest in
/// the file, fsyncs, agrees, renames to `path` and fsyncs the folder. Parents are made. Returns the content digest.
/// After any failure `path` is as it was before.
std::string commit_hdf5(Comm const& comm, std::filesystem::path const& path, Provenance const& provenance,
                        std::function<void(Hdf5File&)> const& write);

/// Collective. The same protocol for a text file; every rank passes its part, written in rank order.
void commit_text(Comm const& comm, std::filesystem::path const& path, std::string_view my_part);

/// Collective. Content digest of any file: canonical for HDF5, of the bytes for others.
std::string digest_of_file(Comm const& comm, std::filesystem::path const& path);

/// Collective. Throws DataError unless the file is whole and its stored digest equals its content's. Returns the
/// digest.
std::string verify_hdf5(Comm const& comm, std::filesystem::path const& path);

}  // namespace tidemill::io
