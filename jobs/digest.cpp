#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/store/night.hpp"
#include "io/store/verify.hpp"
#include "jobs/commands.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {

Command make_digest_command() {
  auto files = std::make_shared<std::vector<std::string>>();
  Command command{
      "digest",
      "print the content digest of files and of published nights (the same for any layout and number of ranks)",
      {},
      {"file"},
      {}};
  command.options.add_options()("file", po::value(files.get())->required()->composing(), "files, or folders of nights");
  command.run = [files](Context const& context) {
    nlohmann::json result;
    std::string lines;
    for (std::string const& file : *files) {
      std::string const digest =
          io::is_night(file) ? io::read_manifest(context.comm, file).digest : io::digest_of_file(context.comm, file);
      result[file] = digest;
      lines += digest + "  " + file + "\n";
    }
    print_result(context, context.json ? result.dump(2) + "\n" : lines);
  };
  return command;
}

namespace {

nlohmann::json as_json(io::VerifyReport const& report) {
  nlohmann::json json{{"nights", report.nights}, {"steps", report.steps}, {"files", report.files}};
  json["whole"] = json["faults"] = nlohmann::json::array();
  for (io::WholeThing const& thing : report.whole) {
    json["whole"].push_back({{"path", thing.path}, {"digest", thing.digest}});
  }
  for (io::StoreFault const& fault : report.faults) {
    json["faults"].push_back({{"path", fault.path}, {"what", fault.what}});
  }
  return json;
}

std::string as_lines(io::VerifyReport const& report) {
  std::string lines;
  for (io::WholeThing const& thing : report.whole) {
    if (!thing.digest.empty()) lines += thing.digest + "  " + thing.path + "  whole\n";
  }
  for (io::StoreFault const& fault : report.faults) lines += fmt::format("fault  {}  {}\n", fault.path, fault.what);
  return lines + fmt::format("{} faults in {} nights, {} cached steps and {} files\n", report.faults.size(),
                             report.nights, report.steps, report.files);
}

}  // namespace

Command make_verify_command() {
  auto paths = std::make_shared<std::vector<std::string>>();
  Command command{"verify",
                  "check files, nights, tenants or whole stores: one line per fault, exit code 3 when there is any",
                  {},
                  {"path"},
                  {}};
  command.options.add_options()("path", po::value(paths.get())->required()->composing(),
                                "committed files, or folders of nights, cached steps, tenants or stores");
  command.run = [paths](Context const& context) {
    io::VerifyReport report;
    for (std::string const& path : *paths) io::verify_path(context.comm, path, report);
    print_result(context, context.json
                              ? as_json(report).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"
                              : as_lines(report));
    if (report.faults.empty()) return;
    throw DataError(fmt::format("{} faults, first: {}: {}", report.faults.size(), report.faults.front().path,
                                report.faults.front().what));
  };
  return command;
}

}  // namespace tidemill::jobs
