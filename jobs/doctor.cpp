#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "drivers/doctor/device_check.hpp"
#include "io/doctor/checks.hpp"
#include "io/error.hpp"
#include "jobs/commands.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

using Findings = std::vector<io::Finding>;

Findings examine(Context const& context, std::string const& store) {
  std::string const folder = store.empty() ? std::filesystem::temp_directory_path().string() : store;
  Findings all;
  auto const add = [&](Findings const& more) { all.insert(all.end(), more.begin(), more.end()); };
  add(io::check_ranks(context.comm));
  add(io::check_process(context.comm));
  add(drivers::check_device(context.comm));
  Findings const place = io::check_folder(context.comm, folder);
  add(place);
  if (place.front().grade != io::Finding::Grade::fail) add(io::check_hdf5(context.comm, folder));
  if (!store.empty()) add(io::check_locks(context.comm, store));
  return all;
}

std::string findings_text(Findings const& findings) {
  std::string text;
  for (io::Finding const& finding : findings) {
    text += fmt::format("{:<5} {:<19} {}\n", io::name_of(finding.grade), finding.check, finding.found);
    if (!finding.cure.empty()) text += fmt::format("{:<25} -> {}\n", "", finding.cure);
  }
  return text;
}

std::string findings_json(Findings const& findings, std::int64_t failed) {
  nlohmann::json list = nlohmann::json::array();
  for (io::Finding const& finding : findings) {
    list.push_back({{"check", finding.check},
                    {"grade", io::name_of(finding.grade)},
                    {"found", finding.found},
                    {"cure", finding.cure}});
  }
  return nlohmann::json{{"checks", list}, {"failed", failed}}.dump(2) + "\n";
}

}  // namespace

Command make_doctor_command() {
  auto store = std::make_shared<std::string>();
  Command command{"doctor", "check MPI, HDF5, the store's file system, memory, threads and the device", {}, {}, {}};
  command.options.add_options()("store", po::value(store.get()),
                                "folder of the store; without it files are tried in the folder for temporary files");
  command.run = [store](Context const& context) {
    Findings const findings = examine(context, *store);
    std::int64_t failed = 0;
    for (io::Finding const& finding : findings) failed += finding.grade == io::Finding::Grade::fail ? 1 : 0;
    print_result(context, context.json ? findings_json(findings, failed) : findings_text(findings));
    if (failed > 0)
      throw Error(fmt::format("{} of {} checks failed; what to do stands beside them", failed, findings.size()));
  };
  return command;
}

}  // namespace tidemill::jobs
