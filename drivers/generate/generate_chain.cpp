#include <fmt/format.h>

#include "drivers/generate/exports.hpp"
#include "drivers/generate/generate.hpp"
#include "drivers/generate/truth.hpp"
#include "io/store/commit.hpp"

namespace tidemill::drivers {
namespace {

std::vector<ExportTotals> write_exports(io::Comm const& comm, DemoChain const& chain, int location,
                                        std::filesystem::path const& folder) {
  switch (chain.locations[static_cast<std::size_t>(location)].system) {
    case SalesSystem::toast:
      return write_toast_exports(comm, chain, location, folder);
    case SalesSystem::square:
      return write_square_export(comm, chain, location, folder);
    default:
      return write_clover_export(comm, chain, location, folder);
  }
}

}  // namespace

std::string generate_chain(io::Comm const& comm, io::Progress& progress, DemoSize size, std::uint64_t seed,
                           std::filesystem::path const& folder) {
  DemoChain const chain = make_chain(size, seed);
  std::vector<ExportTotals> exports;
  std::int64_t rows = 0;
  auto const locations = static_cast<int>(chain.locations.size());
  progress.begin("generate", locations);
  for (int location = 0; location < locations; ++location) {
    for (ExportTotals const& totals : write_exports(comm, chain, location, folder)) {
      rows += totals.rows;
      exports.push_back(totals);
    }
    progress.advance();
  }
  auto const only_root = [&](auto const& make) { return comm.is_root() ? make() : std::string(); };
  io::commit_text(comm, folder / "costs.csv", only_root([&] { return costs_csv(chain); }));
  io::commit_text(comm, folder / "promotions.csv", only_root([&] { return promotions_csv(chain); }));
  io::commit_text(comm, folder / "truth_forecast.csv", only_root([&] { return truth_forecast_csv(chain); }));
  // Written last: who finds it finds all.
  io::commit_text(comm, folder / "truth.json", only_root([&] { return truth_json(chain, exports); }));
  progress.end();
  return fmt::format("{} lines of {} items at {} locations over {} days, {} promotions", rows, chain.items.size(),
                     chain.locations.size(), chain.days, chain.promotions.size());
}

}  // namespace tidemill::drivers
