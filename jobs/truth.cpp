#include <filesystem>
#include <memory>
#include <optional>

#include "drivers/truth/asset_recovery.hpp"
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

std::filesystem::path results_of(TruthOptions const& options) {
  return std::filesystem::is_directory(options.night) ? options.night / "results.h5" : options.night;
}

drivers::AssetRecovery recover_assets(TruthOptions const& options, std::string const& truth) {
  NightFile file(results_of(options));
  std::optional<io::Table> lists, similar, trends, quality, duplicates;
  return drivers::measure_asset_recovery(
      truth, {file.table("recommendations", lists), file.table("similar", similar), file.table("asset_trends", trends),
              file.table("asset_quality", quality), file.table("duplicates", duplicates)});
}

drivers::Recovery recover(TruthOptions const& options) {
  NightFile file(results_of(options));
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
      "truth.json that `generate` wrote; of a chain, with truth_forecast.csv beside it");
  command.run = [options](Context const& context) {
    std::string text;
    io::agree(context.comm, "compare with the truth", [&] {
      if (!context.comm.is_root()) return;
      std::string const truth = io::read_file(options->truth);
      if (drivers::is_asset_truth(truth)) {
        drivers::AssetRecovery const recovery = recover_assets(*options, truth);
        text = context.json ? asset_recovery_json(recovery) : asset_recovery_text(recovery);
        return;
      }
      drivers::Recovery const recovery = recover(*options);
      text = context.json ? recovery_json(recovery) : recovery_text(recovery);
    });
    print_result(context, text);
  };
  return command;
}

}  // namespace tidemill::jobs
