#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "io/tables/table.hpp"

namespace tidemill::io {

/// Collective. Commits a table as CSV (RFC 4180, UTF-8, line feed): a header of column names, then the rows in global
/// order. Missing is an empty cell; cents are written in major units with two decimals; dates as YYYY-MM-DD, times as
/// YYYY-MM-DD HH:MM:SS; reals with the fewest digits that read back the same. Text cells go through csv_text.
void write_csv(Comm const& comm, std::filesystem::path const& path, Table const& table);

/// This rank's rows as CSV lines, without header.
std::string csv_rows(Table const& table);

/// A text cell: quoted where RFC 4180 asks for it, and with a leading apostrophe when a spreadsheet would take the
/// text for a formula (first character = + - @ tab or carriage return; CWE-1236). Numbers never come here.
std::string csv_text(std::string_view text);

/// 2026-11-21 for 20778 days since 1970-01-01.
std::string date_text(std::int64_t days);
/// 12.05 for 1205 cents; the sign stands before the digits.
std::string cents_text(std::int64_t cents);

}  // namespace tidemill::io
