#include "drivers/interactions/pair_quarantine.hpp"

#include <algorithm>
#include <numeric>

#include "drivers/partition/move_rows.hpp"

namespace tidemill::drivers {
namespace {

/// Which rank holds row `at` when rows are spread evenly.
int rank_of_row(std::int64_t at, std::int64_t total, int ranks) {
  int rank = 0;
  while (at >= io::even_share(total, rank, ranks).end()) ++rank;
  return rank;
}

}  // namespace

io::Table PairQuarantine::table(io::Comm const& comm) const {
  std::vector<std::string> names, columns, reasons;
  std::vector<std::int64_t> lines, places;
  std::int64_t before = 0;  // rows of the files so far
  for (File const& file : files) {
    auto const mine = static_cast<std::int64_t>(file.rows.size());
    std::int64_t place = before + comm.sum_before(mine);
    for (io::BadRow const& row : file.rows) {
      names.push_back(file.name);
      lines.push_back(row.line);
      columns.push_back(row.column);
      reasons.push_back(row.reason);
      places.push_back(place++);
    }
    before += comm.sum(mine);
  }
  std::vector<int> destination;
  for (std::int64_t const place : places) destination.push_back(rank_of_row(place, before, comm.size()));
  io::Table local;
  local.add(io::text_column(comm, "file", names, "name of the file"));
  local.add(io::integer_column("line", lines, io::ColumnType::integer, "",
                               "line of the file from 1; of an HDF5 table, row from 0"));
  local.add(io::text_column(comm, "column", columns, "at fault; empty: the row as a whole"));
  local.add(io::text_column(comm, "reason", reasons, "why the row is no interaction"));
  local.add(io::integer_column("place", places));
  local.range = io::range_of_part(comm, static_cast<std::int64_t>(places.size()));
  io::Table const moved = move_rows(comm, local, destination);
  std::vector<std::int64_t> const& at = moved.at("place").integers;
  std::vector<std::int64_t> order(at.size());
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return at[static_cast<std::size_t>(a)] < at[static_cast<std::size_t>(b)];
  });
  io::Table sorted = take_rows(moved, order);
  sorted.columns.pop_back();
  sorted.range = moved.range;
  return sorted;
}

}  // namespace tidemill::drivers
