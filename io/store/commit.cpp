#include "io/store/commit.hpp"

#include <fmt/format.h>

#include <cstring>
#include <fstream>

#include "io/digest/sha256.hpp"
#include "io/error.hpp"
#include "io/store/posix.hpp"

namespace tidemill::io {
namespace {

constexpr std::int64_t schema_version = 1;

std::filesystem::path temporary_name(std::filesystem::path const& path) { return path.string() + ".tmp"; }

void publish(Comm const& comm, std::filesystem::path const& temporary, std::filesystem::path const& path) {
  agree(comm, "publish " + path.string(), [&] {
    if (!comm.is_root()) return;
    sync_file(temporary);
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
  std::string const digest = digest_hdf5(comm, temporary);
  {
    Hdf5File file = Hdf5File::open_for_update(comm, temporary);
    file.set_attribute("/", "digest", digest);
    file.close();
  }
  publish(comm, temporary, path);
  return digest;
}

void commit_text(Comm const& comm, std::filesystem::path const& path, std::string_view my_part) {
  std::filesystem::path const temporary = temporary_name(path);
  prepare(comm, path);
  std::int64_t const offset = comm.sum_before(static_cast<std::int64_t>(my_part.size()));
  agree(comm, "create " + path.string(), [&] {
    if (comm.is_root()) write_file(temporary, "");
  });
  agree(comm, "write " + path.string(), [&] { write_file_at(temporary, offset, my_part); });
  publish(comm, temporary, path);
}

std::string digest_of_file(Comm const& comm, std::filesystem::path const& path) {
  bool is_hdf5 = false;
  agree(comm, "read " + path.string(), [&] {
    std::ifstream file(path, std::ios::binary);
    char head[8] = {};
    if (!file) throw DataError("cannot open " + path.string() + "; check that it exists and may be read");
    file.read(head, sizeof(head));
    is_hdf5 = std::memcmp(head, "\211HDF\r\n\032\n", sizeof(head)) == 0;
  });
  if (is_hdf5) return digest_hdf5(comm, path);
  std::string digest;
  agree(comm, "read " + path.string(), [&] {
    if (comm.is_root()) digest = sha256_of_file(path);
  });
  return comm.broadcast(digest);
}

std::string verify_hdf5(Comm const& comm, std::filesystem::path const& path) {
  std::string stored;
  {
    Hdf5File file = Hdf5File::open(comm, path);
    if (!file.has_attribute("/", "digest")) {
      throw DataError(fmt::format("{} carries no digest: it was not committed by tidemill", path.string()));
    }
    stored = file.text_attribute("/", "digest");
  }
  std::string const found = digest_hdf5(comm, path);
  if (found != stored) {
    throw DataError(fmt::format("{} is damaged: its content digest is {}, expected {}; restore it or make it again",
                                path.string(), found, stored));
  }
  return found;
}

}  // namespace tidemill::io
