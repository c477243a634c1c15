#include "jobs/store_options.hpp"

#include <fmt/format.h>

#include <vector>

#include "io/error.hpp"
#include "io/store/access.hpp"
#include "io/store/safe_name.hpp"
#include "io/tables/table.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

namespace fs = std::filesystem;

void check_is_there(StoreOptions const& options) {
  if (fs::is_directory(options.folder())) return;
  std::vector<std::string> names;
  std::error_code missing;
  for (auto const& entry : fs::directory_iterator(options.store, missing)) {
    if (entry.is_directory() && io::is_safe_name(entry.path().filename().string())) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::string const cure = names.empty() ? "; is --store right?"
                                         : fmt::format("; did you mean '{}'?", io::nearest_name(options.tenant, names));
  throw ConfigError(fmt::format("no tenant '{}' in {}{}", options.tenant, options.store, cure));
}

}  // namespace

void add_store_options(po::options_description& out, StoreOptions& options) {
  out.add_options()("store", po::value(&options.store)->required(), "folder of the store")(
      "tenant", po::value(&options.tenant)->default_value(options.tenant), "whose nights");
}

fs::path make_store(io::Comm const& comm, std::string const& store, std::string const& tenant, bool group_access) {
  fs::path const folder = fs::path(store) / tenant;
  io::StoreAccess const access = group_access ? io::StoreAccess::group : io::access_of(folder);
  io::restrict_new_files(access);
  io::agree(comm, "open the store", [&] {
    if (comm.is_root()) io::open_tenant(store, tenant, access);
  });
  return folder;
}

fs::path open_store(io::Comm const& comm, StoreOptions const& options) {
  io::StoreAccess const access = io::access_of(options.folder());
  io::restrict_new_files(access);
  io::agree(comm, "open the store", [&] {
    if (!comm.is_root()) return;
    io::checked_name("tenant", options.tenant);
    check_is_there(options);
    io::open_tenant(options.store, options.tenant, access);
  });
  return options.folder();
}

}  // namespace tidemill::jobs
