#include "jobs/tenants/tenant_guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "io/csv/file_bytes.hpp"
#include "io/error.hpp"
#include "jobs/night/night_plan.hpp"

namespace tidemill::jobs {
namespace {

namespace fs = std::filesystem;

/// Every file and folder that the night is told to read.
std::vector<fs::path> paths_in(drivers::AssetNight const& params) {
  std::vector<fs::path> paths;
  for (drivers::IngestSource const& source : params.sources) paths.push_back(source.file);
  for (fs::path const& file : params.asset.interactions) paths.push_back(file);
  for (fs::path const* path : {&params.costs, &params.promotions, &params.asset.catalogue, &params.asset.pictures}) {
    if (!path->empty()) paths.push_back(*path);
  }
  return paths;
}

bool lies_below(fs::path const& path, fs::path const& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

void check_lies_below(fs::path const& path, fs::path const& folder) {
  fs::path const real = fs::weakly_canonical(path);
  if (lies_below(real, folder)) return;
  throw ConfigError(fmt::format("{} leads out of the tenant's folder {}; a tenant's files lie in its own folder",
                                path.string(), folder.string()));
}

void check_links_below(fs::path const& folder, fs::path const& own) {
  std::error_code unreadable;
  for (auto const& entry : fs::recursive_directory_iterator(folder, unreadable)) {
    if (entry.is_symlink()) check_lies_below(entry.path(), own);
  }
}

void check_paths(drivers::AssetNight const& params, fs::path const& input) {
  if (fs::is_symlink(fs::symlink_status(params.store / params.tenant))) {
    throw ConfigError((params.store / params.tenant).string() + " is a link; a tenant's folder must be its own");
  }
  fs::path const own = fs::weakly_canonical(input.parent_path()) / input.filename();
  // Were the folder a link, it could lead to another tenant's.
  check_lies_below(input, own);
  for (fs::path const& path : paths_in(params)) check_lies_below(path, own);
  if (!params.asset.pictures.empty()) check_links_below(params.asset.pictures, own);
}

/// What a file holds as text, once unpacked.
struct TextSize {
  std::int64_t bytes = 0;
  std::int64_t lines = 0;
};

/// Unpacks no more than needed to know that the file has more than `most` bytes; lines are counted when asked for.
TextSize text_size(fs::path const& path, std::int64_t most, bool counts_lines) {
  io::csv::FileBytes const file(path);
  std::string_view text = file.bytes();
  std::string unpacked;
  io::csv::Packing const packing = io::csv::packing_of(text);
  if (packing == io::csv::Packing::gzip || packing == io::csv::Packing::zstd) {
    unpacked = io::csv::unpack_head(text, packing, path.string(), static_cast<std::size_t>(most) + 1);
    text = unpacked;
  }
  auto const bytes = static_cast<std::int64_t>(text.size());
  return {bytes, counts_lines ? std::count(text.begin(), text.end(), '\n') : 0};
}

std::int64_t bytes_in(fs::path const& folder) {
  std::int64_t bytes = 0;
  std::error_code gone;
  for (auto const& entry : fs::recursive_directory_iterator(folder, gone)) {
    if (!entry.is_symlink(gone) && entry.is_regular_file(gone)) bytes += static_cast<std::int64_t>(entry.file_size());
  }
  return bytes;
}

[[noreturn]] void refuse_input(std::int64_t limit, char const* unit, char const* option) {
  throw DataError(
      fmt::format("over the quota: the files of this night have more than {} {} ({}); export a shorter "
                  "period or raise the quota",
                  limit, unit, option));
}

void check_input(drivers::AssetNight const& params, TenantQuota const& quota) {
  if (quota.input_bytes == 0 && quota.rows == 0) return;
  constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max() - 1;
  std::int64_t const most_bytes = quota.input_bytes > 0 ? quota.input_bytes : any;
  std::int64_t const most_rows = quota.rows > 0 ? quota.rows : any;
  std::int64_t bytes = 0, rows = 0;
  for (fs::path const& path : paths_in(params)) {
    if (fs::is_directory(path)) {
      bytes += bytes_in(path);
    } else {
      TextSize const size = text_size(path, most_bytes, quota.rows > 0);
      bytes += size.bytes;
      rows += std::max<std::int64_t>(0, size.lines - 1);  // the first is the header
    }
    if (bytes > most_bytes) refuse_input(most_bytes, "bytes", "max-input-bytes");
    if (rows > most_rows) refuse_input(most_rows, "rows", "max-rows");
  }
}

struct NightNeeds {
  double seconds = 0;
  std::int64_t bytes = 0;
};

NightNeeds needs_of(drivers::AssetNight const& params) {
  io::Comm const self = io::Comm::self();
  NightNeeds needs;
  for (auto const& step : plan_of(drivers::night_steps(self, params), size_of_night(self, params))) {
    needs.seconds += step.seconds;
    needs.bytes += step.bytes_written;
  }
  return needs;
}

void check_needs(drivers::AssetNight const& params, TenantQuota const& quota) {
  if (quota.store_bytes == 0 && quota.seconds == 0) return;
  NightNeeds const needs = needs_of(params);
  if (quota.seconds > 0 && needs.seconds > static_cast<double>(quota.seconds)) {
    throw DataError(
        fmt::format("over the quota: the night is planned to take {:.0f} s, {} are allowed (max-seconds); "
                    "ask for fewer trees, give less data or raise the quota",
                    needs.seconds, quota.seconds));
  }
  std::int64_t const there = quota.store_bytes > 0 ? bytes_in(params.store / params.tenant) : 0;
  if (quota.store_bytes > 0 && there + needs.bytes > quota.store_bytes) {
    throw DataError(
        fmt::format("over the quota: the store holds {} bytes of this tenant and the night is planned to "
                    "add {}, {} are allowed (max-store-bytes); run gc, or raise the quota",
                    there, needs.bytes, quota.store_bytes));
  }
}

}  // namespace

void check_stays_with_tenant(io::Comm const& comm, drivers::AssetNight const& params, fs::path const& input) {
  io::agree(comm, "look where the files lie", [&] {
    if (comm.is_root()) check_paths(params, input);
  });
}

void check_quota(io::Comm const& comm, TenantQuota const& quota, drivers::AssetNight const& params) {
  io::agree(comm, "compare with the quota", [&] {
    if (!comm.is_root()) return;
    check_input(params, quota);
    check_needs(params, quota);
  });
}

}  // namespace tidemill::jobs
