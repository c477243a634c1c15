#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace tidemill::io {

/// The file-system calls of the commit protocol; each throws Error with path, call and errno text. Not collective.
void sync_file(std::filesystem::path const& path);
void sync_folder(std::filesystem::path const& folder);
/// Atomic for readers; not durable before sync_folder.
void rename_file(std::filesystem::path const& from, std::filesystem::path const& to);
void remove_if_present(std::filesystem::path const& path);
void make_folders(std::filesystem::path const& folder);
/// Writes a new file at `path` (create or truncate), all bytes.
void write_file(std::filesystem::path const& path, std::string_view bytes);
/// Writes `bytes` from `offset` on into an existing file.
void write_file_at(std::filesystem::path const& path, std::int64_t offset, std::string_view bytes);
/// Throws DataError when the file cannot be read.
std::string read_file(std::filesystem::path const& path);

}  // namespace tidemill::io
