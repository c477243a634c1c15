#include "jobs/night/sbatch_script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "io/error.hpp"

namespace tidemill::jobs {
namespace {

/// One word for the shell, whatever is in it.
std::string shell_quoted(std::string const& text) {
  std::string quoted = "'";
  for (char const c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string time_limit(double seconds) {
  auto const minutes = static_cast<std::int64_t>(std::ceil((3 * seconds + 600) / 300)) * 5;
  return fmt::format("{:02}:{:02}:00", minutes / 60, minutes % 60);
}

std::int64_t megabytes(std::int64_t bytes) { return (2 * bytes + (std::int64_t{256} << 20) + (1 << 20) - 1) >> 20; }

std::string header_of(SbatchRequest const& request) {
  return fmt::format(
      "#SBATCH --job-name=tidemill-{}\n#SBATCH --ntasks={}\n#SBATCH --mem-per-cpu={}M\n#SBATCH --time={}\n"
      "#SBATCH --dependency=singleton\n",
      request.tenant, request.tasks, megabytes(request.peak_memory), time_limit(request.seconds));
}

std::string command_of(SbatchRequest const& request) {
  std::string command =
      "# The night that this script was printed for; another command line wins.\n[ $# -gt 0 ] || set -- nightly";
  for (auto const& [name, value] : request.flags) command += " \\\n  " + shell_quoted("--" + name + "=" + value);
  return command + "\n";
}

}  // namespace

int ranks_that_pay(std::function<double(int ranks)> const& planned_seconds, int most) {
  int ranks = 1;
  while (2 * ranks <= most && planned_seconds(2 * ranks) * 3 <= planned_seconds(ranks) * 2) ranks *= 2;
  return ranks;
}

std::string filled_sbatch(std::string const& script, SbatchRequest const& request) {
  std::istringstream lines(script);
  std::string filled;
  bool is_header_there = false, is_command_there = false;
  for (std::string line; std::getline(lines, line);) {
    bool const is_directive = line.starts_with("#SBATCH ");
    // The rest of the header stands before the first line that is no comment: Slurm looks no further.
    if (is_directive && !is_header_there) {
      filled += header_of(request);
      is_header_there = true;
    }
    if (is_header_there && !is_command_there && !line.starts_with('#')) {
      filled += command_of(request);
      is_command_there = true;
    }
    if (!(is_directive && line.find("--job-name=") != std::string::npos)) filled += line + "\n";
  }
  if (!is_command_there) throw ConfigError("expected a batch script with #SBATCH lines and a command below them");
  return filled;
}

}  // namespace tidemill::jobs
