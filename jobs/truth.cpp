#include <filesystem>
#include <memory>
#include <optional>

#include "drivers/truth/recovery.hpp"
#include "io/error.hpp"
#include "io/store/posix.hpp"
#include "io/tables/table_file.hpp"
#include "jobs/commands.hpp"

namespace po = boost::program_options;

namespace tidemill::jobs {
namespace {

struct TruthOptions {
  std::filesystem::path night;
  std::filesystem::path truth;
};

/// The tables of a night, as far as it has them. They are small: one rank reads them whole.
class NightFile {
 public:
  explicit NightFile(std::filesystem::path const& path)
      : comm_(io::Comm::self()), file_(io::Hdf5File::open(comm_, path)) {}

  io::Table const* table(std::string const& name, std::optional<io::Table>& place) {
    if (!file_.has(name)) return nullptr;
    place = io::read_table_group(comm_, file_, name);
    return &*place;
  }

 private:
  io::Comm comm_;
  io::Hdf5File file_;
};

drivers::Recovery recover(TruthOptions const& options) {
  bool const is_folder = std::filesystem::is_directory(options.night);
  NightFile file(is_folder ? options.night / "results.h5" : options.night);
  std::optional<io::Table> elasticities, menu, trends, promotions, forecasts;
  drivers::NightTables const night{file.table("elasticities", elasticities), file.table("menu", menu),
                                   file.table("trends", trends), file.table("promotions", promotions),
                                   file.table("forecast", forecasts)};
  std::filesystem::path const forecast_truth = options.truth.parent_path() / "truth_forecast.csv";
  return drivers::measure_recovery({io::read_file(options.truth), io::read_file(forecast_truth)}, night);
}

}  // namespace

Command make_truth_command() {
  auto options = std::make_shared<TruthOptions>();
  Command command{"truth", "compare a night on generated data with the truth built into them", {}, {}, {}};
  command.options.add_options()("night", po::value(&options->night)->required(),
                                "folder of a published night, or its results.h5")(
      "truth", po::value(&options->truth)->required(),
      "truth.json that `generate` wrote, with truth_forecast.csv beside it");
  command.run = [options](Context const& context) {
    std::string text;
    io::agree(context.comm, "compare with the truth", [&] {
      if (!context.comm.is_root()) return;
      drivers::Recovery const recovery = recover(*options);
      text = context.json ? recovery_json(recovery) : recovery_text(recovery);
    });
    print_result(context, text);
  };
  return command;
}

}  // namespace tidemill::jobs
