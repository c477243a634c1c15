#include "jobs/night/sources.hpp"

#include <glob.h>

#include <algorithm>

#include "io/adapters/adapter.hpp"
#include "io/error.hpp"

namespace tidemill::jobs {
namespace {

std::string trimmed(std::string const& text) {
  std::size_t const first = text.find_first_not_of(" \t"), last = text.find_last_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

drivers::IngestSource parsed(std::string const& line) {
  std::size_t const colon = line.find(':'), at = line.rfind(" @ ");
  if (colon == std::string::npos) {
    throw ConfigError("ingest.source = " + line +
                      ": expected ADAPTER: PATTERN [@ LOCATION], such as toast: toast/*.csv");
  }
  drivers::IngestSource source{trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1, at - colon - 1)), ""};
  if (at != std::string::npos) source.location = trimmed(line.substr(at + 3));
  io::find_adapter(source.adapter);
  return source;
}

/// On one rank: a shared folder may show its files to others in another order.
std::string files_of(std::filesystem::path const& pattern) {
  glob_t found{};
  std::string files;
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) files += std::string(found.gl_pathv[i]) + '\n';
  }
  globfree(&found);
  return files;
}

}  // namespace

std::vector<drivers::IngestSource> find_sources(io::Comm const& comm, std::vector<std::string> const& lines,
                                                std::filesystem::path const& folder) {
  std::vector<drivers::IngestSource> sources;
  for (std::string const& line : lines) {
    drivers::IngestSource const source = parsed(line);
    std::filesystem::path const pattern = folder / source.file;
    std::string const files = comm.broadcast(comm.is_root() ? files_of(pattern) : "");
    if (files.empty()) {
      throw DataError("no file fits " + pattern.string() + " (ingest.source = " + line +
                      "); check the folder given as input, or take the line out");
    }
    for (std::size_t at = 0; at < files.size(); at = files.find('\n', at) + 1) {
      sources.push_back({source.adapter, files.substr(at, files.find('\n', at) - at), source.location});
    }
  }
  return sources;
}

}  // namespace tidemill::jobs
