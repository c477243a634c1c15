#pragma once

#include <filesystem>

namespace tidemill::io {

/// Removes a file or a folder with all in it; nothing there is fine. It gets a hidden name beside it first, so that
/// nobody ever finds half of it under its own name; what is left of it after a kill, empty_trash removes. Not
/// collective.
void discard(std::filesystem::path const& path);
/// Removes what interrupted calls of discard left directly in `folder`; nothing there is fine. Not collective.
void empty_trash(std::filesystem::path const& folder);

}  // namespace tidemill::io
