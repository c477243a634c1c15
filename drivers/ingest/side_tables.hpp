#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/adapters/adapter.hpp"
#include "io/comm/comm.hpp"
#include "io/tables/table.hpp"

namespace tidemill::drivers {

/// Small tables that a person keeps beside the exports (costs, promotions): read whole, on every rank, as text.
struct SideTable {
  std::string file;
  std::string digest;
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> rows;

  /// Position of the first of `names` that the header has; -1 when there is none.
  int find(std::initializer_list<std::string_view> wanted) const;
  /// The cell, empty when the column is absent.
  std::string const& cell(std::size_t row, int column) const;
  /// "FILE: row 3, column 'price'", rows counted from 1 below the header.
  std::string where(std::size_t row, int column) const;
  std::int64_t money(std::size_t row, int column, io::AdapterOptions const& options) const;
  std::int64_t date(std::size_t row, int column, io::AdapterOptions const& options) const;
};

/// Collective.
SideTable read_side_table(io::Comm const& comm, std::filesystem::path const& path);

/// Collective. Reads a table of promotions and stores it for read_promotions(). Columns item_key (or sku) and/or
/// item_name (or item), start, end, and optionally location (empty: all), kind, price, fixed_cost.
/// Returns the digest of the stored file.
std::string store_promotions(io::Comm const& comm, std::filesystem::path const& path,
                             std::filesystem::path const& store, std::string const& tenant,
                             io::AdapterOptions const& options);

}  // namespace tidemill::drivers
