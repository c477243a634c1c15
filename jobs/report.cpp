#include <memory>

#include "drivers/night/publish_results.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"
#include "io/store/night.hpp"
#include "jobs/commands.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {

Command make_report_command() {
  struct Options {
    std::string night, output;
  };
  auto options = std::make_shared<Options>();
  Command command{"report", "draw the report of a published night anew", {}, {}, {}};
  command.options.add_options()("night", po::value(&options->night)->required(), "folder of the night")(
      "output", po::value(&options->output)->required(), "HTML file to write");
  command.run = [options](Context const& context) {
    io::read_manifest(context.comm, options->night);
    std::string page;
    io::agree(context.comm, "draw the report", [&] {
      if (context.comm.is_root()) page = drivers::redraw_report(options->night);
    });
    io::commit_text(context.comm, options->output, page);
    print_result(context, options->output + "\n");
  };
  return command;
}

}  // namespace tidemill::jobs
