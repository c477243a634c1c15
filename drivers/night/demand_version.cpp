#include "drivers/night/demand_version.hpp"

#include <algorithm>
#include <cmath>

#include "drivers/forecast/block_model.hpp"
#include "drivers/gate/units.hpp"
#include "drivers/night/forecast_file.hpp"

namespace tidemill::drivers {
namespace {

/// A direct model of a block uses data that is as old as the block's last horizon.
std::int64_t lead_of_horizon(std::vector<Block> const& blocks, std::int64_t horizon) {
  for (Block const& block : blocks) {
    if (horizon <= block.last) return block.last;
  }
  return horizon;
}

}  // namespace

JudgedForecasts judged_forecasts(io::Table const& backtest, std::string const& model, ForecastParams const& params) {
  std::vector<std::uint64_t> const unit = unit_ids(backtest, params.features.series);
  std::vector<Block> const blocks = blocks_of(params);
  JudgedForecasts judged;
  for (std::int64_t row = 0; row < backtest.rows(); ++row) {
    auto const i = static_cast<std::size_t>(row);
    double const actual = backtest.at("actual").reals[i];
    if (backtest.at("model").text(row) != model || std::isnan(actual)) continue;
    judged.unit.push_back(unit[i]);
    judged.time.push_back(backtest.at(params.features.time).integers[i]);
    judged.lead.push_back(lead_of_horizon(blocks, backtest.at("horizon").integers[i]));
    judged.actual.push_back(actual);
    judged.forecast.push_back(backtest.at("forecast").reals[i]);
  }
  return judged;
}

std::string register_demand(io::Comm const& comm, std::filesystem::path const& tenant, io::Lineage const& lineage,
                            std::vector<BlockModel> const& blocks, JudgedForecasts const& judged) {
  return io::register_model(comm, tenant, demand_model, lineage, [&](io::Hdf5File& file) {
    save_block_models(file, blocks);
    save_judged(comm, file, judged);
  });
}

DemandVersion load_demand(io::Comm const& comm, std::filesystem::path const& tenant, std::string const& version) {
  io::verify_version(comm, tenant, demand_model, version);
  DemandVersion loaded{io::read_version(comm, tenant, demand_model, version), {}, {}};
  io::Hdf5File file = io::Hdf5File::open(comm, io::version_file(tenant, demand_model, version));
  loaded.blocks = load_block_models(file);
  loaded.judged = load_judged(comm, file);
  return loaded;
}

}  // namespace tidemill::drivers
