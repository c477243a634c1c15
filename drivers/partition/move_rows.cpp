#include "drivers/partition/move_rows.hpp"

#include <type_traits>

namespace tidemill::drivers {
namespace {

/// A column's description without its rows.
io::Column empty_like(io::Column const& column) {
  io::Column result;
  result.name = column.name;
  result.type = column.type;
  result.unit = column.unit;
  result.description = column.description;
  result.dictionary = column.dictionary;
  return result;
}

/// Calls `work` with the value array that the column's type uses, of `from` and of `to`.
template <class Work>
void with_values(io::Column const& from, io::Column& to, Work const& work) {
  if (from.is_text()) {
    work(from.codes, to.codes);
  } else if (from.is_real()) {
    work(from.reals, to.reals);
  } else {
    work(from.integers, to.integers);
  }
}

}  // namespace

io::Table take_rows(io::Table const& table, std::span<std::int64_t const> rows) {
  io::Table result;
  auto const count = static_cast<std::int64_t>(rows.size());
  result.range = {0, count, count};
  for (io::Column const& column : table.columns) {
    io::Column taken = empty_like(column);
    with_values(column, taken, [&](auto const& from, auto& to) {
      to.reserve(rows.size());
      for (std::int64_t const row : rows) to.push_back(from[static_cast<std::size_t>(row)]);
    });
    result.columns.push_back(std::move(taken));
  }
  return result;
}

io::Table move_rows(io::Comm const& comm, io::Table const& table, std::span<int const> destination) {
  auto const ranks = static_cast<std::size_t>(comm.size());
  std::vector<std::size_t> leaving(ranks);
  for (int const rank : destination) ++leaving[static_cast<std::size_t>(rank)];
  io::Table result;
  std::int64_t arrived = 0;
  for (io::Column const& column : table.columns) {
    io::Column moved = empty_like(column);
    with_values(column, moved, [&](auto const& from, auto& to) {
      using Values = std::remove_cvref_t<decltype(from)>;
      std::vector<Values> outgoing(ranks);
      for (std::size_t r = 0; r < ranks; ++r) outgoing[r].reserve(leaving[r]);
      for (std::size_t i = 0; i < from.size(); ++i)
        outgoing[static_cast<std::size_t>(destination[i])].push_back(from[i]);
      for (Values const& part : comm.exchange(outgoing)) to.insert(to.end(), part.begin(), part.end());
      arrived = static_cast<std::int64_t>(to.size());
    });
    result.columns.push_back(std::move(moved));
  }
  result.range = io::range_of_part(comm, arrived);
  return result;
}

io::Table on_every_rank(io::Comm const& comm, io::Table const& table) {
  io::Table all;
  for (io::Column column : table.columns) {
    column.integers = comm.gather_all(std::span<std::int64_t const>(column.integers));
    column.reals = comm.gather_all(std::span<double const>(column.reals));
    column.codes = comm.gather_all(std::span<std::int32_t const>(column.codes));
    all.columns.push_back(std::move(column));
  }
  all.range = {0, table.range.total, table.range.total};
  return all;
}

}  // namespace tidemill::drivers
