#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "drivers/generate/chain.hpp"
#include "drivers/generate/orders.hpp"
#include "drivers/generate/text.hpp"
#include "io/comm/comm.hpp"

namespace tidemill::drivers {

/// What a reader must find in one export. Money in cents, exactly. The sums run over item rows: sales less refunds,
/// without voids, deferred lines, service charges and unpaid orders.
struct ExportTotals {
  std::string path;  ///< relative to the output folder
  std::string system;
  std::string location;
  std::int64_t rows = 0;
  std::int64_t item_rows = 0;  ///< sales and refunds
  std::int64_t refund_rows = 0;
  std::int64_t void_rows = 0;
  std::int64_t other_rows = 0;  ///< gift cards, service charges
  std::int64_t units = 0;
  std::int64_t gross = 0;
  std::int64_t discount = 0;
  std::int64_t net = 0;
};

/// Collective. Each writes one location's exports in the layout of its system (domain: POS export formats), every rank
/// the text of its even share of the days; the files are the same for any number of ranks.
std::vector<ExportTotals> write_toast_exports(io::Comm const& comm, DemoChain const& chain, int location,
                                              std::filesystem::path const& folder);
std::vector<ExportTotals> write_square_export(io::Comm const& comm, DemoChain const& chain, int location,
                                              std::filesystem::path const& folder);
std::vector<ExportTotals> write_clover_export(io::Comm const& comm, DemoChain const& chain, int location,
                                              std::filesystem::path const& folder);

/// Calls `add` with the lines of each of this rank's days, in order.
void for_my_days(io::Comm const& comm, DemoChain const& chain, int location,
                 std::function<void(std::int64_t day, std::vector<DemoLine> const& lines)> const& add);
/// Collective. Adds up the counts and sums over the ranks.
void sum_over_ranks(io::Comm const& comm, ExportTotals& totals);
/// "harbour-square" for "Harbour Square".
std::string file_name_of(std::string const& name);
/// The number of a (location, day), for ids inside exports.
std::uint64_t day_id_of(DemoChain const& chain, int location, std::int64_t day);

}  // namespace tidemill::drivers
