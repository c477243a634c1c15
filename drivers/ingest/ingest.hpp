#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "drivers/ingest/item_costs.hpp"
#include "io/adapters/adapter.hpp"
#include "io/comm/comm.hpp"

namespace tidemill::drivers {

struct IngestOptions {
  std::string adapter;
  io::AdapterOptions file;
  char delimiter = 0;             ///< 0: found from the file
  std::string encoding = "auto";  ///< utf-8, latin-1 or auto
  std::filesystem::path store;
  std::string tenant;
  double max_bad_share = 0.05;  ///< of the rows read; past it nothing is stored
};

/// What became of one file. Money in cents; sums are over the column that the layout names as net.
struct IngestReport {
  std::string file, layout;
  std::string source_digest;  ///< of the file's bytes
  std::string stored_as;      ///< path in the store
  std::string digest;         ///< of the stored content
  bool unchanged = false;     ///< it was there already, made from the same bytes with the same options
  std::int64_t read = 0, accepted = 0, bad = 0, excluded = 0;           ///< read = accepted + bad + excluded
  std::int64_t voids = 0, refunds = 0, deferred = 0, without_cost = 0;  ///< among the accepted
  std::int64_t net_in_file = 0, net_accepted = 0, net_quarantined = 0;
  /// Of the accepted lines that are sales or refunds (neither void nor deferred): units in thousandths, and cents.
  std::int64_t sales_qty = 0, sales_gross = 0, sales_discount = 0, sales_net = 0;
  std::int64_t first_date = 0, last_date = 0;
  std::vector<std::string> other_columns;   ///< kept beside the lines
  std::vector<std::string> first_problems;  ///< at most five, "line 7, column 'Qty': ..."
};

/// Collective. Reads one export and stores its lines, the columns that the adapter does not know, and the rows that are
/// no sales lines, as one file of the tenant's sales folder. Every row is accepted or quarantined, and the net amounts
/// of both sum to the file's, to the cent, or an Error is thrown and nothing is stored.
/// DataError past max_bad_share and for files that are no such export at all.
IngestReport ingest_file(io::Comm const& comm, std::filesystem::path const& path, IngestOptions const& options,
                         ItemCosts const& costs);

}  // namespace tidemill::drivers
