#include "drivers/assets/share_files.hpp"

#include <algorithm>
#include <cstring>

namespace tidemill::drivers {
namespace {

/// What opening a file and measuring a small picture cost beside its bytes.
constexpr std::int64_t bytes_per_file = 20000;

std::string packed(std::vector<io::ListedFile> const& files) {
  std::string text;
  for (io::ListedFile const& file : files) {
    text += file.path;
    text.push_back('\0');
    text.push_back(static_cast<char>(file.status));
    char bytes[sizeof file.bytes];
    std::memcpy(bytes, &file.bytes, sizeof bytes);
    text.append(bytes, sizeof bytes);
  }
  return text;
}

std::vector<io::ListedFile> unpacked(std::string const& text) {
  std::vector<io::ListedFile> files;
  for (std::size_t at = 0; at < text.size();) {
    io::ListedFile file{text.c_str() + at};
    at += file.path.size() + 1;
    file.status = static_cast<io::PictureStatus>(text[at]);
    std::memcpy(&file.bytes, text.data() + at + 1, sizeof file.bytes);
    at += 1 + sizeof file.bytes;
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace

SharedFiles share_files(io::Comm const& comm, std::filesystem::path const& folder) {
  std::string text;
  io::agree(comm, "list " + folder.string(), [&] {
    if (comm.is_root()) text = packed(io::list_files(folder));
  });
  std::vector<io::ListedFile> files = unpacked(comm.broadcast(text));
  double total = 0, before = 0;
  for (io::ListedFile const& file : files) total += static_cast<double>(file.bytes + bytes_per_file);
  SharedFiles shared;
  shared.range.total = static_cast<std::int64_t>(files.size());
  std::int64_t earlier = 0;
  for (io::ListedFile& file : files) {
    auto const rank = std::min(comm.size() - 1, static_cast<int>(before / total * comm.size()));
    before += static_cast<double>(file.bytes + bytes_per_file);
    if (rank < comm.rank()) ++earlier;
    if (rank == comm.rank()) shared.mine.push_back(std::move(file));
  }
  shared.range.first = earlier;
  shared.range.count = static_cast<std::int64_t>(shared.mine.size());
  return shared;
}

}  // namespace tidemill::drivers
