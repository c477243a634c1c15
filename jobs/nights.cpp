#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "io/error.hpp"
#include "io/store/audit.hpp"
#include "io/store/current.hpp"
#include "io/store/lease.hpp"
#include "io/store/night.hpp"
#include "io/store/night_list.hpp"
#include "io/store/pins.hpp"
#include "io/tables/table.hpp"
#include "jobs/commands.hpp"
#include "jobs/store_options.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

namespace fs = std::filesystem;

struct ListedNight {
  std::string night, date, digest, published, pin;
  int revision = 1;
  bool is_current = false, is_previous = false, is_pinned = false;
  std::int64_t bytes = 0;
};

std::int64_t bytes_below(fs::path const& folder) {
  std::int64_t bytes = 0;
  std::error_code gone;
  for (auto const& entry : fs::recursive_directory_iterator(folder, gone)) {
    if (entry.is_regular_file(gone)) bytes += static_cast<std::int64_t>(entry.file_size(gone));
  }
  return bytes;
}

/// The manifest is written last; a night is never changed after that.
std::string time_of_manifest(fs::path const& night) {
  struct stat status {};
  if (::stat((night / "night.json").c_str(), &status) != 0) return "";
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(status.st_mtime));
}

std::string digest_of_night(fs::path const& folder) {
  try {
    return io::read_manifest(io::Comm::self(), folder).digest;
  } catch (Error const&) {
    return "damaged";
  }
}

std::vector<ListedNight> listed_nights(fs::path const& tenant) {
  std::vector<ListedNight> listed;
  std::vector<std::string> names;
  for (io::NightName const& night : io::list_nights(tenant)) names.push_back(night.text());
  std::string const current = io::current_night(tenant);
  std::string const previous = io::current_history(io::read_audit(tenant)).before(current, names);
  auto const pins = io::pinned_nights(tenant);
  for (io::NightName const& night : io::list_nights(tenant)) {
    ListedNight row;
    fs::path const folder = tenant / "nights" / night.text();
    row.night = night.text();
    row.date = night.date;
    row.revision = night.revision;
    row.digest = digest_of_night(folder);
    row.published = time_of_manifest(folder);
    row.is_current = row.night == current;
    row.is_previous = row.night == previous;
    row.is_pinned = pins.contains(row.night);
    if (row.is_pinned) row.pin = pins.at(row.night);
    row.bytes = bytes_below(folder);
    listed.push_back(row);
  }
  return listed;
}

std::string text_of_nights(std::vector<ListedNight> const& nights) {
  std::string text = fmt::format("{:<16}{:<14}{:>9}  {:<22}{}\n", "night", "digest", "MB", "published", "marks");
  for (ListedNight const& night : nights) {
    std::string marks = night.is_current ? "current" : night.is_previous ? "previous" : "";
    if (night.is_pinned) marks += (marks.empty() ? "pinned" : ", pinned") + (night.pin.empty() ? "" : ": " + night.pin);
    text += fmt::format("{:<16}{:<14}{:>9.2f}  {:<22}{}\n", night.night, night.digest.substr(0, 12),
                        static_cast<double>(night.bytes) / 1e6, night.published, marks);
  }
  return text;
}

std::string json_of_nights(std::vector<ListedNight> const& nights) {
  nlohmann::json rows = nlohmann::json::array();
  for (ListedNight const& night : nights) {
    rows.push_back({{"night", night.night},
                    {"date", night.date},
                    {"revision", night.revision},
                    {"digest", night.digest},
                    {"published", night.published},
                    {"bytes", night.bytes},
                    {"current", night.is_current},
                    {"previous", night.is_previous},
                    {"pinned", night.is_pinned},
                    {"reason", night.pin}});
  }
  return nlohmann::json{{"nights", rows}}.dump(2) + "\n";
}

struct PinOptions {
  StoreOptions store;
  std::string night, reason;
};

void check_night_is_known(fs::path const& tenant, std::string const& night) {
  std::vector<std::string> names;
  for (io::NightName const& known : io::list_nights(tenant)) names.push_back(known.text());
  if (std::find(names.begin(), names.end(), night) != names.end()) return;
  throw ConfigError(
      fmt::format("no night '{}' in {}; did you mean '{}'?", night, tenant.string(), io::nearest_name(night, names)));
}

/// Runs `change` on root under the lock.
void change_pins(Context const& context, PinOptions const& options,
                 std::function<std::string(fs::path const& tenant)> const& change) {
  fs::path const tenant = open_store(context.comm, options.store);
  io::Lease const lease(context.comm, tenant / "lock");
  io::agree(context.comm, "change the pins", [&] {
    if (context.comm.is_root()) print_result(context, change(tenant));
  });
}

}  // namespace

Command make_nights_command() {
  auto options = std::make_shared<StoreOptions>();
  Command command{"nights", "list the published nights of a tenant", {}, {}, {}};
  add_store_options(command.options, *options);
  command.run = [options](Context const& context) {
    fs::path const tenant = open_store(context.comm, *options);
    io::agree(context.comm, "list the nights", [&] {
      if (!context.comm.is_root()) return;
      auto const nights = listed_nights(tenant);
      print_result(context, context.json ? json_of_nights(nights) : text_of_nights(nights));
    });
  };
  return command;
}

Command make_pin_command() {
  auto options = std::make_shared<PinOptions>();
  Command command{"pin", "keep a night whatever its age", {}, {"night"}, {}};
  add_store_options(command.options, options->store);
  command.options.add_options()("night", po::value(&options->night)->required(), "DATE or DATE.N")(
      "reason", po::value(&options->reason), "why, for those who come later");
  command.run = [options](Context const& context) {
    change_pins(context, *options, [&](fs::path const& tenant) {
      check_night_is_known(tenant, options->night);
      io::append_audit(tenant, "pin", {{"night", options->night}, {"reason", options->reason}});
      io::pin_night(tenant, options->night, options->reason);
      return options->night + " is pinned\n";
    });
  };
  return command;
}

Command make_unpin_command() {
  auto options = std::make_shared<PinOptions>();
  Command command{"unpin", "let a night go when gc finds it old", {}, {"night"}, {}};
  add_store_options(command.options, options->store);
  command.options.add_options()("night", po::value(&options->night)->required(), "DATE or DATE.N");
  command.run = [options](Context const& context) {
    change_pins(context, *options, [&](fs::path const& tenant) {
      check_night_is_known(tenant, options->night);
      io::append_audit(tenant, "unpin", {{"night", options->night}});
      return options->night +
             (io::unpin_night(tenant, options->night) ? " is not pinned any more\n" : " was not pinned\n");
    });
  };
  return command;
}

}  // namespace tidemill::jobs
