#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace tidemill::io {

/// Nights that are never removed for their age: TENANT/pins/NIGHT, a file with the reason. Not collective.

/// For holders of the tenant's lease. Pinning again replaces the reason.
void pin_night(std::filesystem::path const& tenant, std::string const& night, std::string const& reason);
/// False when it was not pinned.
bool unpin_night(std::filesystem::path const& tenant, std::string const& night);
/// Night -> reason.
std::map<std::string, std::string> pinned_nights(std::filesystem::path const& tenant);

}  // namespace tidemill::io
