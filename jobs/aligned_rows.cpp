#include "jobs/aligned_rows.hpp"

#include <fmt/format.h>

#include "drivers/partition/move_rows.hpp"
#include "io/error.hpp"

namespace tidemill::jobs {

std::vector<double> numbers_of(io::Column const& column) {
  if (column.is_text()) {
    throw DataError(fmt::format("column '{}' holds text such as '{}'; numbers are needed", column.name,
                                column.dictionary.empty() ? "" : column.dictionary.front()));
  }
  std::vector<double> numbers;
  for (std::int64_t row = 0; row < column.size(); ++row) numbers.push_back(column.number(row));
  return numbers;
}

io::Table aligned_rows(io::Comm const& comm, io::Table const& predictions, io::RowRange wanted) {
  if (predictions.range.total != wanted.total) {
    throw DataError(fmt::format("{} predictions for {} actual rows; score the same file that is evaluated",
                                predictions.range.total, wanted.total));
  }
  io::agree(comm, "match predictions", [&] {
    if (!predictions.has("row")) return;
    for (std::int64_t i = 0; i < predictions.rows(); ++i) {
      auto const expected = predictions.range.first + i;
      double const found = predictions.at("row").number(i);
      if (found != static_cast<double>(expected)) {
        throw DataError(
            fmt::format("predictions are not in the order of the rows: expected row {}, found {}", expected, found));
      }
    }
  });
  std::vector<io::RowRange> const ranges = comm.gather_all(wanted);
  std::vector<int> destination;
  int owner = 0;
  for (std::int64_t row = predictions.range.first; row < predictions.range.end(); ++row) {
    while (ranges[static_cast<std::size_t>(owner)].end() <= row) ++owner;
    destination.push_back(owner);
  }
  return drivers::move_rows(comm, predictions, destination);
}

}  // namespace tidemill::jobs
