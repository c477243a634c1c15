#include "drivers/partition/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "io/error.hpp"

namespace tidemill::drivers {

Keys::Keys(io::Table const& table, std::vector<std::string> const& names) {
  for (std::string const& name : names) {
    io::Column const& column = table.at(name);
    if (column.is_real()) {
      throw ConfigError(fmt::format("key '{}' is a real column; keys are text, integers or dates", name));
    }
    columns_.push_back(&column);
  }
}

std::int64_t Keys::value(std::size_t key, std::int64_t row) const {
  io::Column const& column = *columns_[key];
  auto const i = static_cast<std::size_t>(row);
  return column.is_text() ? column.codes[i] : column.integers[i];
}

bool Keys::less(std::int64_t a, std::int64_t b) const {
  for (std::size_t k = 0; k < width(); ++k) {
    if (value(k, a) != value(k, b)) return value(k, a) < value(k, b);
  }
  return false;
}

Census::Census(std::size_t width, std::vector<std::int64_t> flat) : width_(width), flat_(std::move(flat)) {}

void Census::add(std::span<std::int64_t const> key, std::int64_t rows) {
  if (size() > 0 && std::ranges::equal(this->key(size() - 1), key)) {
    flat_.back() += rows;
    return;
  }
  flat_.insert(flat_.end(), key.begin(), key.end());
  flat_.push_back(rows);
}

/// This rank's rows in key order; equal keys stay in row order.
std::vector<std::int64_t> rows_by_key(io::Table const& table, Keys const& keys) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(table.rows()));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return keys.less(a, b); });
  return order;
}

Census count_keys(io::Comm const& comm, Keys const& keys, std::vector<std::int64_t> const& order) {
  Census mine(keys.width());
  std::vector<std::int64_t> key(keys.width());
  for (std::int64_t const row : order) {
    for (std::size_t k = 0; k < key.size(); ++k) key[k] = keys.value(k, row);
    mine.add(key, 1);
  }
  Census const gathered(keys.width(), comm.gather_all(std::span<std::int64_t const>(mine.flat())));
  std::vector<std::size_t> by_key(gathered.size());
  std::iota(by_key.begin(), by_key.end(), std::size_t{0});
  std::sort(by_key.begin(), by_key.end(), [&](std::size_t a, std::size_t b) {
    return std::ranges::lexicographical_compare(gathered.key(a), gathered.key(b));
  });
  Census all(keys.width());
  for (std::size_t const i : by_key) all.add(gathered.key(i), gathered.count(i));
  return all;
}

GroupNumbers number_groups(io::Comm const& comm, io::Table const& table, std::vector<std::string> const& columns) {
  Keys const keys(table, columns);
  std::vector<std::int64_t> const order = rows_by_key(table, keys);
  Census const census = count_keys(comm, keys, order);
  GroupNumbers numbers;
  numbers.groups = static_cast<std::int64_t>(census.size());
  numbers.of_row.resize(order.size());
  for_each_key(keys, order, census, [&](std::int64_t row, std::size_t number) {
    numbers.of_row[static_cast<std::size_t>(row)] = static_cast<std::int32_t>(number);
  });
  return numbers;
}

}  // namespace tidemill::drivers
