#include "io/hdf5/file.hpp"

#include "io/hdf5/file_image.hpp"
#include "io/hdf5/file_state.hpp"
#include "io/hdf5/inspection.hpp"
#include "io/store/failpoint.hpp"
#include "io/store/schema_version.hpp"

namespace tidemill::io {
namespace {

/// The library prints its own error stack otherwise, and looks for filters in folders that the environment names.
void silence_library() {
  static bool const done = [] {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    // A file must not be able to have code loaded for its sake.
    H5PLset_loading_state(0);
    return true;
  }();
  (void)done;
}

/// ROMIO would write what lies between two pieces of a rank too, as it was read before, and lock the file for that.
void set_parallel_access(hid_t list, MPI_Comm comm) {
  MPI_Info hints = MPI_INFO_NULL;
  MPI_Info_create(&hints);
  for (char const* const sieve : {"romio_ds_write", "romio_ds_read"}) MPI_Info_set(hints, sieve, "disable");
  H5Pset_fapl_mpio(list, comm, hints);
  MPI_Info_free(&hints);
}

Handle access_list(Comm const& comm) {
  Handle list(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_libver_bounds(list.get(), H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  if (comm.size() > 1) {
    set_parallel_access(list.get(), comm.handle());
  } else {
    // One process needs no MPI-IO, which makes and removes several files beside each one that it opens. Without a cache
    // of chunks a write that fails does so in the call itself, as it does for several ranks.
    H5Pset_cache(list.get(), 0, 0, 0, 0);
  }
  return list;
}

Handle with_parents() {
  Handle list(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(list.get(), 1);
  return list;
}

}  // namespace

Hdf5File::Hdf5File(std::unique_ptr<State> state) : state_(std::move(state)) {}
Hdf5File::Hdf5File(Hdf5File&&) noexcept = default;
Hdf5File& Hdf5File::operator=(Hdf5File&&) noexcept = default;
Hdf5File::~Hdf5File() {
  if (!state_ || state_->reading || !state_->file.is_valid()) return;
  // Given up: what fails from here on is not the next file's failure.
  state_->last_object.reset();
  state_->file.reset();
  take_write_failure();
}
std::filesystem::path const& Hdf5File::path() const { return state_->path; }

Hdf5File Hdf5File::create(Comm const& comm, std::filesystem::path const& path) {
  silence_library();
  auto state = std::make_unique<State>(State{comm, path, false, {}});
  Handle const access = access_list(comm);
  Handle const creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_obj_track_times(creation.get(), 0);
  state->file = Handle(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.get(), access.get()), close_hdf5_file);
  Hdf5File file(std::move(state));
  file.state_->check_on_all(passes_failpoint() && file.state_->file.is_valid(), "/", "create");
  return file;
}

static bool is_hdf5_file(Comm const& comm, std::filesystem::path const& path) {
  // Asked on one rank: opening something else collectively can leave ranks waiting for each other.
  int found = 0;
  if (comm.is_root()) found = H5Fis_hdf5(path.c_str()) > 0 ? 1 : 0;
  comm.broadcast(std::span(&found, 1));
  return found == 1;
}

/// What tidemill wrote says in which layout; files of others do not.
static Hdf5File of_known_version(Hdf5File file) {
  if (file.has_attribute("/", "program_version") && file.has_attribute("/", "schema_version")) {
    check_schema_version(file.integer_attribute("/", "schema_version"), file.text_attribute("/", "program_version"),
                         file.path().string());
  }
  return file;
}

Hdf5File Hdf5File::open(Comm const& comm, std::filesystem::path const& path) {
  silence_library();
  if (std::string const bytes = read_small_committed(comm, path); !bytes.empty()) {
    auto image = std::make_unique<State>(State{comm, path, true, open_image(path, bytes), true});
    image->check_on_all(image->file.is_valid(), "/", "open");
    return of_known_version(Hdf5File(std::move(image)));
  }
  if (!is_hdf5_file(comm, path)) {
    throw DataError(fmt::format("{} is missing, truncated or not an HDF5 file", path.string()));
  }
  check_before_opening(comm, path);
  auto state = std::make_unique<State>(State{comm, path, true, {}});
  Handle const access = access_list(comm);
  state->file = Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()), close_hdf5_file);
  state->check_on_all(passes_failpoint(CallKind::read) && state->file.is_valid(), "/", "open");
  return of_known_version(Hdf5File(std::move(state)));
}

Hdf5File Hdf5File::open_for_update(Comm const& comm, std::filesystem::path const& path) {
  silence_library();
  auto state = std::make_unique<State>(State{comm, path, false, {}});
  Handle const access = access_list(comm);
  state->file = Handle(H5Fopen(path.c_str(), H5F_ACC_RDWR, access.get()), close_hdf5_file);
  Hdf5File file(std::move(state));
  file.state_->check_on_all(passes_failpoint() && file.state_->file.is_valid(), "/", "open");
  return file;
}

void Hdf5File::close() {
  bool const closed_well = state_->last_object.reset() >= 0 && state_->closed_well;
  if (state_->is_image) return state_->check(closed_well ? state_->file.reset() : -1, "/", "close");
  CallKind const kind = state_->reading ? CallKind::read : CallKind::change;
  state_->check_on_all(at_closing_failpoint([&] { return state_->file.reset(); }, kind) >= 0 && closed_well, "/",
                       "close");
}

void Hdf5File::create_group(std::string const& name) {
  if (has(name)) return;
  Handle const parents = with_parents();
  Handle const creation(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
  H5Pset_obj_track_times(creation.get(), 0);
  state_->own(H5Gcreate2(state_->file.get(), name.c_str(), parents.get(), creation.get(), H5P_DEFAULT), H5Gclose, name,
              "create group");
}

bool Hdf5File::has(std::string const& name) {
  if (name.empty() || name == "/") return true;
  // Every component must be asked for: H5Lexists fails on a missing parent.
  for (std::size_t slash = name.find('/', 1);; slash = name.find('/', slash + 1)) {
    if (H5Lexists(state_->file.get(), name.substr(0, slash).c_str(), H5P_DEFAULT) <= 0) return false;
    if (slash == std::string::npos) return true;
  }
}

namespace {

std::vector<std::string> children(hid_t file, std::string const& group, H5O_type_t wanted) {
  struct Found {
    H5O_type_t wanted;
    std::vector<std::string> names;
  } found{wanted, {}};
  auto const visit = [](hid_t parent, char const* name, H5L_info_t const* link, void* out) -> herr_t {
    auto* const result = static_cast<Found*>(out);
    H5O_info_t info;
    // Only hard links: soft and external links lead elsewhere and are never written by us.
    if (link->type == H5L_TYPE_HARD && H5Oget_info_by_name2(parent, name, &info, H5O_INFO_BASIC, H5P_DEFAULT) >= 0 &&
        info.type == result->wanted) {
      result->names.emplace_back(name);
    }
    return 0;
  };
  Handle const parent(H5Gopen2(file, group.empty() ? "/" : group.c_str(), H5P_DEFAULT), H5Gclose);
  if (parent.is_valid()) H5Literate(parent.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, visit, &found);
  std::sort(found.names.begin(), found.names.end());
  return found.names;
}

}  // namespace

std::vector<std::string> Hdf5File::datasets_in(std::string const& group) {
  return children(state_->file.get(), group, H5O_TYPE_DATASET);
}
std::vector<std::string> Hdf5File::groups_in(std::string const& group) {
  return children(state_->file.get(), group, H5O_TYPE_GROUP);
}

}  // namespace tidemill::io
