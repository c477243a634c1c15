#include <memory>
#include <nlohmann/json.hpp>

#include "io/store/commit.hpp"
#include "io/store/night.hpp"
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

Command make_verify_command() {
  auto files = std::make_shared<std::vector<std::string>>();
  Command command{
      "verify", "check that committed HDF5 files and published nights are whole and unchanged", {}, {"file"}, {}};
  command.options.add_options()("file", po::value(files.get())->required()->composing(), "files, or folders of nights");
  command.run = [files](Context const& context) {
    for (std::string const& file : *files) {
      std::string const digest = std::filesystem::is_directory(file) ? io::verify_night(context.comm, file).digest
                                                                     : io::verify_hdf5(context.comm, file);
      print_result(context, digest + "  " + file + "  whole\n");
    }
  };
  return command;
}

}  // namespace tidemill::jobs
