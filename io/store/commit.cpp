#include "io/store/commit.hpp"

#include <fmt/format.h>

#include "io/digest/sha256.hpp"
#include "io/error.hpp"
#include "io/hdf5/file_sum.hpp"
#include "io/store/committed_digest.hpp"
#include "io/store/posix.hpp"
#include "io/store/schema_version.hpp"

namespace tidemill::io {
namespace {

constexpr std::string_view hdf5_signature = "\211HDF\r\n\032\n";

std::filesystem::path temporary_name(std::filesystem::path const& path) { return path.string() + ".tmp"; }

/// Each rank has synced what it wrote.
void publish(Comm const& comm, std::filesystem::path const& temporary, std::filesystem::path const& path) {
  agree(comm, "publish " + path.string(), [&] {
    if (!comm.is_root()) return;
    rename_file(temporary, path);
    sync_folder(path.parent_path());
  });
}

void prepare(Comm const& comm, std::filesystem::path const& path) {
  agree(comm, "prepare " + path.string(), [&] {
    if (!comm.is_root()) return;
    if (!path.parent_path().empty()) make_folders(path.parent_path());
    remove_if_present(temporary_name(path));
  });
}

/// What the file says of itself, as one rank reads it; nothing in a damaged file can leave ranks waiting for each
/// other.
std::string stored_digest(Comm const& comm, std::filesystem::path const& path) {
  std::string stored;
  agree(comm, "read " + path.string(), [&] {
    if (!comm.is_root()) return;
    Hdf5File file = Hdf5File::open(Comm::self(), path);
    if (!file.has_attribute("/", "digest")) {
      throw DataError(fmt::format("{} carries no digest: it was not committed by tidemill", path.string()));
    }
    stored = file.text_attribute("/", "digest");
  });
  return comm.broadcast(stored);
}

/// The values were read back for the digest; adding it has written to the file once more.
void check_carried_digest(Comm const& comm, std::filesystem::path const& path, std::string const& digest) {
  if (carried_digest(comm, path) == digest) return;
  throw Error(path.string() + ": the digest read back is not the one written; is the disk sound?");
}

void check_size(std::filesystem::path const& path, std::int64_t expected) {
  auto const found = static_cast<std::int64_t>(std::filesystem::file_size(path));
  if (found == expected) return;
  throw Error(fmt::format("{} has {} bytes, {} were written; is the disk sound?", path.string(), found, expected));
}

void store_provenance(Hdf5File& file, Provenance const& provenance) {
  file.set_attribute("/", "schema_version", schema_version);
  file.set_attribute("/", "program_version", std::string(TIDEMILL_VERSION));
  file.set_attribute("/", "kind", provenance.kind);
  file.set_attribute("/", "config", provenance.config);
  file.set_attribute("/", "seed", static_cast<std::int64_t>(provenance.seed));
  for (auto const& [name, digest] : provenance.inputs) file.set_attribute("/", "input." + name, digest);
}

}  // namespace

std::string commit_hdf5(Comm const& comm, std::filesystem::path const& path, Provenance const& provenance,
                        std::function<void(Hdf5File&)> const& write) {
  std::filesystem::path const temporary = temporary_name(path);
  prepare(comm, path);
  {
    Hdf5File file = Hdf5File::create(comm, temporary);
    write(file);
    store_provenance(file, provenance);
    file.close();
  }
  std::string const digest = digest_hdf5(comm, temporary, FileOrigin::these_ranks);
  {
    Hdf5File file = Hdf5File::open_for_update(comm, temporary);
    file.set_attribute("/", "digest", digest);
    file.close();
  }
  agree(comm, "sum " + temporary.string(), [&] {
    if (comm.is_root()) append_file_sum(temporary);
  });
  check_carried_digest(comm, temporary, digest);
  publish(comm, temporary, path);
  return digest;
}

void commit_text(Comm const& comm, std::filesystem::path const& path, std::string_view my_part) {
  std::filesystem::path const temporary = temporary_name(path);
  prepare(comm, path);
  std::int64_t const offset = comm.sum_before(static_cast<std::int64_t>(my_part.size()));
  agree(comm, "create " + path.string(), [&] {
    if (comm.is_root()) write_file(temporary, my_part);
  });
  agree(comm, "write " + path.string(), [&] {
    if (!comm.is_root() && !my_part.empty()) write_file_at(temporary, offset, my_part);
  });
  std::int64_t const total = comm.sum(static_cast<std::int64_t>(my_part.size()));
  agree(comm, "check " + path.string(), [&] {
    if (comm.is_root()) check_size(temporary, total);
  });
  publish(comm, temporary, path);
}

namespace {

bool is_hdf5(Comm const& comm, std::filesystem::path const& path) {
  bool is_so = false;
  agree(comm, "read " + path.string(), [&] { is_so = read_bytes(path, 0, hdf5_signature.size()) == hdf5_signature; });
  return is_so;
}

std::string digest_of_bytes(Comm const& comm, std::filesystem::path const& path) {
  std::string digest;
  agree(comm, "read " + path.string(), [&] {
    if (comm.is_root()) digest = sha256_of_file(path);
  });
  return comm.broadcast(digest);
}

}  // namespace

std::string digest_of_file(Comm const& comm, std::filesystem::path const& path) {
  return is_hdf5(comm, path) ? digest_hdf5(comm, path) : digest_of_bytes(comm, path);
}

std::string digest_of_committed(Comm const& comm, std::filesystem::path const& path) {
  if (!is_hdf5(comm, path)) return digest_of_bytes(comm, path);
  std::string const carried = carried_digest(comm, path);
  return carried.empty() ? digest_hdf5(comm, path) : carried;
}

std::string verify_hdf5(Comm const& comm, std::filesystem::path const& path) {
  std::string const found = digest_hdf5(comm, path);
  std::string const stored = stored_digest(comm, path);
  if (found != stored) {
    throw DataError(fmt::format("{} is damaged: its content digest is {}, expected {}; restore it or make it again",
                                path.string(), found, stored));
  }
  return found;
}

}  // namespace tidemill::io
