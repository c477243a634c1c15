#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace tidemill::io {

/// The file-system calls of the commit protocol; each throws Error with path, call and errno text. Not collective.
/// Whatever changes the store goes through here, so that each call can be made to fail (see failpoint.hpp).
void sync_file(std::filesystem::path const& path);
void sync_folder(std::filesystem::path const& folder);
/// Atomic for readers; not durable before sync_folder.
void rename_file(std::filesystem::path const& from, std::filesystem::path const& to);
void remove_if_present(std::filesystem::path const& path);
/// A file, a link (not what it points to) or a folder with all that is in it; nothing there is fine.
void remove_tree(std::filesystem::path const& path);
/// With parents, each entry made durable; a folder that is there is fine.
void make_folders(std::filesystem::path const& folder);
/// A symbolic link at `link`, where nothing may be yet.
void make_link(std::filesystem::path const& target, std::filesystem::path const& link);
/// By a temporary name beside it, NAME.tmp, which must be free; durable but for its entry in the folder.
void copy_file(std::filesystem::path const& from, std::filesystem::path const& to);
/// Writes a new file at `path` (create or truncate), all bytes.
void write_file(std::filesystem::path const& path, std::string_view bytes);
/// Writes `bytes` from `offset` on into an existing file.
void write_file_at(std::filesystem::path const& path, std::int64_t offset, std::string_view bytes);
/// These three throw DataError when the file is missing or may not be read, Error when reading fails.
std::string read_file(std::filesystem::path const& path);
/// `size` bytes from `offset` on, fewer when the file is shorter.
std::string read_bytes(std::filesystem::path const& path, std::int64_t offset, std::size_t size);
/// Calls `take` on consecutive pieces of at most 1 MiB, none empty.
void read_in_blocks(std::filesystem::path const& path, std::function<void(std::string_view)> const& take);

}  // namespace tidemill::io
