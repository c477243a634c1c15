#include <fcntl.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <functional>
#include <numeric>

#include "io/doctor/checks.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/store/lease.hpp"
#include "io/store/posix.hpp"

namespace tidemill::io {
namespace {

namespace fs = std::filesystem;
using Grade = Finding::Grade;
constexpr double little_space = 1e9;    // bytes
constexpr double clock_tolerance = 60;  // seconds; leases are given up after two minutes

/// Findings that rank 0 made, on every rank.
std::vector<Finding> from_root(Comm const& comm, std::function<std::vector<Finding>()> const& look) {
  std::string text;
  if (comm.is_root()) {
    for (Finding const& f : look()) {
      text +=
          f.check + '\x1f' + std::to_string(static_cast<int>(f.grade)) + '\x1f' + f.found + '\x1f' + f.cure + '\x1e';
    }
  }
  text = comm.broadcast(text);
  std::vector<Finding> findings;
  for (std::size_t at = 0; at < text.size();) {
    auto const field = [&](char end) {
      std::size_t const to = text.find(end, at);
      std::string const value = text.substr(at, to - at);
      at = to + 1;
      return value;
    };
    Finding finding;
    finding.check = field('\x1f');
    finding.grade = static_cast<Grade>(std::stoi(field('\x1f')));
    finding.found = field('\x1f');
    finding.cure = field('\x1e');
    findings.push_back(finding);
  }
  return findings;
}

/// Runs `look`; what it throws is a failed check.
void add_finding(std::vector<Finding>& findings, std::string const& check, std::string const& cure,
                 std::function<Finding()> const& look) {
  try {
    Finding finding = look();
    finding.check = check;
    if (finding.grade != Grade::ok && finding.cure.empty()) finding.cure = cure;
    findings.push_back(finding);
  } catch (std::exception const& error) {
    findings.push_back({check, Grade::fail, error.what(), cure});
  }
}

Finding judge_space(fs::path const& folder) {
  auto const space = fs::space(folder);
  auto const free = static_cast<double>(space.available);
  return {"", free < little_space ? Grade::warn : Grade::ok, fmt::format("{:.2f} GB free", free / 1e9), ""};
}

/// A second exclusive creation of the same name must be refused: the lock of a tenant rests on it.
Finding try_exclusive(fs::path const& file) {
  int const first = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  int const second = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool const is_refused = second < 0 && errno == EEXIST;
  for (int const descriptor : {first, second}) {
    if (descriptor >= 0) ::close(descriptor);
  }
  remove_if_present(file);
  bool const works = first >= 0 && is_refused;
  return {"", works ? Grade::ok : Grade::fail,
          works ? "a name is created once" : "a name that was there could be created again", ""};
}

Finding try_rename(fs::path const& folder) {
  fs::path const old_file = folder / "doctor-old", new_file = folder / "doctor-new";
  write_file(old_file, "old");
  write_file(new_file, "new");
  sync_file(new_file);
  rename_file(new_file, old_file);
  sync_folder(folder);
  bool const is_replaced = read_file(old_file) == "new" && !fs::exists(new_file);
  remove_if_present(old_file);
  return {"", is_replaced ? Grade::ok : Grade::fail,
          is_replaced ? "a file is replaced by rename and synced" : "rename did not replace the file", ""};
}

Finding compare_clocks(fs::path const& file) {
  write_file(file, "now");
  double const ahead =
      std::chrono::duration<double>(fs::last_write_time(file) - fs::file_time_type::clock::now()).count();
  remove_if_present(file);
  bool const is_close = std::abs(ahead) <= clock_tolerance;
  return {"", is_close ? Grade::ok : Grade::fail,
          fmt::format("the file system's clock is {:.1f} s {} this machine's", std::abs(ahead),
                      ahead >= 0 ? "ahead of" : "behind"),
          ""};
}

Finding judge_permissions(fs::path const& folder) {
  struct stat found {};
  if (::stat(folder.c_str(), &found) != 0) throw Error("cannot look at " + folder.string());
  bool const is_open = (found.st_mode & S_IWOTH) != 0 && (found.st_mode & S_ISVTX) == 0;
  return {"", is_open ? Grade::warn : Grade::ok, fmt::format("mode {:04o}", found.st_mode & 07777), ""};
}

std::vector<Finding> look_at_folder(fs::path const& folder) {
  std::vector<Finding> findings;
  add_finding(findings, "folder", "make the folder, or name another one, and give this user the right to write there",
              [&] {
                if (!fs::is_directory(folder))
                  return Finding{"", Grade::fail, folder.string() + " is not a folder", ""};
                write_file(folder / "doctor-writes", "x");
                remove_if_present(folder / "doctor-writes");
                return Finding{"", Grade::ok, folder.string() + " is there and can be written", ""};
              });
  if (findings.back().grade == Grade::fail) return findings;
  add_finding(findings, "space", "free space: a night needs what tidemill plan says",
              [&] { return judge_space(folder); });
  add_finding(findings, "exclusive creation",
              "the tenant's lock cannot work here: put the store on another file system",
              [&] { return try_exclusive(folder / "doctor-exclusive"); });
  add_finding(findings, "rename", "publishing cannot be atomic here: put the store on another file system",
              [&] { return try_rename(folder); });
  add_finding(findings, "clock", "set both clocks by NTP: leases are judged by file times",
              [&] { return compare_clocks(folder / "doctor-clock"); });
  add_finding(findings, "permissions", "everybody may write here: chmod o-w",
              [&] { return judge_permissions(folder); });
  return findings;
}

}  // namespace

std::vector<Finding> check_folder(Comm const& comm, fs::path const& folder) {
  return from_root(comm, [&] { return look_at_folder(folder); });
}

std::vector<Finding> check_locks(Comm const& comm, fs::path const& store) {
  return from_root(comm, [&] {
    std::vector<Finding> findings;
    std::error_code none;
    for (auto const& tenant : fs::directory_iterator(store, none)) {
      if (!fs::exists(tenant.path() / "lock")) continue;
      std::string const holder = living_holder(tenant.path() / "lock");
      std::string const name = tenant.path().filename().string();
      if (!holder.empty())
        findings.push_back({"lock", Grade::warn, name + " is locked by " + holder, "wait for that run"});
      if (holder.empty())
        findings.push_back({"lock", Grade::ok, name + ": the lock's holder is dead; the next run takes it over", ""});
    }
    if (findings.empty()) findings.push_back({"lock", Grade::ok, "no tenant is locked", ""});
    return findings;
  });
}

namespace {

/// A file as others make them must be gone through by a process of its own before it is opened.
Finding check_inspection(Comm const& comm, fs::path const& file) {
  try {
    Hdf5File::create(comm, file).close();
    double const started = seconds_now();
    Hdf5File::open(comm, file);
    return {"foreign files", Grade::ok,
            fmt::format("a process of its own looked into one in {:.0f} ms", 1e3 * comm.max(seconds_now() - started)),
            ""};
  } catch (Error const& error) {
    return {"foreign files", Grade::warn, error.what(),
            "HDF5 files that tidemill did not commit cannot be read: allow this program to start itself as a child "
            "(/proc must be there), or bring CSV files"};
  }
}

}  // namespace

std::vector<Finding> check_hdf5(Comm const& comm, fs::path const& folder) {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  bool const is_old = std::tuple(major, minor, release) < std::tuple(1u, 10u, 8u);
  std::vector<Finding> findings{
      {"hdf5", is_old ? Grade::warn : Grade::ok, fmt::format("version {}.{}.{}", major, minor, release),
       is_old ? "use HDF5 1.10.8 or newer: filtered parallel writes are tested from there on" : ""}};
  fs::path const file = folder / "doctor.h5";
  constexpr std::int64_t rows_per_rank = 10000;
  try {
    RowRange const mine = even_share(rows_per_rank * comm.size(), comm.rank(), comm.size());
    std::vector<std::int64_t> values(static_cast<std::size_t>(mine.count));
    std::iota(values.begin(), values.end(), mine.first);
    double const started = seconds_now();
    commit_hdf5(comm, file, {"table", "", 0, {}},
                [&](Hdf5File& out) { out.write_rows("values", std::span<std::int64_t const>(values), mine); });
    verify_hdf5(comm, file);
    std::vector<std::int64_t> const back =
        Hdf5File::open(comm, file).read_rows<std::int64_t>("values", mine.first, mine.count);
    bool const is_equal = comm.min(back == values ? 1 : 0) == 1;
    findings.push_back({"parallel write", is_equal ? Grade::ok : Grade::fail,
                        fmt::format("{} ranks wrote, read back and verified one file in {:.2f} s{}", comm.size(),
                                    comm.max(seconds_now() - started), is_equal ? "" : ", but values differ"),
                        is_equal ? "" : "do not use this file system or this HDF5 for results"});
    if (comm.is_root()) remove_if_present(file);
    comm.barrier();
    findings.push_back(check_inspection(comm, file));
  } catch (Error const& error) {
    findings.push_back({"parallel write", Grade::fail, error.what(),
                        "HDF5 must be built for this MPI, and the folder writable from every machine"});
  }
  if (comm.is_root()) remove_if_present(file);
  return findings;
}

}  // namespace tidemill::io
