#pragma once

#include <boost/program_options.hpp>
#include <filesystem>
#include <string>

#include "io/comm/comm.hpp"

namespace tidemill::jobs {

/// Options of the commands that work on a tenant's published nights.
struct StoreOptions {
  std::string store, tenant = "main";

  std::filesystem::path folder() const { return std::filesystem::path(store) / tenant; }
};

void add_store_options(boost::program_options::options_description& out, StoreOptions& options);

/// Collective. STORE/TENANT, which must be there. Throws ConfigError when it is not (with the nearest name), when its
/// name is not safe or when others could exchange its files (see io::open_tenant).
std::filesystem::path open_store(io::Comm const& comm, StoreOptions const& options);

/// Collective. STORE/TENANT, made if it is not there: for the owner alone, or for its group too. What is there keeps
/// its access. Throws ConfigError as open_store does.
std::filesystem::path make_store(io::Comm const& comm, std::string const& store, std::string const& tenant,
                                 bool group_access);

}  // namespace tidemill::jobs
